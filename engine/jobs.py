"""Background work of one process: a lane for each contended resource, one job at a time in each.

A lane is a queue with one thread. Two scorings wait for each other (both need the model in the chat child) while a
folder is indexed beside them. Every job ends in exactly one of ``done``, ``failed`` and ``cancelled``, also one that
is cancelled while it waits.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from engine import events
from engine.errors import Cancelled, FormfactError
from engine.events import Event, Progress
from engine.task import Task

_SAVE_S = 120.0  # the step under way, its checkpoint, and the gate
ENDED = ("done", "failed", "cancelled")


class Lane(StrEnum):
    """What a job needs for itself."""

    CHAT = "chat"
    INDEX = "index"
    TUNE = "tune"
    DATA = "data"
    NETWORK = "network"


class Job:
    """One piece of background work; made by ``Jobs.submit``.

    Attributes:
        state: ``queued``, ``running``, ``done``, ``failed`` or ``cancelled``.
        progress: the last that was told, None before.
        error: why it failed.
        result: what it returned; of a cancelled job that ended by itself, what there was.
        page: where a window shows more of it.
    """

    def __init__(self, number: int, lane: Lane, title: str, page: str, work: Callable[[Task], Any]) -> None:
        self.id, self.lane, self.title, self.page, self.work = number, lane, title, page, work
        self.state = "queued"
        self.progress: Progress | None = None
        self.error: FormfactError | None = None
        self.result: Any = None
        self.task = Task()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ENDED

    def cancel(self) -> None:
        """Ask it to stop; it still ends in its own time, and says so."""
        self.task.cancel()


Listener = Callable[[Job, Event | None], None]
"""Hears each event of a job, and None whenever the job's state has changed; on the job's thread."""


class Jobs:
    """The lanes of a process.

    Args:
        listener: see ``Listener``.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._lanes: dict[Lane, queue.SimpleQueue[Job | None]] = {}
        self._threads: list[threading.Thread] = []
        self._jobs: dict[int, Job] = {}

    def submit(self, lane: Lane, title: str, work: Callable[[Task], Any], *, page: str = "") -> Job:
        """Queue ``work(task)`` in a lane; the job's ``task`` carries its events and its cancel."""
        job = Job(next(self._numbers), lane, title, page, work)
        job.task = Task(lambda event: self._heard(job, event))
        with self._lock:
            self._jobs[job.id] = job
            if lane not in self._lanes:
                self._lanes[lane] = queue.SimpleQueue()
                thread = threading.Thread(target=self._drive, args=(self._lanes[lane],), name=f"{lane} lane")
                thread.daemon = True
                thread.start()
                self._threads.append(thread)
        self._listener(job, None)
        self._lanes[lane].put(job)
        return job

    @property
    def active(self) -> list[Job]:
        """Jobs that wait or run, in the order they were asked for."""
        with self._lock:
            return list(self._jobs.values())

    def cancel_all(self) -> None:
        """Ask every job to stop."""
        for job in self.active:
            job.cancel()

    def close(self, wait_s: float = 10.0) -> None:
        """Stop every job and wait for the lanes to end, ``wait_s`` seconds each at most; training gets longer."""
        self.cancel_all()
        for waiting in self._lanes.values():
            waiting.put(None)
        for lane, thread in zip(self._lanes, self._threads, strict=True):
            thread.join(max(wait_s, _SAVE_S) if lane is Lane.TUNE else wait_s)

    def _drive(self, lane: queue.SimpleQueue[Job | None]) -> None:
        while (job := lane.get()) is not None:
            self._run(job)

    def _run(self, job: Job) -> None:
        state = "cancelled"
        if not job.task.cancelled:
            job.state = "running"
            self._listener(job, None)
            try:
                job.result = job.work(job.task)
                state = "cancelled" if job.task.cancelled else "done"
            except Cancelled:
                state = "cancelled"
            except Exception as fault:  # of whatever kind: a lane must outlive its jobs, and someone must be told
                known = isinstance(fault, FormfactError)
                job.error = fault if known else events.raised(events.failed(fault))  # type: ignore[assignment]
                state = "failed"
        with self._lock:
            self._jobs.pop(job.id, None)
        job.state = state
        self._listener(job, None)

    def _heard(self, job: Job, event: Event) -> None:
        if isinstance(event, Progress):
            job.progress = event
        self._listener(job, event)
