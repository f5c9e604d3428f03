"""The root of the exception tree, and what can go wrong with a workspace on disk.

::

    FormfactError              every error that is meant for a person
    └── StoreError             the workspace on disk
        ├── WorkspaceLocked    another Formfact has it open
        ├── WorkspaceTooNew    made by a newer Formfact
        ├── Outdated           made by an older Formfact, or not finished, and only opened to be read
        ├── ReadOnly           this user may not write here
        ├── DiskFull           no room left; nothing was half-written
        └── Corrupt            a database cannot be read

The rest of the tree grows in ``engine.errors``.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FormfactError(Exception):
    """An error a person can act on.

    Args:
        what: what happened, one sentence, plain words.
        remedy: what to do next, one sentence; empty when there is nothing to do.
        details: technical text that goes behind a fold (a library's message, the tail of a log).
    """

    def __init__(self, what: str, remedy: str = "", details: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.details = details

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


class StoreError(FormfactError):
    """The workspace on disk cannot be used as asked."""


class WorkspaceLocked(StoreError):
    """Another Formfact process has this workspace open for writing."""


class WorkspaceTooNew(StoreError):
    """A newer Formfact has written this workspace."""


class Outdated(StoreError):
    """A database that must be opened for writing once, to be brought to the form that this Formfact reads."""


class ReadOnly(StoreError):
    """The workspace, or the disk it is on, cannot be written to."""


class DiskFull(StoreError):
    """The disk is full; what was being written has been rolled back."""


class Corrupt(StoreError):
    """A database file is damaged."""


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn the disk's and SQLite's errors about ``path`` into typed ones.

    Raises:
        DiskFull, ReadOnly, Corrupt: in place of ``OSError`` and ``sqlite3`` errors with that meaning.
    """
    try:
        yield
    except sqlite3.DatabaseError as fault:
        words = str(fault)
        if "disk is full" in words or ("disk I/O error" in words and no_room(path)):
            raise disk_full(path, words) from fault
        if "readonly" in words or "unable to open" in words:
            raise read_only(path, words) from fault
        if "malformed" in words or "not a database" in words or "disk I/O error" in words:
            raise Corrupt(
                f"{path.name} is damaged and cannot be read.",
                f"Restore it from a backup beside it ({path.name}.*.bak) or start a new workspace.",
                words,
            ) from fault
        raise
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(path, str(fault)) from fault
        if fault.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise read_only(path, str(fault)) from fault
        raise


def no_room(path: Path) -> bool:
    """Whether the disk is full: SQLite calls it an I/O error when even its shared-memory file has no room."""
    return path.parent.is_dir() and shutil.disk_usage(path.parent).free < 2**16


def disk_full(path: Path, details: str = "") -> DiskFull:
    """The error for a full disk under ``path``."""
    return DiskFull(f"The disk that holds {path} is full.", "Free some space, then try again.", details)


def read_only(path: Path, details: str = "") -> ReadOnly:
    """The error for a place that cannot be written to."""
    return ReadOnly(f"{path} cannot be written to.", "Choose a folder you may write to.", details)
