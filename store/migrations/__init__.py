"""Named migrations, each atomic with the record that it was done.

A migration is a file ``NNN_name.sql`` in the folder of its schema. It runs once, in the order of its
name, in one transaction with its record; before the first change to a file that already holds data,
a backup is put beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from store.errors import WorkspaceTooNew

_FOLDER = Path(__file__).parent


def migrate(sql: sqlite3.Connection, path: Path, schema: str) -> None:
    """Bring an open database to the newest form of ``schema``.

    Raises:
        WorkspaceTooNew: the file holds migrations that this Formfact does not know.
    """
    sql.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, done_at TEXT NOT NULL)")
    done = {name for (name,) in sql.execute("SELECT name FROM migrations")}
    known = {file.stem: file for file in sorted((_FOLDER / schema).glob("*.sql"))}
    if unknown := sorted(done - known.keys()):
        raise WorkspaceTooNew(
            f"{path.name} was written by a newer Formfact.",
            "Update Formfact, or open another workspace.",
            f"unknown migrations: {', '.join(unknown)}",
        )
    todo = [name for name in known if name not in done]
    if todo and done:
        _back_up(sql, path, len(done))
    for name in todo:
        _apply(sql, name, known[name].read_text(encoding="utf-8"))


def _apply(sql: sqlite3.Connection, name: str, script: str) -> None:
    sql.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements(script):
            sql.execute(statement)
        sql.execute("INSERT INTO migrations VALUES (?, datetime('now'))", (name,))
        sql.execute("COMMIT")
    except BaseException:
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
