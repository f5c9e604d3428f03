"""Training rows → token ids and labels, made by the very code that makes chat prompts.

A row's ids are a chat prompt for its last assistant turn, followed by that turn as the model would write it and
the token that ends it. Only assistant turns (their text and the token that ends each) carry labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from engine.chat.format import Format
from engine.chat.prompt import Plan, fit
from engine.chat.tokens import Encoded
from engine.errors import ContextOverflow, FormfactError
from engine.task import Task
from engine.types import Message, Passage

IGNORED = -100
"""The label of a token that is not learnt (what torch's cross entropy ignores)."""


class Row(msgspec.Struct):
    """One line of the source: a conversation, and the passages its last question is asked with."""

    messages: list[Message]
    line: int = 0
    passages: list[Passage] = []


def encode_file(
    form: Format, source: Path, target: Path, context: int, task: Task, vocabulary: int | None = None
) -> dict[str, int]:
    """Encode a JSONL file of rows; see ``encode``. Every line of the source has one in the target.

    Returns:
        Counts: rows, bad (with their reason in the target), cut (shortened to fit), tokens, learnt tokens.
    """
    counts = dict.fromkeys(("rows", "bad", "cut", "tokens", "learnt"), 0)
    with target.open("wb") as out:
        for row in _rows(source):
            task.check()
            made = encode(form, row, context, vocabulary)
            counts["rows"] += 1
            counts["bad"] += "bad" in made
            counts["cut"] += made["cut"] > 0
            counts["tokens"] += len(made["ids"])
            counts["learnt"] += sum(label != IGNORED for label in made["labels"])
            out.write(msgspec.json.encode(made) + b"\n")
    return counts


def encode(form: Format, row: Row, context: int, vocabulary: int | None = None) -> dict[str, Any]:
    """One row → ``{"line", "ids", "labels", "cut"}``, with ``"bad": reason`` if it cannot be learnt from.

    Args:
        form: the model's template and tokens.
        row: the conversation.
        context: most ids of a row. A longer one loses its oldest turns, then passages, then the answer's end;
            ``cut`` is how many tokens that took away.
        vocabulary: ids from here on are unknown to the trainer (its vocabulary is smaller than the GGUF's).
    """
    try:
        made, cut = _encoded(form, row, context)
    except FormfactError as fault:
        return _bad(row, fault.what)
    ids, learnt = made.ids, form.learnt(made)
    labels = [token if learn else IGNORED for token, learn in zip(ids, learnt, strict=True)]
    if not any(learnt):
        return _bad(row, f"the question alone fills the context of {context:,} tokens")
    if vocabulary is not None and (foreign := next((i for i in ids if i >= vocabulary), None)) is not None:
        return _bad(row, f"the training model has no token for {form.vocabulary.text(foreign)!r}")
    return {"line": row.line, "ids": ids, "labels": labels, "cut": cut}


def length(form: Format, messages: list[Message]) -> int:
    """How many tokens a conversation has in training with nothing cut; 0 if it cannot be learnt from."""
    try:
        _, prompt, answer = _whole(form, Row(messages))
    except FormfactError:
        return 0
    return len(prompt.ids) + len(answer.ids)


def _encoded(form: Format, row: Row, context: int) -> tuple[Encoded, int]:
    """The row's tokens, and how many were left out."""
    plan, whole, answer = _whole(form, row)
    prompt = whole
    if len(whole.ids) + len(answer.ids) > context:
        with suppress(ContextOverflow):  # then no label is left, and the caller says so
            prompt = form.prompt(fit(plan, form.count, context, min(len(answer.ids), context // 2)).messages)
    ids, owners = [*prompt.ids, *answer.ids], [*prompt.owners, *answer.owners]
    cut = len(whole.ids) + len(answer.ids) - min(len(ids), context)
    return Encoded(ids[:context], owners[:context]), cut


def _whole(form: Format, row: Row) -> tuple[Plan, Encoded, Encoded]:
    """The parts of a row's prompt, the prompt with nothing left out, and the answer to it."""
    turns = row.messages
    while turns and turns[-1].role != "assistant":
        turns = turns[:-1]
    if not turns:
        raise FormfactError("there is no assistant turn to learn from")
    system = turns[0].content if turns[0].role == "system" else ""
    history = tuple(turns[1:-1] if turns[0].role == "system" else turns[:-1])
    if not history or history[-1].role != "user":
        raise FormfactError("no user turn comes before the assistant's")
    plan = Plan(system, history[:-1], tuple(row.passages), history[-1].content)
    prompt = form.prompt(plan.messages)
    answer = form.answer(turns[-1].content.strip(), prompt.ids)
    return plan, prompt, Encoded(answer, [len(turns)] * len(answer))


def _bad(row: Row, reason: str) -> dict[str, Any]:
    return {"line": row.line, "ids": [], "labels": [], "cut": 0, "bad": reason}


def _rows(source: Path) -> Iterator[Row]:
    decoder = msgspec.json.Decoder(Row)
    with source.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield decoder.decode(line)
