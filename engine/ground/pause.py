"""Lets indexing rest: between two files or two batches it waits until it may go on, or is cancelled."""

from __future__ import annotations

import threading
import time

from engine import events
from engine.task import Task

_LOOK_S = 0.2


class Pause:
    """The switch of one index child. Safe from any thread.

    ``rested`` counts the seconds that work has waited, which rates and forecasts leave out.
    """

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self.rested = 0.0

    def pause(self) -> None:
        """Let work wait at its next step."""
        self._open.clear()

    def resume(self) -> None:
        """Let work go on."""
        self._open.set()

    def wait(self, task: Task) -> None:
        """Return at once while nothing is paused; else when work may go on.

        Raises:
            Cancelled: the task was.
        """
        task.check()
        if self._open.is_set():
            return
        since = time.monotonic()
        task.emit(events.Started("Paused"))
        while not self._open.wait(_LOOK_S):
            task.check()
        self.rested += time.monotonic() - since
        task.emit(events.Started("Indexing"))
