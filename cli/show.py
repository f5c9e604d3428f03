"""What a command prints: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from engine import events
from engine.errors import FormfactError
from engine.task import Task


class Show:
    """The printer of one command.

    Args:
        json: print JSON objects, one a line, instead of text.

    ``task`` is handed to the engine: its events are shown here, Ctrl-C cancels it.
    """

    def __init__(self, *, json: bool = False) -> None:
        self.json = json
        self.task = Task(self._event)
        self._live = sys.stderr.isatty()
        self._last = 0.0
        self._drawn = 0

    def result(self, value: Any, text: str | None = None) -> None:
        """Print a result: ``value`` as one JSON object, or else ``text``."""
        self._wipe()
        if self.json:
            sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
        elif text is not None:
            print(text)
        sys.stdout.flush()

    def table(self, rows: Iterable[Sequence[object]], heads: Sequence[str], value: Any) -> None:
        """Print rows in aligned columns, or ``value`` as JSON."""
        cells = [[str(cell) for cell in row] for row in rows]
        widths = [max(len(row[i]) for row in [list(heads), *cells]) for i in range(len(heads))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in [list(heads), *cells]
        ]
        self.result(value, "\n".join(lines) if cells else "Nothing yet.")

    def stream(self, text: str) -> None:
        """Print part of an answer as it comes."""
        self._wipe()
        sys.stdout.write(text)
        sys.stdout.flush()

    def error(self, fault: FormfactError) -> None:
        """Say on standard error what happened and what to do."""
        self._wipe()
        if self.json:
            event = events.failed(fault)
            sys.stderr.write(msgspec.json.encode(event).decode() + "\n")
            return
        print(fault.what, file=sys.stderr)
        if fault.remedy:
            print(f"→ {fault.remedy}", file=sys.stderr)
        if fault.details:
            print("\n".join(f"  | {line}" for line in fault.details.strip().splitlines()[-12:]), file=sys.stderr)

    def _event(self, event: events.Event) -> None:
        if isinstance(event, events.Progress):
            self._progress(event)
        elif isinstance(event, events.Started):
            self._line(event.what + "…")
        elif isinstance(event, events.Notice):
            self._line(event.text)
        elif isinstance(event, events.FileDone) and event.reason:
            self._line(f"  {event.path}: {event.status} ({event.reason})")
        elif isinstance(event, events.Estimated):
            took = f"{duration(event.seconds_low)} to {duration(event.seconds_high).removeprefix('about ')}"
            self._line(f"  {event.steps:,} steps, {took}, {event.memory / 2**30:.1f} GiB of memory")

    def _progress(self, event: events.Progress) -> None:
        now = time.monotonic()
        done = event.total is not None and event.done >= event.total
        if not done and now - self._last < (0.1 if self._live else 10.0):
            return
        self._last = now
        words = [event.what]
        if event.total:
            words.append(f"{event.done:,.0f}/{event.total:,.0f} {event.unit}".rstrip())
        elif event.done:
            words.append(f"{event.done:,.0f} {event.unit}".rstrip())
        if event.detail:
            words.append(event.detail)
        if event.eta_s is not None and not done:
            words.append(f"{duration(event.eta_s)} left")
        self._draw(" · ".join(words))

    def _draw(self, text: str) -> None:
        if not self._live:
            print(text, file=sys.stderr, flush=True)
            return
        sys.stderr.write("\r" + text[:110].ljust(self._drawn))
        sys.stderr.flush()
        self._drawn = min(len(text), 110)

    def _line(self, text: str) -> None:
        self._wipe()
        print(text, file=sys.stderr, flush=True)

    def _wipe(self) -> None:
        if self._drawn:
            sys.stderr.write("\r" + " " * self._drawn + "\r")
            self._drawn = 0


def duration(seconds: float) -> str:
    """Seconds in words that people use: ``"about 2 min"``."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 90:
        return f"about {seconds:.0f} s"
    if seconds < 5400:
        return f"about {seconds / 60:.0f} min"
    return f"about {seconds / 3600:.1f} h"
