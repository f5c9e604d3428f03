"""How far indexing is, in chunks, with the rate and the time that is left."""

from __future__ import annotations

import time

from engine import events
from engine.ground.pause import Pause
from engine.task import Task


class Progress:
    """Counts what was read and embedded, and tells the task.

    How many chunks unread files will give is estimated from those that were read, by size.
    """

    def __init__(self, task: Task, pause: Pause) -> None:
        self._task, self._pause = task, pause
        self._files = self._files_done = 0
        self._bytes = self._bytes_read = 0
        self._chunks_read = self._chunks_done = self._chunks_made = 0
        self._started = time.monotonic() - pause.rested  # rests do not count

    def begin(self, files: int, size: int) -> None:
        """``files`` of together ``size`` bytes are to be read."""
        self._files, self._bytes = files, size
        self._tell()

    def read(self, size: int, ready: int, waiting: int) -> None:
        """A file of ``size`` bytes was read: of its chunks some are ``ready``, some are ``waiting`` for vectors."""
        self._bytes_read += size
        self._chunks_read += ready + waiting
        self._chunks_done += ready
        self._tell()

    def embedded(self, chunks: int) -> None:
        """That many chunks were embedded."""
        self._chunks_done += chunks
        self._chunks_made += chunks
        self._tell()

    def file(self) -> None:
        """A file reached its final state."""
        self._files_done += 1

    def _tell(self) -> None:
        unread = self._bytes - self._bytes_read
        density = self._chunks_read / self._bytes_read if self._bytes_read else 0.0
        total = max(self._chunks_read + round(unread * density), self._chunks_done)
        rate = self._chunks_made / max(0.001, time.monotonic() - self._pause.rested - self._started)
        eta_s = (total - self._chunks_done) / rate if rate and density else None
        detail = f"{self._files_done:,}/{self._files:,} files" + (f", {rate:.0f} chunks/s" if rate else "")
        self._task.emit(events.Progress("Indexing", self._chunks_done, total or None, "chunks", eta_s, detail))
