"""The journal of a run: ``runs/ID/events.jsonl``. An event is on disk before anyone is told of it.

Whoever shows a run reads its journal, so it looks the same while it goes on here, in another process, and years later.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine import events
from engine.task import Task

FILE = "events.jsonl"
_MOST_NOTICES = 20


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


@dataclass(frozen=True, slots=True)
class Curve:
    """How a run went so far: training loss at each of ``steps``, and what was measured at some."""

    steps: tuple[int, ...] = ()
    losses: tuple[float, ...] = ()
    rates: tuple[float, ...] = ()
    held_out: tuple[tuple[int, float], ...] = ()
    samples: tuple[events.Sample, ...] = ()
    notices: tuple[str, ...] = ()
    last: events.TrainStep | None = None
    estimated: events.Estimated | None = None


class Story:
    """Reads a journal, and reads on when it has grown. To be used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path, self._place = path, 0
        self._decoder = msgspec.json.Decoder(events.Known)
        self._steps: list[events.TrainStep] = []
        self._held_out: list[events.Evaluated] = []
        self._samples: list[events.Sample] = []
        self._notices: list[str] = []
        self._estimated: events.Estimated | None = None

    def read_on(self) -> Curve:
        """Everything up to now."""
        for event in self._new():
            self._take(event)
        return Curve(
            tuple(one.step for one in self._steps),
            tuple(one.loss for one in self._steps),
            tuple(one.learning_rate for one in self._steps),
            tuple((one.step, one.held_out_loss) for one in self._held_out),
            tuple(self._samples),
            tuple(self._notices[-_MOST_NOTICES:]),
            self._steps[-1] if self._steps else None,
            self._estimated,
        )

    def _new(self) -> list[events.Event]:
        try:
            with self._path.open("rb") as file:
                file.seek(self._place)
                found = file.read()
        except FileNotFoundError:
            return []
        whole = found[: found.rfind(b"\n") + 1]  # a last line that is being written, or was cut off, waits
        self._place += len(whole)
        return [event for line in whole.splitlines() if (event := _decoded(self._decoder, line))]

    def _take(self, event: events.Event) -> None:
        if isinstance(event, events.TrainStep):
            self._go_back(event.step)
            self._steps.append(event)
        elif isinstance(event, events.Evaluated):
            self._held_out = [one for one in self._held_out if one.step < event.step] + [event]
        elif isinstance(event, events.Sample):
            again = (event.step, event.question)
            self._samples = [one for one in self._samples if (one.step, one.question) != again] + [event]
        elif isinstance(event, events.Notice):
            self._notices.append(event.text)
        elif isinstance(event, events.Estimated):
            self._estimated = event

    def _go_back(self, step: int) -> None:
        """Forget what came after a checkpoint that the run had to go back to."""
        if self._steps and self._steps[-1].step >= step:
            self._steps = [one for one in self._steps if one.step < step]
            self._held_out = [one for one in self._held_out if one.step < step]
            self._samples = [one for one in self._samples if one.step < step]


def read(path: Path) -> list[events.Event]:
    """The events of a run so far; a last line cut off by a crash is left out.

    A step that was trained twice (a crash came between it and the next checkpoint) is there once: the later one.
    """
    if not path.exists():
        return []
    decoder = msgspec.json.Decoder(events.Known)
    told: list[events.Event] = []
    last = 0
    for line in path.read_bytes().splitlines(keepends=True):
        event = _decoded(decoder, line) if line.endswith(b"\n") else None
        if isinstance(event, events.TrainStep):
            if event.step <= last:
                told = [e for e in told if not isinstance(e, events.TrainStep) or e.step < event.step]
            last = event.step
        if event:
            told.append(event)
    return told


def _decoded(decoder: msgspec.json.Decoder[events.Known], line: bytes) -> events.Event | None:
    """A line as an event; None for one that a crash cut in two, which the next run of the trainer wrote on after."""
    try:
        return decoder.decode(line)
    except msgspec.MsgspecError:
        return None
