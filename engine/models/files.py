"""Large files: their SHA-256 with progress, copying them where there is room."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import time
from pathlib import Path

from engine.errors import DiskFull, disk_errors
from engine.events import Progress
from engine.task import Task

_PIECE = 1 << 22  # bytes between two looks at the task


def sha256(path: Path, task: Task | None = None) -> str:
    """The SHA-256 of a file as lower-case hex.

    Raises:
        Cancelled: the task was stopped.
        StoreError: the file cannot be read.
    """
    task = task or Task()
    digest, done, began = hashlib.sha256(), 0, time.monotonic()
    with disk_errors(path), path.open("rb") as file:
        total = path.stat().st_size
        while piece := file.read(_PIECE):
            task.check()
            digest.update(piece)
            done += len(piece)
            if total > 16 * _PIECE:
                left = (time.monotonic() - began) * (total - done) / done
                task.emit(Progress("Reading", done / 1e6, total / 1e6, "MB", left, path.name))
    return digest.hexdigest()


def sha256_cached(path: Path) -> str:
    """``sha256``, remembered in this process while the file's size and time stay the same."""
    seen = path.stat()
    return _sha256_at(path.resolve(), seen.st_size, seen.st_mtime_ns)


@functools.lru_cache(maxsize=64)
def _sha256_at(path: Path, size: int, modified_ns: int) -> str:
    del size, modified_ns  # part of the key: a file that has changed is read again
    return sha256(path)


def require_room(folder: Path, size: int) -> None:
    """Raise ``DiskFull`` if ``size`` more bytes do not fit where ``folder`` is."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise DiskFull(
            f"{size / 1e6:,.0f} MB are needed in {folder}, {free / 1e6:,.0f} MB are free.", "Free some space first."
        )


def copy(source: Path, target: Path) -> None:
    """Copy a file, whole or not at all; raises ``DiskFull`` before anything is written."""
    require_room(target.parent, source.stat().st_size)
    part = target.with_name(f"{target.name}.part")
    try:
        shutil.copyfile(source, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def erase(path: Path) -> None:
    """Delete a file or a folder, and the folder around it if that is empty then.

    Raises:
        StoreError: it cannot be deleted.
    """
    with disk_errors(path):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()


def link_or_copy(source: Path, target: Path) -> None:
    """A second name for a large file where the file system has that, else a copy."""
    if target.exists() and target.samefile(source):
        return
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        copy(source, target)
