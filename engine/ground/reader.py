"""Reads files through a process that can be replaced, within limits of time and memory."""

from __future__ import annotations

import dataclasses
import queue
import time
from pathlib import Path
from typing import Any

import msgspec

from engine import events
from engine.errors import Cancelled, DocumentRefused
from engine.ground.limits import Limits
from engine.ground.pages import Page
from engine.ground.parse import Parsed
from engine.ground.paths import as_path
from engine.process import Call, Child
from engine.task import Task

_LOOK_S = 0.1


@dataclasses.dataclass(slots=True)
class Reading:
    """A file that is being read, while the caller does other work.

    ``parser`` counts the parser processes that ended before it was started.
    """

    call: Call
    path: str
    parser: int
    method: str
    params: dict[str, Any]
    started: float = dataclasses.field(default_factory=time.monotonic)


class Reader:
    """Hands files to the parser process, which reads them in turn, and watches it.

    Args:
        log: file that takes what the parsers print.
        limits: what a file may cost.
    """

    def __init__(self, log: Path, limits: Limits) -> None:
        self.limits = limits
        self._child = Child("engine.ground.parser", [], log)
        self._ended = 0  # parser processes so far
        self._free_at = 0.0

    def close(self) -> None:
        """End the parser process."""
        self._child.kill()  # it has nothing to save

    def start(self, path: str) -> Reading:
        """Begin to read the file at ``path`` (as text)."""
        return self._start("read", path)

    def page(self, path: str, page: int, scale: float, passage: str, task: Task) -> Page:
        """Draw a page of the PDF at ``path`` (as text); see ``pages.draw``.

        Raises:
            DocumentRefused: it cannot be drawn.
            Cancelled: the task was.
        """
        drawing = self._start("page", path, page=page, scale=scale, passage=passage)
        return msgspec.convert(self._finish(drawing, task), Page)

    def _start(self, method: str, path: str, **params: Any) -> Reading:
        call = self._child.call(method, path=path, limits=dataclasses.asdict(self.limits), **params)
        return Reading(call, path, self._ended, method, params)

    def finish(self, reading: Reading, task: Task) -> Parsed:
        """Wait for a reading. Readings must be finished in the order in which they were started.

        Raises:
            DocumentRefused: the file cannot be read; ``what`` is the reason in a few words.
            Cancelled: the task was.
        """
        return msgspec.convert(self._finish(reading, task), Parsed)

    def _finish(self, reading: Reading, task: Task) -> Any:
        if reading.parser != self._ended:  # the file before it ended the process that should have read this one
            reading = self._start(reading.method, reading.path, **reading.params)
        reading.started = max(reading.started, self._free_at)
        try:
            return self._wait(reading, task)
        finally:
            self._free_at = time.monotonic()

    def _wait(self, reading: Reading, task: Task) -> Any:
        while True:
            try:
                event = reading.call.inbox.get(timeout=_LOOK_S)
            except queue.Empty:
                self._check(reading, task)
                continue
            if isinstance(event, events.Finished):
                return event.result
            if isinstance(event, events.Failed):
                raise self._refusal(event, reading)

    def _check(self, reading: Reading, task: Task) -> None:
        """End the parser process if the reading was cancelled or exceeds a limit."""
        import psutil

        if task.cancelled:
            raise Cancelled
        if time.monotonic() - reading.started > self.limits.seconds:
            self._end(reading)
            raise DocumentRefused(f"too slow: reading it took more than {self.limits.seconds:.0f} s")
        try:
            used = psutil.Process(self._child.pid).memory_info().rss if self._child.pid else 0
        except psutil.NoSuchProcess:
            return  # the end of the process arrives as an event
        if used > self.limits.memory_mb * 1_000_000:
            self._end(reading)
            raise DocumentRefused(f"too large: reading it took more than {self.limits.memory_mb:,} MB of memory")

    def _end(self, reading: Reading) -> None:
        """End the parser process, and wait until it has ended."""
        self._child.kill()
        for _ in reading.call.events():
            pass
        self._ended += 1

    def _refusal(self, event: events.Failed, reading: Reading) -> DocumentRefused:
        if event.error == "ChildDied":
            self._ended += 1
        if event.error == DocumentRefused.__name__:
            return DocumentRefused(event.what, "", event.details)
        if event.error == "OutOfMemory":
            return DocumentRefused("too large: there was not enough memory to read it")
        if not as_path(reading.path).exists():
            return DocumentRefused("gone: the file vanished while it was read")
        if event.error == "ChildDied":
            return DocumentRefused("corrupt: the reader crashed on it", "", event.details)
        return DocumentRefused(f"unreadable: {event.what}", "", event.details)
