"""Databases: transactions, rows, migrations, typed disk errors."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import store.migrations
from store.connection import Database
from store.errors import Corrupt, DiskFull, Outdated, ReadOnly, WorkspaceTooNew


@dataclass(frozen=True)
class Thing:
    name: str
    size: int


@pytest.fixture
def schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "schemas"
    (folder / "things").mkdir(parents=True)
    (folder / "things" / "001_things.sql").write_text(
        "CREATE TABLE things (name TEXT PRIMARY KEY, size INTEGER); -- semicolons; in comments\n"
        "CREATE TRIGGER big AFTER INSERT ON things BEGIN\n  UPDATE things SET size = size + 1; SELECT 1;\nEND;\n"
    )
    monkeypatch.setattr(store.migrations, "_FOLDER", folder)
    return folder


def test_rows_in_frozen_rows_out(tmp_path: Path, schemas: Path) -> None:
    database = Database(tmp_path / "a.sqlite3", "things")
    database.insert("things", Thing("Lampe ä 空", 1))
    assert database.rows(Thing, "SELECT name, size FROM things") == [Thing("Lampe ä 空", 2)]
    assert database.row(Thing, "SELECT * FROM things WHERE name = ?", ["nothing"]) is None


def test_a_failed_transaction_leaves_nothing(tmp_path: Path, schemas: Path) -> None:
    database = Database(tmp_path / "a.sqlite3", "things")
    with pytest.raises(sqlite3.IntegrityError), database.transaction():
        database.insert("things", Thing("a", 1))
        with database.transaction():
            database.insert("things", Thing("b", 1))
        database.insert("things", Thing("a", 1))
    assert database.value("SELECT count(*) FROM things") == 0
    database.insert("things", Thing("a", 1))  # and the connection is usable


def test_a_failed_migration_changes_nothing_and_a_backup_is_made(tmp_path: Path, schemas: Path) -> None:
    path = tmp_path / "a.sqlite3"
    database = Database(path, "things")
    database.insert("things", Thing("kept", 1))
    database.close()
    (schemas / "things" / "002_broken.sql").write_text("ALTER TABLE things ADD colour TEXT;\nSELECT * FROM missing;\n")
    with pytest.raises(sqlite3.OperationalError):
        Database(path, "things")
    (schemas / "things" / "002_broken.sql").unlink()
    again = Database(path, "things")
    assert [row[0] for row in again.tuples("SELECT name FROM things")] == ["kept"]
    assert "colour" not in {row[1] for row in again.tuples("PRAGMA table_info(things)")}
    backup = sqlite3.connect(path.with_name("a.sqlite3.1.bak"))
    assert backup.execute("SELECT name FROM things").fetchall() == [("kept",)]
    backup.close()


def test_a_newer_file_is_refused(tmp_path: Path, schemas: Path) -> None:
    path = tmp_path / "a.sqlite3"
    (schemas / "things" / "002_future.sql").write_text("CREATE TABLE future (x);\n")
    Database(path, "things").close()
    (schemas / "things" / "002_future.sql").unlink()
    with pytest.raises(WorkspaceTooNew, match="newer Formfact"):
        Database(path, "things")


def test_a_damaged_file_is_told(tmp_path: Path, schemas: Path) -> None:
    path = tmp_path / "a.sqlite3"
    path.write_bytes(b"this is not a database" * 1000)
    with pytest.raises(Corrupt, match="damaged"):
        Database(path, "things")


def test_reading_while_another_writes(tmp_path: Path, schemas: Path) -> None:
    path = tmp_path / "a.sqlite3"
    writer = Database(path, "things")
    writer.insert("things", Thing("a", 1))
    reader = Database(path, "things", read_only=True)
    with writer.transaction():
        writer.insert("things", Thing("b", 1))
        assert reader.value("SELECT count(*) FROM things") == 1
    assert reader.value("SELECT count(*) FROM things") == 2
    with pytest.raises(ReadOnly):
        reader.insert("things", Thing("c", 1))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "tiny"
    folder.mkdir()
    mounted = os.name == "posix" and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)], capture_output=True
    )
    if not mounted or mounted.returncode:
        pytest.skip("needs the right to mount a small tmpfs")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_loses_nothing(tiny_disk: Path, schemas: Path) -> None:
    database = Database(tiny_disk / "a.sqlite3", "things")
    database.insert("things", Thing("kept", 1))
    with pytest.raises(DiskFull, match="full"):
        database.insert("things", Thing("x" * 2_000_000, 1))
    assert [row[0] for row in database.tuples("SELECT name FROM things")] == ["kept"]
    database.insert("things", Thing("small", 1))
    database.close()


def test_a_reader_is_told_of_an_unfinished_or_older_file(tmp_path: Path, schemas: Path) -> None:
    path = tmp_path / "a.sqlite3"
    path.touch()  # what a full disk leaves of a file that could not be begun
    with pytest.raises(Outdated, match="not finished"):
        Database(path, "things", read_only=True)
    Database(path, "things").close()
    Database(path, "things", read_only=True).close()
    (schemas / "things" / "002_more.sql").write_text("ALTER TABLE things ADD colour TEXT;\n")
    with pytest.raises(Outdated):
        Database(path, "things", read_only=True)
    Database(path, "things").close()
    (schemas / "things" / "002_more.sql").unlink()
    with pytest.raises(WorkspaceTooNew):
        Database(path, "things", read_only=True)
