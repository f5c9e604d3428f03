"""The fixed questions of a run, answered at each measurement, so that one watches the form arrive.

The parent writes ``runs/ID/samples.json``: a few prompts as token ids, and the bytes of every token, both from
llama.cpp, since the tune child knows no text. The answers are greedy, so they change with the weights alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.task import Task
from engine.tune.batches import IGNORED, TokenRow, read_rows

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.models import Model

MOST_TOKENS = 64  # of an answer: enough to see its form
_FILE = "samples.json"


class Question(msgspec.Struct, frozen=True):
    """A question as text and as a prompt; ``end`` is the token that ends an answer."""

    text: str
    prompt: list[int]
    end: int


class Samples(msgspec.Struct, frozen=True):
    """The questions of a run and the bytes of each token (as Latin-1, so that JSON can hold them)."""

    questions: list[Question]
    pieces: list[str]

    def text(self, ids: Sequence[int]) -> str:
        """Token ids as text; bytes that are no character (an answer cut in the middle of one) are left out."""
        known = (self.pieces[i] for i in ids if i < len(self.pieces))
        return b"".join(piece.encode("latin-1") for piece in known).decode("utf-8", "ignore").strip()


def write_samples(workspace: Workspace, model: Model, run: Path, count: int, task: Task) -> None:
    """Choose the questions of a run, from the held-out examples where there are any; does nothing when it is done."""
    if not count or (run / _FILE).exists():
        return
    questions = [*_questions(run, "held_out"), *_questions(run, "train")][:count]
    pieces: list[str] = workspace.chat_child.call("pieces", model=model.gguf).result(task)
    task.check()
    part = run / (_FILE + ".part")
    part.write_bytes(msgspec.json.encode(Samples(questions, pieces)))
    part.replace(run / _FILE)


def read_samples(run: Path) -> Samples | None:
    """The questions of a run; None when it has none."""
    path = run / _FILE
    return msgspec.json.decode(path.read_bytes(), type=Samples) if path.exists() else None


def prompt_of(row: TokenRow) -> list[int]:
    """The ids before the last stretch that is learnt: what chat would send to get the last answer."""
    start = len(row.labels)
    while start and row.labels[start - 1] != IGNORED:
        start -= 1
    return row.ids[:start]


def _questions(run: Path, part: str) -> list[Question]:
    """The questions of a part of the data; those without sources first, whose prompts are short."""
    from engine.tune.prepare import SourceRow  # it writes what is read here

    decoder = msgspec.json.Decoder(SourceRow)
    lines = (run / f"{part}.jsonl").read_bytes().splitlines()
    sources = {row.line: row for row in map(decoder.decode, lines)}
    rows = sorted(read_rows(run / "tokens" / f"{part}.jsonl"), key=lambda row: bool(sources[row.line].passages))
    found = []
    for row in rows:
        asked = [turn.content for turn in sources[row.line].messages if turn.role == "user"]
        if (prompt := prompt_of(row)) and asked:
            found.append(Question(asked[-1], prompt, row.labels[-1]))
    return found
