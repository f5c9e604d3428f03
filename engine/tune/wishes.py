"""What a person wishes of a run that is under way: a file in its folder each, so that any process can ask.

``stop``: save, check, and end. ``detach``: save, and go on in a process of its own. ``discard``: end, and throw away.
"""

from __future__ import annotations

from pathlib import Path

from engine.errors import disk_errors

STOP, DETACH, DISCARD = "stop", "detach", "discard"
_ALL = (STOP, DETACH, DISCARD)


def wish(run: Path, what: str) -> None:
    """Leave a wish in a run's folder.

    Raises:
        DiskFull, ReadOnly: it could not be written.
    """
    with disk_errors(run):
        (run / what).touch()


def wished(run: Path, *what: str) -> bool:
    """Whether someone wishes one of these; without any, whether there is a wish to leave off at all."""
    return any((run / one).exists() for one in what or _ALL)


def forget(run: Path, *what: str) -> None:
    """Take wishes back: these, or all."""
    for one in what or _ALL:
        (run / one).unlink(missing_ok=True)
