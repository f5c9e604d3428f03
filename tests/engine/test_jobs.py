"""Lanes: one after another in each, side by side between them, and every job ends in one state."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from engine.errors import Cancelled, FormfactError, NotFound
from engine.events import Event, Notice, Progress
from engine.jobs import ENDED, Job, Jobs, Lane
from engine.task import Task

PATIENCE_S = 20


class Heard:
    """Keeps what the listener hears, and waits for ends."""

    def __init__(self) -> None:
        self.events: list[tuple[Job, Event]] = []
        self.states: dict[int, list[str]] = {}
        self._changed = threading.Condition()

    def __call__(self, job: Job, event: Event | None) -> None:
        with self._changed:
            if event is None:
                self.states.setdefault(job.id, []).append(job.state)
            else:
                self.events.append((job, event))
            self._changed.notify_all()

    def until_ended(self, *jobs: Job) -> None:
        with self._changed:
            assert self._changed.wait_for(
                lambda: all(any(state in ENDED for state in self.states.get(job.id, [])) for job in jobs), PATIENCE_S
            )


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def jobs(heard: Heard) -> Iterator[Jobs]:
    made = Jobs(heard)
    yield made
    made.close()


def test_a_job_tells_its_states_and_keeps_its_last_progress(jobs: Jobs, heard: Heard) -> None:
    def work(task: Task) -> str:
        task.emit(Progress("Counting", 1, 2))
        task.emit(Progress("Counting", 2, 2))
        return "counted"

    job = jobs.submit(Lane.DATA, "Counting", work)
    heard.until_ended(job)
    assert heard.states[job.id] == ["queued", "running", "done"]
    assert (job.result, job.progress) == ("counted", Progress("Counting", 2, 2))
    assert jobs.active == []


def test_jobs_of_a_lane_wait_for_each_other_and_lanes_do_not(jobs: Jobs, heard: Heard) -> None:
    go, order = threading.Event(), []

    def slow(task: Task) -> None:
        assert go.wait(PATIENCE_S)
        order.append("first")

    first = jobs.submit(Lane.CHAT, "first", slow)
    second = jobs.submit(Lane.CHAT, "second", lambda task: order.append("second"))
    beside = jobs.submit(Lane.INDEX, "beside", lambda task: order.append("beside"))
    heard.until_ended(beside)
    assert (order, second.state) == (["beside"], "queued")
    go.set()
    heard.until_ended(first, second)
    assert order == ["beside", "first", "second"]


def test_what_is_cancelled_while_it_waits_is_never_begun_and_is_reported(jobs: Jobs, heard: Heard) -> None:
    go, begun = threading.Event(), []
    first = jobs.submit(Lane.CHAT, "first", lambda task: go.wait(PATIENCE_S))
    second = jobs.submit(Lane.CHAT, "second", lambda task: begun.append("second"))
    second.cancel()
    go.set()
    heard.until_ended(first, second)
    assert (second.state, begun) == ("cancelled", [])
    assert heard.states[second.id] == ["queued", "cancelled"]


@pytest.mark.parametrize(
    ("fault", "state", "kind"),
    [
        (NotFound("There is none."), "failed", NotFound),
        (ValueError("a bug"), "failed", FormfactError),
        (MemoryError(), "failed", FormfactError),
        (Cancelled(), "cancelled", type(None)),
    ],
)
def test_a_fault_ends_the_job_and_not_the_lane(
    jobs: Jobs, heard: Heard, fault: Exception, state: str, kind: type
) -> None:
    def work(task: Task) -> None:
        raise fault

    job = jobs.submit(Lane.TUNE, "failing", work)
    after = jobs.submit(Lane.TUNE, "after", lambda task: 1)
    heard.until_ended(job, after)
    assert job.state == state
    assert isinstance(job.error, kind)
    assert after.result == 1


def test_a_job_that_ends_by_itself_after_cancel_keeps_what_it_had(jobs: Jobs, heard: Heard) -> None:
    begun = threading.Event()

    def work(task: Task) -> str:
        stopped = threading.Event()
        task.on_cancel(stopped.set)
        begun.set()
        assert stopped.wait(PATIENCE_S)
        return "half"

    job = jobs.submit(Lane.TUNE, "tuning", work)
    assert begun.wait(PATIENCE_S)
    job.cancel()
    heard.until_ended(job)
    assert (job.state, job.result) == ("cancelled", "half")


def test_closing_stops_what_runs_and_what_waits(heard: Heard) -> None:
    jobs, begun = Jobs(heard), threading.Event()

    def work(task: Task) -> None:
        begun.set()
        while True:
            task.check()

    running, waiting = jobs.submit(Lane.DATA, "running", work), jobs.submit(Lane.DATA, "waiting", work)
    assert begun.wait(PATIENCE_S)
    jobs.close()
    assert (running.state, waiting.state) == ("cancelled", "cancelled")


def test_events_reach_the_listener_in_order(jobs: Jobs, heard: Heard) -> None:
    def work(task: Task) -> None:
        for number in range(100):
            task.emit(Notice(str(number)))

    job = jobs.submit(Lane.DATA, "telling", work)
    heard.until_ended(job)
    assert [event for _, event in heard.events] == [Notice(str(number)) for number in range(100)]
