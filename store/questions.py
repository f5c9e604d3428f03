"""Question sets of the workspace, a question a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from store.connection import Database


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question of a set. ``line`` is a line of a question set file; ``key`` is what it is found by."""

    position: int
    id: str
    key: str
    line: str


@dataclass(frozen=True, slots=True)
class SetRow:
    """A question set. ``source`` is the file it came from, empty if it was made here."""

    id: int
    name: str
    source: str
    changed_at: str
    questions: int


_SETS = """
    SELECT s.*, (SELECT count(*) FROM questions q WHERE q.question_set = s.id) AS questions FROM question_sets s
"""


def sets(database: Database) -> list[SetRow]:
    """Every question set, the one changed last first."""
    return database.rows(SetRow, f"{_SETS} ORDER BY changed_at DESC, id DESC")


def find_set(database: Database, name: str) -> SetRow | None:
    """The set of that name."""
    return database.row(SetRow, f"{_SETS} WHERE name = ?", [name])


def create(database: Database, name: str, source: str) -> int:
    """Make an empty set; returns its id."""
    sql = "INSERT INTO question_sets (name, source, changed_at) VALUES (?, ?, ?)"
    return database.run(sql, [name, source, _now()])


def rename(database: Database, number: int, name: str) -> None:
    """Give a set another name."""
    database.run("UPDATE question_sets SET name = ?, changed_at = ? WHERE id = ?", [name, _now(), number])


def delete(database: Database, number: int) -> None:
    """Delete a set with its questions."""
    database.run("DELETE FROM question_sets WHERE id = ?", [number])


def questions(database: Database, number: int) -> list[QuestionRow]:
    """The questions of a set, in order."""
    sql = "SELECT position, id, key, line FROM questions WHERE question_set = ? ORDER BY position"
    return database.rows(QuestionRow, sql, [number])


def put(database: Database, number: int, rows: Sequence[QuestionRow]) -> None:
    """Write questions; one of the same id gives way."""
    with database.transaction():
        sql = "INSERT OR REPLACE INTO questions (question_set, position, id, key, line) VALUES (?, ?, ?, ?, ?)"
        database.run_many(sql, [(number, row.position, row.id, row.key, row.line) for row in rows])
        _touch(database, number)


def drop(database: Database, number: int, ids: Sequence[str]) -> None:
    """Delete questions of a set."""
    with database.transaction():
        database.run_many("DELETE FROM questions WHERE question_set = ? AND id = ?", [(number, one) for one in ids])
        _touch(database, number)


def lines(database: Database, key: str) -> list[str]:
    """The lines of the questions with this key; those of the set changed last first."""
    sql = """SELECT line FROM questions JOIN question_sets s ON s.id = question_set WHERE key = ?
             ORDER BY changed_at DESC, s.id DESC"""
    return [line for (line,) in database.tuples(sql, [key])]


def _touch(database: Database, number: int) -> None:
    database.run("UPDATE question_sets SET changed_at = ? WHERE id = ?", [_now(), number])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
