"""Datasets, their examples and their bad rows, in the workspace's database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.connection import Database


@dataclass(frozen=True, slots=True)
class Dataset:
    """An imported dataset.

    ``version`` is the SHA-256 of its examples: the same examples in the same order have the same version,
    whatever the file was called. ``mapping`` is JSON: the format, and which column each field came from.
    """

    id: int
    name: str
    version: str
    rows: int
    bad_rows: int
    duplicates: int
    mapping: str
    encoding: str
    source: str
    imported_at: str


class DatasetStore:
    """Reads and writes datasets.

    Args:
        database: the workspace's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, name: str, mapping: str, encoding: str, source: str) -> int:
        """Start a dataset inside the caller's transaction; returns its id."""
        return self._database.run(
            "INSERT INTO datasets (name, version, rows, bad_rows, duplicates, mapping, encoding, source, imported_at)"
            " VALUES (?, '', 0, 0, 0, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            (name, mapping, encoding, source),
        )

    def add_examples(self, dataset: int, rows: Sequence[tuple[int, int, str]]) -> None:
        """Add examples as ``(position, line, messages as JSON)``."""
        sql = "INSERT INTO examples (dataset, position, line, messages) VALUES (?, ?, ?, ?)"
        self._database.run_many(sql, [(dataset, *row) for row in rows])

    def add_bad_rows(self, dataset: int, rows: Sequence[tuple[int, str, str]]) -> None:
        """Add bad rows as ``(line, reason, how the row begins)``."""
        sql = "INSERT INTO bad_rows (dataset, line, reason, text) VALUES (?, ?, ?, ?)"
        self._database.run_many(sql, [(dataset, *row) for row in rows])

    def finish(self, dataset: int, version: str, rows: int, bad_rows: int, duplicates: int) -> Dataset:
        """Write what is known at the end; an earlier import of the same content under the same name gives way."""
        self._database.run(
            "DELETE FROM datasets WHERE version = ? AND name = (SELECT name FROM datasets WHERE id = ?)",
            (version, dataset),
        )
        self._database.run(
            "UPDATE datasets SET version = ?, rows = ?, bad_rows = ?, duplicates = ? WHERE id = ?",
            (version, rows, bad_rows, duplicates, dataset),
        )
        found = self._database.row(Dataset, "SELECT * FROM datasets WHERE id = ?", (dataset,))
        assert found
        return found

    def get(self, name: str, version: str = "") -> Dataset | None:
        """The latest import under ``name``, or the one whose version starts with ``version``."""
        sql = "SELECT * FROM datasets WHERE name = ? AND substr(version, 1, ?) = ? ORDER BY id DESC LIMIT 1"
        return self._database.row(Dataset, sql, (name, len(version), version))

    def examples(self, dataset: int, start: int = 0, count: int = -1) -> list[tuple[int, str]]:
        """``(line, messages as JSON)`` of ``count`` examples from position ``start``; -1 is all."""
        sql = "SELECT line, messages FROM examples WHERE dataset = ? AND position >= ? ORDER BY position LIMIT ?"
        return self._database.tuples(sql, (dataset, start, count))

    def bad_rows(self, dataset: int) -> list[tuple[int, str, str]]:
        """``(line, reason, how the row begins)``, in the order of the file."""
        return self._database.tuples(
            "SELECT line, reason, text FROM bad_rows WHERE dataset = ? ORDER BY line, rowid", (dataset,)
        )

    def list(self) -> list[Dataset]:
        """Every dataset, the latest import first."""
        return self._database.rows(Dataset, "SELECT * FROM datasets ORDER BY id DESC")
