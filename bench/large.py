"""Writes a large workspace for benchmarks of the window: conversations, examples, documents, chunks, vectors."""

from __future__ import annotations

import json
import random
from pathlib import Path

import msgspec
import numpy as np

from engine.chat.asking import Asking
from engine.task import Task
from engine.types import FOUR_ARMS, Answer, Message, Sampling
from engine.workspace import Workspace
from store.connection import Database
from store.documents import Documents

TURNS_EACH = 50
WORDS = [
    "the",
    "refund",
    "window",
    "for",
    "this",
    "lamp",
    "is",
    "thirty",
    "days",
    "and",
    "the",
    "warranty",
    "covers",
    "two",
    "years",
    "of",
    "use",
    "in",
    "any",
    "home",
]
DIMENSIONS = 384
MOMENT = "2026-11-01T10:00:00+00:00"


def text(chance: random.Random, count: int) -> str:
    """Some words."""
    return " ".join(chance.choices(WORDS, k=count)).capitalize() + "."


def build(folder: Path, *, messages: int = 0, examples: int = 0, files: int = 0, chunks: int = 0) -> None:
    """Make a workspace with so many messages (questions and answers), examples, files and chunks."""
    chance = random.Random(1)
    with Workspace.open(folder) as workspace:
        _conversations(workspace.database, messages // 2, chance)
        _examples(workspace, examples, chance)
    if files or chunks:
        _documents(folder, files, chunks, chance)


def _conversations(database: Database, turns: int, chance: random.Random) -> None:
    """Conversations of fifty turns, one in four of which was answered by all four arms."""
    asking = msgspec.json.encode(Asking()).decode()
    with database.transaction():
        for number in range(1, turns + 1):
            place = (number - 1) % TURNS_EACH
            name = f"conversation-{(number - 1) // TURNS_EACH}"
            if place == 0:
                row = (name, text(chance, 4), 0, asking, 0, MOMENT, MOMENT)
                database.run("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            _turn(database, number, name, number - 1 if place else None, asking, chance)


def _turn(
    database: Database, number: int, conversation: str, parent: int | None, asking: str, chance: random.Random
) -> None:
    arms = FOUR_ARMS if number % 4 == 0 else FOUR_ARMS[:1]
    database.run(
        "INSERT INTO comparisons (id, conversation, question, system, history, passages, arms, model, model_sha256, "
        "run, adapter_sha256, sampling, seed, state, created_at) "
        "VALUES (?, ?, ?, '', ?, '[]', ?, 'starter', '', '', '', ?, 1, 'done', ?)",
        (
            number,
            conversation,
            text(chance, 9),
            msgspec.json.encode([Message("user", text(chance, 9))]).decode(),
            json.dumps(list(arms)),
            msgspec.json.encode(Sampling()).decode(),
            MOMENT,
        ),
    )
    for arm in arms:
        said = f"{text(chance, 30)}\n\n- **{text(chance, 3)}**\n- {text(chance, 5)}\n\n{text(chance, 30)}"
        answer = Answer(arm, said, None, (), 1, 40, 60, 0.05, 80.0, "end")
        row = (number, arm.value, msgspec.json.encode(answer).decode())
        database.run("INSERT INTO answers (comparison, arm, answer) VALUES (?, ?, ?)", row)
    row_ = (number, conversation, parent, "base", asking, 1, number, 0, 0, "")
    database.run("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row_)


def _examples(workspace: Workspace, count: int, chance: random.Random) -> None:
    """One dataset, imported as a person would."""
    if not count:
        return
    file = workspace.folder / "examples.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for number in range(count):
            asked, told = f"{number}: {text(chance, 10)}", text(chance, 30)
            turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": told}]
            out.write(json.dumps({"messages": turns}) + "\n")
    workspace.datasets.import_file(file, Task(), name="Large")


def _documents(folder: Path, files: int, chunks: int, chance: random.Random) -> None:
    """Files that are indexed, with the same number of chunks each, their words in FTS5 and a random vector a chunk."""
    rows = Documents(folder)
    files = files or 1000
    each = max(1, chunks // files)
    generator = np.random.default_rng(1)
    try:
        with rows.database.transaction():
            for number in range(files):
                _document(rows.database, number, each if chunks else 1, chance, generator)
    finally:
        rows.close()


def _document(
    database: Database, number: int, each: int, chance: random.Random, generator: np.random.Generator
) -> None:
    content = database.run(
        "INSERT INTO contents (sha256, title, pages, blank_pages, characters, note, complete, chunks) "
        "VALUES (?, ?, ?, 0, ?, '', 1, ?)",
        (f"{number:064x}", f"file {number}", 3, each * 60, each),
    )
    said = [text(chance, 12) for _ in range(each)]
    database.run_many(
        'INSERT INTO chunks (content, ordinal, start, "end", page, title, heading, text, digest) '
        "VALUES (?, ?, ?, ?, 1, ?, '', ?, ?)",
        [(content, o, o * 60, o * 60 + 60, f"file {number}", words, b"") for o, words in enumerate(said)],
    )
    last = database.value("SELECT max(id) FROM chunks")
    vectors = generator.standard_normal((each, DIMENSIONS), dtype=np.float32)
    database.run_many(
        "INSERT INTO vectors VALUES (?, ?)",
        [(last - each + 1 + place, vector.tobytes()) for place, vector in enumerate(vectors)],
    )
    database.run(
        "INSERT INTO documents "
        "(path, root, sha256, size, modified_ns, status, reason, content, indexed_at, collection) "
        "VALUES (?, '/files', ?, 1000, 1, 'indexed', '', ?, datetime('now'), 1)",
        (f"/files/folder {number % 100}/file {number}.md", f"{number:064x}", content),
    )
