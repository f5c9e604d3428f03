"""Large files: their SHA-256, with progress, and whether they are still what they were."""

from __future__ import annotations

import functools
import hashlib
import time
from pathlib import Path

from engine.errors import disk_errors
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
