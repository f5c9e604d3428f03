"""Copying a workspace while it is open."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from engine import events
from engine.errors import FormfactError, disk_errors
from engine.task import Task

if TYPE_CHECKING:
    from engine.workspace import Workspace

_LEFT_OUT = (".lock", "logs", "cache", "chroma")
"""Made anew where they are needed: Chroma's files may be half written, and are rebuilt from the stored vectors."""
_DATABASE = ".sqlite3"


def duplicate(workspace: Workspace, target: Path, task: Task) -> None:
    """Copy a workspace; see ``Workspace.copy``. Databases go through SQLite's own backup, other files one by one."""
    if target.exists() and (target.is_file() or any(target.iterdir())):
        raise FormfactError(f"{target} is not an empty folder.", "Choose a new name.")
    if target.absolute().is_relative_to(workspace.folder):
        raise FormfactError("A workspace cannot be copied into itself.", "Choose another place.")
    files = [path for path in sorted(workspace.folder.rglob("*")) if path.is_file() and _copied(workspace, path)]
    try:
        with disk_errors(target):
            for place, path in enumerate(files):
                task.check()
                task.emit(events.Progress("Copying", place, len(files), "files"))
                _copy(path, target / path.relative_to(workspace.folder))
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise


def _copied(workspace: Workspace, path: Path) -> bool:
    return path.relative_to(workspace.folder).parts[0] not in _LEFT_OUT and not path.name.endswith(("-wal", "-shm"))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not source.name.endswith(_DATABASE):
        shutil.copy2(source, target)
        return
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing)
    finally:
        writing.close()
        reading.close()
