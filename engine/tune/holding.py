"""Who works on a run: the process that holds its lock, and nobody when it is free, however that process ended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from engine.errors import FormfactError

_WORKER = "worker.lock"  # held by whoever works on the run
_BACKGROUND = "background.lock"  # held by the run's own process, also while it waits for its turn


@contextlib.contextmanager
def held(run: Path, wait_s: float = 2.0) -> Iterator[None]:
    """Hold the run while the block works on it.

    Raises:
        FormfactError: another process works on it, and went on doing so for ``wait_s`` seconds.
    """
    with _locked(run / _WORKER, wait_s):
        yield


@contextlib.contextmanager
def background_lock(run: Path) -> Iterator[None]:
    """Be the process that a run has for itself."""
    with _locked(run / _BACKGROUND, 2.0):
        yield


def is_held(run: Path) -> bool:
    """Whether a living process works on the run, or is about to."""
    return _taken(run / _WORKER) or _taken(run / _BACKGROUND)


def in_background(run: Path) -> bool:
    """Whether the run has a living process for itself."""
    return _taken(run / _BACKGROUND)


@contextlib.contextmanager
def _locked(path: Path, wait_s: float) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(timeout=wait_s)
    except Timeout as fault:
        what = f"Run {path.parent.name} is being worked on by another process."
        raise FormfactError(what, "Wait until it ends, or stop it.") from fault
    try:
        yield
    finally:
        lock.release()


def _taken(path: Path) -> bool:
    from filelock import FileLock, Timeout

    if not path.exists():
        return False
    try:
        with FileLock(path).acquire(timeout=0):
            return False
    except Timeout:
        return True
