"""What a long operation is given: where to tell how far it is, and whether it should stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.errors import Cancelled
from engine.events import Event

Listener = Callable[[Event], None]


class Task:
    """The link between a long operation and whoever asked for it (a command line, a job in a window).

    Args:
        listener: called with each event, on the thread that does the work.
    """

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._on_cancel: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether someone has asked to stop."""
        return self._stop.is_set()

    def emit(self, event: Event) -> None:
        """Tell an event to the listener."""
        if self._listener:
            self._listener(event)

    def check(self) -> None:
        """Raise ``Cancelled`` if someone has asked to stop."""
        if self.cancelled:
            raise Cancelled

    def cancel(self) -> None:
        """Ask the operation to stop. Safe from any thread, and more than once."""
        with self._lock:
            already = self._stop.is_set()
            self._stop.set()
            callbacks = [] if already else list(self._on_cancel)
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` when ``cancel`` is called; at once if it has been."""
        with self._lock:
            self._on_cancel.append(callback)
            now = self._stop.is_set()
        if now:
            callback()
