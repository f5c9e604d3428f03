"""A run that goes on without its window: real processes, a real model, no timings."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from engine import errors, events
from engine.task import Task
from engine.tune.holding import in_background, is_held
from engine.tune.recipe import Recipe
from engine.workspace import Workspace
from store import runs as rows
from store.runs import ACTIVE, Run
from tests.tune.test_service import SMALL, data, model, stories

__all__ = ["model"]  # a fixture

LONG = SMALL.with_settings(["max_steps=4000", "save_every=0", "samples=0"])


def until(true: Callable[[], object]) -> None:
    """Wait for something that comes; the limit only ends a wait for what never does."""
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def background_process(run: str) -> psutil.Process:
    """The process that a run has for itself."""
    lines = ((one, one.info["cmdline"] or []) for one in psutil.process_iter(["cmdline"]))
    return next(one for one, words in lines if "engine.tune.background" in words and run in words)


def end_background(run: str) -> None:
    """End that process, if it is still there, with its children."""
    with contextlib.suppress(StopIteration, psutil.NoSuchProcess):
        process = background_process(run)
        for one in [*process.children(recursive=True), process]:
            one.kill()


@pytest.fixture
def left(workspace: Workspace, model: str) -> Iterator[Run]:
    """A run that was detached while it trained, in a workspace that stays open."""
    run = detached(workspace, model, LONG)
    try:
        yield run
    finally:
        end_background(run.id)


def detached(workspace: Workspace, model: str, recipe: Recipe) -> Run:
    name = data(workspace, stories(20))
    began = threading.Event()
    found: list[BaseException] = []

    def tell(event: events.Event) -> None:
        if isinstance(event, events.TrainStep):
            began.set()

    def work() -> None:
        try:
            workspace.tuning.start(name, model, Task(tell), recipe=recipe)
        except errors.Cancelled as fault:
            found.append(fault)

    thread = threading.Thread(target=work)
    thread.start()
    began.wait()
    run = workspace.tuning.detach(None)
    thread.join()
    assert found  # whoever waited for it here is told that it does not end here
    return run


def test_it_goes_on_in_a_process_of_its_own_and_is_stopped_from_another_window(workspace: Workspace, left: Run) -> None:
    folder, path = workspace.folder, workspace.tuning.folder(left)
    until(lambda: is_held(path))
    assert in_background(path)
    assert workspace.tuning.get().state in ACTIVE
    assert workspace.tuning.active() == []
    workspace.close()
    with Workspace.open(folder) as again:  # the workspace is free, and the run is not taken for interrupted
        seen = again.tuning.get()
        assert seen.state in ACTIVE
        assert again.tuning.elsewhere(seen)
        story = again.tuning.story(seen)
        last = story.read_on().steps[-1]
        until(lambda: story.read_on().steps[-1] > last)  # it really trains
        with pytest.raises(errors.FormfactError, match="is under way"):
            again.tuning.delete(seen.id)
        again.tuning.stop(seen.id)
        until(lambda: again.tuning.get().state not in ACTIVE)
        done = again.tuning.get()
        assert done.state == "stopped", done.note
        assert Path(done.adapter).exists()
        assert json.loads(done.gate)["passed"]
        steps = story.read_on().steps
        assert list(steps) == list(range(1, len(steps) + 1))  # nothing lost, nothing twice
        until(lambda: not in_background(path))


def test_killed_in_the_background_it_is_interrupted(workspace: Workspace, left: Run) -> None:
    process = background_process(left.id)
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: workspace.tuning.get().state == "interrupted")
    assert workspace.tuning.saved_step(left)
    assert "resumed from its last checkpoint" in workspace.tuning.get().note


def test_discarded_in_the_background_nothing_is_left(workspace: Workspace, left: Run) -> None:
    workspace.tuning.discard(left.id)
    until(lambda: workspace.tuning.list() == [])
    until(lambda: not workspace.tuning.folder(left).exists())


def test_started_in_the_background_at_once(workspace: Workspace, model: str) -> None:
    run = workspace.tuning.start_detached(data(workspace, stories(20)), model, recipe=SMALL, name="quiet")
    until(lambda: workspace.tuning.get().state not in ACTIVE)
    done = workspace.tuning.get("quiet")
    assert (done.id, done.state) == (run.id, "done")


def test_what_cannot_start_is_said_and_the_run_goes_on_here(
    workspace: Workspace, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.tune.background.sys.executable", "/bin/false")
    name = data(workspace, stories(20))
    told: list[str] = []

    def tell(event: events.Event) -> None:
        if isinstance(event, events.RunBegan):
            with pytest.raises(errors.FormfactError, match="cannot go on in the background"):
                workspace.tuning.detach(event.run)
            monkeypatch.undo()
            told.append(event.run)

    assert workspace.tuning.start(name, model, Task(tell), recipe=SMALL).state == "done"
    assert told


def test_discarded_here_nothing_is_left(workspace: Workspace, model: str) -> None:
    name = data(workspace, stories(20))

    def tell(event: events.Event) -> None:
        if isinstance(event, events.TrainStep):
            workspace.tuning.discard(None)

    with pytest.raises(errors.Cancelled):
        workspace.tuning.start(name, model, Task(tell), recipe=LONG)
    assert workspace.tuning.list() == []
    assert list((workspace.folder / "runs").iterdir()) == []


def test_a_wish_to_stop_while_it_is_prepared_is_heard(workspace: Workspace, model: str) -> None:
    name = data(workspace, stories(20))

    def tell(event: events.Event) -> None:
        if isinstance(event, events.Started):
            workspace.tuning.stop(None)

    with pytest.raises(errors.Cancelled):
        workspace.tuning.start(name, model, Task(tell), recipe=LONG)
    assert workspace.tuning.get().state == "stopped"


def test_a_run_is_worked_on_once(workspace: Workspace, model: str) -> None:
    from engine.tune.holding import held

    run = workspace.tuning.start(data(workspace, stories(20)), model, Task(), recipe=SMALL)
    rows.update(workspace.database, run, state="stopped")
    with held(workspace.tuning.folder(run)), pytest.raises(errors.FormfactError, match="by another process"):
        workspace.tuning.resume(run.id, Task())
