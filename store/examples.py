"""Examples of datasets: what a table shows of them apart from their text, search, edits, and taking away with undo."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from store.connection import Database

SHOWN = 120
"""Characters of a question and an answer that a table shows."""
_SUMMARY = "id, position, line, question, answer, tokens, tags, edited_at != ''"
_ORDERS = {
    "position": "position",
    "question": "question COLLATE NOCASE",
    "answer": "answer COLLATE NOCASE",
    "tokens": "tokens",
    "tags": "tags COLLATE NOCASE",
}
_THESE = "id IN (SELECT value FROM json_each(?))"


class Summary(NamedTuple):
    """A row of a table of examples (a tuple, because there may be tens of thousands of them).

    ``tokens`` is None while not counted; ``tagged`` holds the tags between line feeds.
    """

    id: int
    position: int
    line: int
    question: str
    answer: str
    tokens: int | None
    tagged: str
    edited: int

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags, in the order they were given."""
        return tuple(self.tagged.strip("\n").split("\n")) if self.tagged else ()


class NewExample(NamedTuple):
    """An example to be stored; ``messages`` is JSON."""

    position: int
    line: int
    question: str
    answer: str
    tagged: str
    messages: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class StoredExample:
    """An example with all its text, as it is stored."""

    id: int
    dataset: int
    position: int
    line: int
    tokens: int | None
    tags: str
    edited_at: str
    source: str
    deleted: int
    messages: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which examples a table shows; what is not given does not matter.

    Attributes:
        tags: it has all of these.
        edited: it was changed or added by hand.
        longer_than: it has more tokens (as last counted).
        ids: it is one of these.
    """

    tags: tuple[str, ...] = ()
    edited: bool = False
    longer_than: int | None = None
    ids: tuple[int, ...] | None = None


class ExampleStore:
    """Reads and writes examples.

    Args:
        database: the workspace's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, dataset: int, rows: Sequence[NewExample]) -> list[int]:
        """Add examples; returns their ids."""
        with self._database.transaction():
            first = 1 + (self._database.value("SELECT max(id) FROM examples") or 0)
            ids = list(range(first, first + len(rows)))
            self._database.run_many(
                "INSERT INTO examples (id, dataset, position, line, question, answer, tags, source)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(i, dataset, *row[:5], row.source) for i, row in zip(ids, rows, strict=True)],
            )
            sql = "INSERT INTO example_messages (example, messages) VALUES (?, ?)"
            self._database.run_many(sql, [(i, row.messages) for i, row in zip(ids, rows, strict=True)])
        return ids

    def messages(self, dataset: int, start: int = 0, count: int = -1) -> list[tuple[int, int, str, str]]:
        """``(id, line, tags, messages as JSON)`` of ``count`` examples from position ``start``; -1 is all."""
        sql = (
            "SELECT id, line, tags, messages FROM examples JOIN example_messages ON example = id"
            " WHERE dataset = ? AND position >= ? AND deleted = 0 ORDER BY position LIMIT ?"
        )
        return self._database.tuples(sql, (dataset, start, count))

    def summaries(
        self, dataset: int, chosen: Filter, order: str = "position", *, descending: bool = False, most: int = -1
    ) -> list[Summary]:
        """The light columns of the examples that ``chosen`` lets through; of ``most`` of them, -1 is all."""
        where, params = _where(chosen)
        way = "DESC" if descending else "ASC"
        sql = (
            f"SELECT {_SUMMARY} FROM examples WHERE dataset = ? AND deleted = 0{where}"
            f" ORDER BY {_ORDERS[order]} {way}, position LIMIT ?"
        )
        return list(map(Summary._make, self._database.tuples(sql, (dataset, *params, most))))

    def holding(self, dataset: int, patterns: Sequence[str]) -> list[tuple[int, str]]:
        """``(id, messages as JSON)`` of the examples whose messages are LIKE every pattern."""
        likes = " AND messages LIKE ?" * len(patterns)
        sql = (
            "SELECT id, messages FROM examples JOIN example_messages ON example = id"
            f" WHERE dataset = ? AND deleted = 0{likes}"
        )
        return self._database.tuples(sql, (dataset, *patterns))

    def texts(self, ids: Sequence[int]) -> list[tuple[int, str]]:
        """``(id, messages as JSON)`` of examples."""
        sql = "SELECT example, messages FROM example_messages WHERE example IN (SELECT value FROM json_each(?))"
        return self._database.tuples(sql, (json.dumps(ids),))

    def get(self, example: int) -> StoredExample | None:
        """One example with all its text, deleted or not."""
        sql = (
            "SELECT id, dataset, position, line, tokens, tags, edited_at, source, deleted, messages"
            " FROM examples JOIN example_messages ON example = id WHERE id = ?"
        )
        return self._database.row(StoredExample, sql, (example,))

    def datasets_of(self, ids: Sequence[int]) -> list[int]:
        """The datasets that these examples belong to."""
        sql = f"SELECT DISTINCT dataset FROM examples WHERE {_THESE}"
        return [found for (found,) in self._database.tuples(sql, (json.dumps(ids),))]

    def change(self, example: int, question: str, answer: str, messages: str, now: str) -> None:
        """Write other messages into an example; its tokens are to be counted again."""
        with self._database.transaction():
            self._database.run(
                "UPDATE examples SET question = ?, answer = ?, tokens = NULL, edited_at = ? WHERE id = ?",
                (question, answer, now, example),
            )
            self._database.run("UPDATE example_messages SET messages = ? WHERE example = ?", (messages, example))

    def mark(self, ids: Sequence[int], now: str) -> None:
        """Say that examples were edited."""
        self._database.run(f"UPDATE examples SET edited_at = ? WHERE {_THESE}", (now, json.dumps(ids)))

    def delete(self, ids: Sequence[int], *, deleted: bool = True) -> None:
        """Take examples away, or bring them back."""
        self._database.run(f"UPDATE examples SET deleted = ? WHERE {_THESE}", (deleted, json.dumps(ids)))

    def set_tags(self, tagged: Iterable[tuple[str, int]]) -> None:
        """Write ``(tags, id)``."""
        self._database.run_many("UPDATE examples SET tags = ? WHERE id = ?", list(tagged))

    def tags_of(self, ids: Sequence[int]) -> list[tuple[int, str]]:
        """``(id, tags)`` of examples."""
        return self._database.tuples(f"SELECT id, tags FROM examples WHERE {_THESE}", (json.dumps(ids),))

    def tags(self, dataset: int) -> list[tuple[str, int]]:
        """Every combination of tags in a dataset, and how many examples have it."""
        sql = "SELECT tags, count(*) FROM examples WHERE dataset = ? AND deleted = 0 AND tags != '' GROUP BY tags"
        return self._database.tuples(sql, (dataset,))

    def last(self, dataset: int) -> tuple[int, int]:
        """The last position and the last line of a dataset; deleted examples keep theirs."""
        sql = "SELECT coalesce(max(position), -1), coalesce(max(line), 0) FROM examples WHERE dataset = ?"
        return self._database.tuples(sql, (dataset,))[0]

    def make_room(self, dataset: int, position: int) -> None:
        """Move all examples from ``position`` on one place down."""
        sql = "UPDATE examples SET position = position + 1 WHERE dataset = ? AND position >= ?"
        self._database.run(sql, (dataset, position))

    def ids_at(self, dataset: int, lines: Sequence[int]) -> list[int]:
        """The examples that stood in these lines of the file, in the order of the lines."""
        sql = (
            "SELECT examples.id FROM json_each(?) AS wanted JOIN examples ON line = wanted.value"
            " WHERE dataset = ? AND deleted = 0 ORDER BY wanted.key"
        )
        return [found for (found,) in self._database.tuples(sql, (json.dumps(lines), dataset))]

    def tokens(self, dataset: int) -> list[tuple[int, int | None]]:
        """``(id, tokens)`` in order; None where they are not counted."""
        sql = "SELECT id, tokens FROM examples WHERE dataset = ? AND deleted = 0 ORDER BY position"
        return self._database.tuples(sql, (dataset,))

    def set_tokens(self, counted: Sequence[tuple[int, int]]) -> None:
        """Write ``(tokens, id)``."""
        self._database.run_many("UPDATE examples SET tokens = ? WHERE id = ?", counted)

    def forget_tokens(self, dataset: int) -> None:
        """Forget what was counted, for another model counts otherwise."""
        self._database.run("UPDATE examples SET tokens = NULL WHERE dataset = ?", (dataset,))

    def copy(self, dataset: int, target: int) -> None:
        """Copy the examples of a dataset into another, which is empty."""
        with self._database.transaction():
            shift = self._database.value("SELECT max(id) FROM examples") or 0
            rest = "line, question, answer, tags, tokens, edited_at, source"
            self._database.run(
                f"INSERT INTO examples (id, dataset, position, {rest})"
                f" SELECT id + ?, ?, position, {rest} FROM examples WHERE dataset = ? AND deleted = 0",
                (shift, target, dataset),
            )
            self._database.run(
                "INSERT INTO example_messages (example, messages) SELECT example + ?, messages FROM example_messages"
                " JOIN examples ON example = examples.id WHERE dataset = ? AND deleted = 0",
                (shift, dataset),
            )


def _where(chosen: Filter) -> tuple[str, list[object]]:
    """The conditions of a filter, each with AND before it, and their values."""
    where, params = "", []  # type: tuple[str, list[object]]
    for tag in chosen.tags:
        where += " AND instr(tags, char(10) || ? || char(10))"
        params.append(tag)
    if chosen.edited:
        where += " AND edited_at != ''"
    if chosen.longer_than is not None:
        where += " AND tokens > ?"
        params.append(chosen.longer_than)
    if chosen.ids is not None:
        where += f" AND {_THESE}"
        params.append(json.dumps(chosen.ids))
    return where, params
