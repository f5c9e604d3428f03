"""The journal of a run: ``runs/ID/events.jsonl``. An event is on disk before anyone is told of it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine import events
from engine.task import Task


class Journal:
    """Appends events to a file, then tells them.

    Args:
        path: the file; it grows over interruptions of the same run.
        task: who is told.
    """

    def __init__(self, path: Path, task: Task) -> None:
        self._file = path.open("ab", buffering=0)
        self._task = task

    def tell(self, event: events.Event) -> None:
        """Store ``event``, then show it."""
        self._file.write(msgspec.json.encode(event) + b"\n")
        self._task.emit(event)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read(path: Path) -> list[events.Event]:
    """The events of a run so far; a last line cut off by a crash is left out.

    A step that was trained twice (a crash came between it and the next checkpoint) is there once: the later one.
    """
    if not path.exists():
        return []
    decoder = msgspec.json.Decoder(events.Known)
    told: list[events.Event] = []
    for line in path.read_bytes().splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        event = decoder.decode(line)
        if isinstance(event, events.TrainStep):
            told = [e for e in told if not isinstance(e, events.TrainStep) or e.step < event.step]
        told.append(event)
    return told
