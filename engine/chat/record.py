"""A conversation as a file: Markdown to read (the branch in view), or JSON with all branches and all proof."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from engine.chat.asking import Conversation, Turn
from engine.chat.branch import Tree
from engine.errors import Refused, disk_errors
from engine.types import Answer, Arm

_WORDS = {Arm.BASE: "Base", Arm.TUNED: "Tuned", Arm.GROUNDED: "Grounded", Arm.BOTH: "Both", Arm.PROMPTED: "Prompted"}
_ENDS = {"length": "cut at its longest", "stopped": "stopped"}
_VOTES = {1: "voted good", -1: "voted bad"}


def write(conversation: Conversation, tree: Tree, path: Path, kind: str) -> Path:
    """Write a conversation; ``kind`` is ``markdown`` or ``json``.

    Raises:
        StoreError: it cannot be written there.
    """
    makers = {"markdown": markdown, "json": as_json}
    if kind not in makers:
        raise Refused(f"There is no export to {kind}.", "Export to markdown or json.")
    text = makers[kind](conversation, tree)
    with disk_errors(path):
        draft = path.with_name(f"{path.name}.part")
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    return path


def markdown(conversation: Conversation, tree: Tree) -> str:
    """The branch in view: each question, its answers with what gave them, its sources."""
    parts = [f"# {conversation.title or 'Conversation'}\n"]
    for turn in tree.view:
        parts.append(f"## {_one_line(turn.comparison.question)}\n")
        if "\n" in turn.comparison.question:
            parts.append(_quoted(turn.comparison.question))
        parts += [_answer(turn, arm, answer) for arm, answer in turn.answers.items()]
        if turn.passages:
            lines = [f"{n}. {one.document}{_page(one.page)}" for n, one in enumerate(turn.passages, 1)]
            parts.append("Sources:\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def as_json(conversation: Conversation, tree: Tree) -> str:
    """Every turn of every branch, with what it was asked with and the proof of each answer."""
    shown = {turn.comparison.id for turn in tree.view}
    turns = [_plain(turn, parent, turn.comparison.id in shown) for parent, turn in tree.all]
    whole = {"title": conversation.title, "created_at": conversation.created_at, "turns": turns}
    return msgspec.json.format(msgspec.json.encode(whole)).decode() + "\n"


def _plain(turn: Turn, parent: int | None, shown: bool) -> dict[str, Any]:
    row = turn.comparison
    return {
        "id": row.id,
        "parent": parent,
        "in_view": shown,
        "question": row.question,
        "system": row.system,
        "history": msgspec.json.decode(row.history),
        "model": row.model,
        "model_sha256": row.model_sha256,
        "run": row.run or None,
        "adapter_sha256": row.adapter_sha256 or None,
        "sampling": msgspec.json.decode(row.sampling),
        "seed": row.seed,
        "passages": turn.passages,
        "chosen": turn.chosen,
        "answers": list(turn.answers.values()),
        "votes": turn.votes,
        "edits": turn.edits,
        "state": turn.state,
        "asked_at": row.created_at,
    }


def _answer(turn: Turn, arm: Arm, answer: Answer) -> str:
    weights = f"adapter {answer.adapter[:8]} of run {turn.comparison.run}" if answer.adapter else "no adapter"
    facts = [turn.comparison.model, weights, f"seed {answer.seed}"]
    facts += [word for word in (_ENDS.get(answer.stop_reason), _VOTES.get(turn.votes.get(arm, 0))) if word]
    edited = f"\nEdited:\n\n{turn.edits[arm]}\n" if arm in turn.edits else ""
    return f"### {_WORDS[arm]}\n\n{answer.answer or '(nothing)'}\n{edited}\n*{' · '.join(facts)}*\n"


def _one_line(text: str) -> str:
    first = text.strip().splitlines()[0]
    return first if len(first) <= 120 else f"{first[:119]}…"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines()) + "\n"


def _page(page: int | None) -> str:
    return f", page {page}" if page else ""
