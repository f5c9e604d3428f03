"""The facade: locking, reading beside a writer, copying, children that end with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil
import pytest

from engine.errors import NotFound, WorkspaceLocked
from engine.workspace import Workspace


def test_a_second_writer_is_told_and_a_reader_is_let_in(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w"):
        with pytest.raises(WorkspaceLocked, match="open in another Formfact"):
            Workspace.open(tmp_path / "w")
        Workspace.open(tmp_path / "w", read_only=True).close()
    Workspace.open(tmp_path / "w").close()


def test_reading_a_workspace_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no workspace"):
        Workspace.open(tmp_path / "w", read_only=True)
    assert not (tmp_path / "w").exists()


def test_a_copied_workspace_opens(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w") as first:
        count = first.database.value("SELECT count(*) FROM migrations")
    shutil.copytree(tmp_path / "w", tmp_path / "copy of w")
    with Workspace.open(tmp_path / "copy of w") as second:
        assert second.database.value("SELECT count(*) FROM migrations") == count


def test_children_end_with_the_workspace(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w") as workspace:
        child = workspace.child("tests.engine.echo_child", "echo")
        child.call("echo", text="x").result()
        pid = child.pid
        assert pid and psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)
