"""What a person wishes of a run that is under way: a file in its folder each, so that any process can ask.

``stop``: save, check, and end. ``detach``: save, and go on in a process of its own. ``discard``: end, and throw away.
The trainer knows only ``stop``, which the other two leave as well.
"""

from __future__ import annotations

from pathlib import Path

from engine.errors import disk_errors

STOP, DETACH, DISCARD = "stop", "detach", "discard"


def wish(run: Path, what: str) -> None:
    """Leave a wish in a run's folder.

    Raises:
        DiskFull, ReadOnly: it could not be written.
    """
    with disk_errors(run):
        (run / what).touch()
        (run / STOP).touch()


def wished(run: Path, what: str) -> bool:
    """Whether someone wishes that."""
    return (run / what).exists()


def forget(run: Path) -> None:
    """Take all wishes back, before a run is begun or gone on with."""
    for what in (STOP, DETACH, DISCARD):
        (run / what).unlink(missing_ok=True)
