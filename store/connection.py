"""One SQLite database: opening, migrating, transactions, rows in and frozen rows out."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from store.errors import disk_errors, no_room
from store.migrations import check, migrate

Row = TypeVar("Row")
Params = Sequence[object] | Mapping[str, object]


class Database:
    """A SQLite file that is safe to use from several threads of one process.

    Reading has a connection of its own: a window that looks something up does not wait for an import that writes
    (in WAL mode a reader sees what was committed last). Inside a transaction a thread reads what it wrote.

    Args:
        path: the file; made if it is missing (unless ``read_only``).
        schema: the folder of ``store/migrations`` that describes it, ``workspace`` or ``documents``.
        read_only: open without locking out, or changing anything for, the process that writes.

    Raises:
        WorkspaceTooNew, Outdated, Corrupt, ReadOnly, DiskFull: see ``store.errors``.
    """

    def __init__(self, path: Path, schema: str, *, read_only: bool = False) -> None:
        self.path = path
        self._lock, self._reading = threading.RLock(), threading.RLock()
        self._depth, self._writer = 0, 0
        with disk_errors(path):
            self._sql = _connect(path, read_only)
            try:
                (check if read_only else migrate)(self._sql, path, schema)
                self._reader = self._sql if read_only else _connect(path, read_only)
                self._reader.execute("PRAGMA query_only = ON")
            except BaseException:
                self._sql.close()
                raise

    def close(self) -> None:
        """Close the file; further use is an error."""
        with self._lock, self._reading:
            self._reader.close()
            self._sql.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block's writes, or none of them. Blocks may nest; the outermost commits."""
        with self._lock, disk_errors(self.path):
            if self._depth == 0:
                self._sql.execute("BEGIN IMMEDIATE")
                self._writer = threading.get_ident()
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._writer = 0
                    self._roll_back()
                raise
            self._depth -= 1
            if self._depth == 0:
                self._writer = 0
                self._commit()

    def _commit(self) -> None:
        try:
            self._sql.execute("COMMIT")
        except sqlite3.Error:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._sql.in_transaction:  # a full disk has rolled back already
            self._sql.execute("ROLLBACK")

    @contextmanager
    def _look(self) -> Iterator[sqlite3.Connection]:
        """The connection to read with: the writing one for the thread that is in a transaction."""
        if self._writer == threading.get_ident():
            yield self._sql
        else:
            with self._reading, disk_errors(self.path):
                yield self._reader

    def run(self, sql: str, params: Params = ()) -> int:
        """Execute one writing statement; returns the last inserted row id."""
        with self.transaction():
            return self._sql.execute(sql, params).lastrowid or 0

    def run_many(self, sql: str, rows: Sequence[Params]) -> None:
        """Execute one statement for each of ``rows``, all or none."""
        with self.transaction():
            self._sql.executemany(sql, rows)

    def insert(self, table: str, row: object) -> int:
        """Insert a frozen row (a dataclass whose fields are the table's columns); returns the row id."""
        fields = [field.name for field in dataclasses.fields(row)]  # type: ignore[arg-type]
        marks = ", ".join("?" for _ in fields)
        sql = f"INSERT INTO {table} ({', '.join(fields)}) VALUES ({marks})"
        return self.run(sql, [getattr(row, name) for name in fields])

    def rows(self, kind: type[Row], sql: str, params: Params = ()) -> list[Row]:
        """The result of a query as ``kind``, whose fields are named as the columns are."""
        with self._look() as connection:
            cursor = connection.execute(sql, params)
            names = [column[0] for column in cursor.description]
            if getattr(kind, "__match_args__", None) == tuple(names):
                return [kind(*values) for values in cursor]  # half the time, which 20,000 rows notice
            return [kind(**dict(zip(names, values, strict=True))) for values in cursor]

    def row(self, kind: type[Row], sql: str, params: Params = ()) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(kind, sql, params)
        return found[0] if found else None

    def tuples(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """The result of a query as plain tuples."""
        with self._look() as connection:
            return list(connection.execute(sql, params))

    def value(self, sql: str, params: Params = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.tuples(sql, params)
        return found[0][0] if found else None


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    mode = f"?mode=ro{_unchanging(path)}" if read_only else ""
    sql = sqlite3.connect(
        path.absolute().as_uri() + mode, uri=True, timeout=10, check_same_thread=False, isolation_level=None
    )
    sql.execute("PRAGMA foreign_keys = ON")
    if not read_only:
        sql.execute("PRAGMA journal_mode = WAL")
        sql.execute("PRAGMA synchronous = FULL")  # a power cut loses nothing that was said to be saved
    return sql


def _unchanging(path: Path) -> str:
    """The option without which SQLite cannot read a WAL file where its shared-memory file cannot be put.

    Only where nothing waits in a ``-wal`` file beside it, which that option would pass over.
    """
    log = path.with_name(f"{path.name}-wal")
    waiting = log.exists() and log.stat().st_size > 0
    return "&immutable=1" if not waiting and (not os.access(path.parent, os.W_OK) or no_room(path)) else ""
