"""From the engine's threads to the GUI thread: jobs, their events, and short reads.

Events are gathered and handed over every ``PERIOD_MS``: what a model says between two handovers arrives as one piece of
text, and of a progress only the last. A stream of thousands of events so costs the
window some twenty-five calls a second.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from engine import events
from engine.errors import FormfactError
from engine.events import Event, Progress, Token
from engine.jobs import Job, Jobs, Lane
from engine.task import Task

PERIOD_MS = 40
READERS = 2


class _Ended:
    """Said of a job in place of an event: nothing more comes."""


_ENDED = _Ended()
_News = tuple[Job, Event | _Ended | None]
"""A job with an event of it, with None when its state has changed, or with its end."""


@dataclass(frozen=True, slots=True)
class _Caller:
    """Who asked for a job, and what to call there."""

    owner: QObject
    on_event: Callable[[Event], None] | None
    on_done: Callable[[Any], None] | None
    on_failed: Callable[[FormfactError], None] | None
    on_end: Callable[[Job], None] | None


class Bridge(QObject):
    """Runs jobs and reads for the window; every callback and signal comes on the GUI thread.

    Signals:
        job_changed: a ``Job`` whose state or progress has changed.
        failed: the ``FormfactError`` of a job or read whose caller does not handle errors.
    """

    job_changed = Signal(object)
    failed = Signal(object)
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inbox: deque[Callable[[], None] | _News] = deque()
        self._lock = threading.Lock()
        self._waiting = False
        self._callers: dict[int, _Caller] = {}
        self._newest: dict[tuple[int, str], int] = {}
        self._asked = 0
        self._timer = QTimer(self, interval=PERIOD_MS, singleShot=True)
        self._timer.timeout.connect(self._hand_over)
        self._arrived.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)
        self.jobs = Jobs(self._heard)
        self._readers = ThreadPoolExecutor(READERS, "reader")
        self._closed = False
        self.reads = 0
        """How many looks have not been handed over yet."""

    def run(
        self,
        lane: Lane,
        title: str,
        work: Callable[[Task], Any],
        *,
        owner: QObject,
        on_event: Callable[[Event], None] | None = None,
        on_done: Callable[[Any], None] | None = None,
        on_failed: Callable[[FormfactError], None] | None = None,
        on_end: Callable[[Job], None] | None = None,
        page: str = "",
    ) -> Job:
        """Start a job; see ``engine.jobs``. The callbacks come while ``owner`` lives; ``on_end`` however it ended.

        Args:
            page: the key of the page that shows more of it.
        """
        caller = _Caller(owner, on_event, on_done, on_failed, on_end)
        with self._lock:  # the lane may be quicker than we are
            job = self.jobs.submit(lane, title, work, page=page)
            self._callers[job.id] = caller
        return job

    def look(
        self,
        read: Callable[[], Any],
        then: Callable[[Any], None],
        *,
        owner: QObject,
        failed: Callable[[FormfactError], None] | None = None,
        key: str = "",
    ) -> None:
        """Call ``read`` on a reader thread and ``then`` with its result; a later look with the same key replaces it."""
        if self._closed:
            return  # the window is going: nobody waits for it any more
        self._asked += 1
        number, place = self._asked, (id(owner), key)
        if key:
            self._newest[place] = number

        def deliver(future: Future[Any]) -> None:
            self.reads -= 1
            if not isValid(owner) or (key and self._newest.get(place) != number):
                return
            fault = future.exception()
            if fault is None:
                then(future.result())
            else:
                (failed or self.failed.emit)(events.raised(events.failed(fault)))

        self.reads += 1
        self._readers.submit(read).add_done_callback(lambda done: self._post(lambda: deliver(done)))

    def close(self) -> None:
        """Stop all jobs, wait for them, and hand over what they still said."""
        self._closed = True
        self.jobs.close()
        self._readers.shutdown(wait=True)  # what is being written, settings say, is written
        self._timer.stop()
        self._hand_over()

    def _heard(self, job: Job, event: Event | None) -> None:
        """On a job's thread. What has ended is noted now: when it is handed over, the job is further than its news."""
        self._post((job, _ENDED if event is None and job.ended else event))

    def _post(self, item: Callable[[], None] | _News) -> None:
        self._inbox.append(item)
        if not self._waiting:
            self._waiting = True
            self._arrived.emit()

    def _hand_over(self) -> None:
        self._waiting = False  # before emptying: what arrives from now on asks for the next handover
        batch = []
        while self._inbox:
            batch.append(self._inbox.popleft())
        for item in _merged(batch):
            if callable(item):
                item()
            else:
                self._tell(*item)

    def _tell(self, job: Job, event: Event | _Ended | None) -> None:
        with self._lock:
            caller = self._callers.get(job.id)
        alive = caller is not None and isValid(caller.owner)
        if isinstance(event, Event):
            if caller and alive and caller.on_event:
                caller.on_event(event)
            if isinstance(event, Progress):
                self.job_changed.emit(job)
            return
        if event is _ENDED and caller:
            self._callers.pop(job.id, None)
            self._end(job, caller, alive)
        self.job_changed.emit(job)

    def _end(self, job: Job, caller: _Caller, alive: bool) -> None:
        if job.error is not None and (not alive or caller.on_failed is None):
            self.failed.emit(job.error)
        elif job.error is not None and caller.on_failed:
            caller.on_failed(job.error)
        elif job.state == "done" and alive and caller.on_done:
            caller.on_done(job.result)
        if alive and caller.on_end and isValid(caller.owner):
            caller.on_end(job)


def _merged(batch: list[Any]) -> list[Any]:
    """The batch with the text of each arm joined to one token and all but the last progress of a stage left out.

    Texts may only pass other texts and progress, never an event that begins or ends something.
    """
    out: list[Any] = []
    places: dict[tuple[int, str], int] = {}
    for item in batch:
        key = _key(item)
        if key is None:
            if not callable(item):  # a border for this job's texts
                places = {known: place for known, place in places.items() if known[0] != item[0].id}
            out.append(item)
        elif key not in places:
            places[key] = len(out)
            out.append(item)
        else:
            job, event = item
            before = out[places[key]][1]
            out[places[key]] = (job, Token(event.arm, before.text + event.text) if isinstance(event, Token) else event)
    return out


def _key(item: Any) -> tuple[int, str] | None:
    if callable(item):
        return None
    job, event = item
    if isinstance(event, Token):
        return job.id, f"token {event.arm}"
    return (job.id, f"progress {event.what}") if isinstance(event, Progress) else None
