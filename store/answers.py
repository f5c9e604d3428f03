"""Comparisons and their answers, kept before they are shown as done; and what the canary said of each base model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.connection import Database


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One question for one arm or several, with everything that the arms shared (see the migration for the forms).

    ``state`` is ``asking`` while it is answered, then ``done``, ``stopped`` (by the user) or ``failed``.
    """

    id: int
    conversation: str
    question: str
    system: str
    history: str
    passages: str
    arms: str
    model: str
    model_sha256: str
    run: str
    adapter_sha256: str
    sampling: str
    seed: int
    state: str
    created_at: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One arm's answer, ``engine.types.Answer`` as JSON."""

    comparison: int
    arm: str
    answer: str


def begin(database: Database, row: ComparisonRow) -> int:
    """Store a comparison that is about to be answered (its ``id`` is ignored); returns its id."""
    names = [name for name in ComparisonRow.__slots__ if name != "id"]
    marks = ", ".join("?" for _ in names)
    return database.run(
        f"INSERT INTO comparisons ({', '.join(names)}) VALUES ({marks})", [getattr(row, name) for name in names]
    )


def add(database: Database, row: AnswerRow) -> None:
    """Store an answer, in place of the one that the arm gave before."""
    database.run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", [row.comparison, row.arm, row.answer])


def widen(database: Database, row: ComparisonRow) -> None:
    """Store that a comparison is asked in further arms: its arms, passages, run and state as ``row`` has them."""
    database.run(
        "UPDATE comparisons SET arms = ?, passages = ?, run = ?, adapter_sha256 = ?, state = ? WHERE id = ?",
        [row.arms, row.passages, row.run, row.adapter_sha256, row.state, row.id],
    )


def finish(database: Database, comparison: int, state: str) -> None:
    """Say how a comparison ended."""
    database.run("UPDATE comparisons SET state = ? WHERE id = ?", [state, comparison])


def comparison(database: Database, number: int) -> ComparisonRow | None:
    """The comparison of that id."""
    return database.row(ComparisonRow, "SELECT * FROM comparisons WHERE id = ?", [number])


def comparisons(database: Database, conversation: str | None = None) -> Sequence[ComparisonRow]:
    """The comparisons of a conversation, or all; oldest first."""
    if conversation is None:
        return database.rows(ComparisonRow, "SELECT * FROM comparisons ORDER BY id")
    return database.rows(ComparisonRow, "SELECT * FROM comparisons WHERE conversation = ? ORDER BY id", [conversation])


def answers(database: Database, number: int) -> Sequence[AnswerRow]:
    """The answers of a comparison."""
    return database.rows(AnswerRow, "SELECT * FROM answers WHERE comparison = ?", [number])


def recorded_base(database: Database, model_sha256: str, build: str, base: str) -> str:
    """What the canary said of this base the first time; ``base`` is recorded when this is the first time."""
    with database.transaction():
        database.run("INSERT OR IGNORE INTO canaries VALUES (?, ?, ?)", [model_sha256, build, base])
        found: str = database.value(
            "SELECT base FROM canaries WHERE model_sha256 = ? AND build = ?", [model_sha256, build]
        )
    return found
