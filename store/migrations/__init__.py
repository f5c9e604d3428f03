"""Named migrations, each atomic with the record that it was done.

A migration is a file ``NNN_name.sql`` in the folder of its schema. It runs once, in the order of its
name, in one transaction with its record; before the first change to a file that already holds data,
a backup is put beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from store.errors import Outdated, WorkspaceTooNew

_FOLDER = Path(__file__).parent


def migrate(sql: sqlite3.Connection, path: Path, schema: str) -> None:
    """Bring an open database to the newest form of ``schema``.

    Raises:
        WorkspaceTooNew: the file holds migrations that this Formfact does not know.
    """
    sql.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, done_at TEXT NOT NULL)")
    done, todo = _compare(sql, path, schema)
    if todo and done:
        _back_up(sql, path, len(done))
    for file in todo:
        _apply(sql, file.stem, file.read_text(encoding="utf-8"))


def check(sql: sqlite3.Connection, path: Path, schema: str) -> None:
    """Make sure that a database which is only read has the newest form of ``schema``.

    Raises:
        WorkspaceTooNew, Outdated: it has another.
    """
    if _compare(sql, path, schema)[1]:
        raise Outdated(
            f"{path.name} is not in the form that this Formfact reads: it is older, or was not finished.",
            "Any command that changes something brings it up to date (`formfact docs rescan` for documents).",
        )


def _compare(sql: sqlite3.Connection, path: Path, schema: str) -> tuple[set[str], list[Path]]:
    """The migrations that are done, and the files of those that are not."""
    exists = sql.execute("SELECT count(*) FROM sqlite_master WHERE name = 'migrations'").fetchone()[0]
    done = {name for (name,) in sql.execute("SELECT name FROM migrations")} if exists else set()
    known = {file.stem: file for file in sorted((_FOLDER / schema).glob("*.sql"))}
    if unknown := sorted(done - known.keys()):
        raise WorkspaceTooNew(
            f"{path.name} was written by a newer Formfact.",
            "Update Formfact, or open another workspace.",
            f"unknown migrations: {', '.join(unknown)}",
        )
    return done, [file for name, file in known.items() if name not in done]


def _apply(sql: sqlite3.Connection, name: str, script: str) -> None:
    sql.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements(script):
            sql.execute(statement)
        sql.execute("INSERT INTO migrations VALUES (?, datetime('now'))", (name,))
        sql.execute("COMMIT")
    except BaseException:
        if sql.in_transaction:  # a full disk has rolled back already
            sql.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    """Split a script into statements (``executescript`` would commit in between)."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        yield pending


def _back_up(sql: sqlite3.Connection, path: Path, version: int) -> None:
    copy = sqlite3.connect(path.with_name(f"{path.name}.{version}.bak"))
    with copy:
        sql.backup(copy)
    copy.close()
