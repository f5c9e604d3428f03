"""Children: every ending is a typed outcome, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine import errors, events
from engine.process import ROOT, Child
from engine.task import Task


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    made = Child("tests.engine.echo_child", [], tmp_path / "logs" / "echo.log")
    yield made
    made.close()


def test_answers_and_keeps_library_prints_in_the_log(child: Child) -> None:
    assert child.call("echo", text="héllo 空\n").result() == "héllo 空\n"
    assert "a library prints" in child.log.read_text()
    assert "and so does C code" in child.log.read_text()


def test_events_come_in_order_and_end_once(child: Child) -> None:
    seen = list(child.call("count", to=5).events())
    assert [e.done for e in seen if isinstance(e, events.Progress)] == [0, 1, 2, 3, 4]
    assert [e for e in seen if isinstance(e, events.TERMINAL)] == [events.Finished(5)]


def test_typed_errors_cross_the_pipe(child: Child) -> None:
    with pytest.raises(errors.ModelRefused) as caught:
        child.call("refuse").result()
    assert (caught.value.what, caught.value.remedy) == ("That is not a model.", "Choose a GGUF file.")
    assert caught.value.details == "magic was 0"


def test_cancel_returns_what_there_is(child: Child) -> None:
    task = Task(lambda event: task.cancel() if isinstance(event, events.Progress) and event.done > 3 else None)
    assert 3 < child.call("count", to=100_000).result(task) < 1000
    assert child.call("echo", text="still there").result() == "still there"


def test_cancelled_while_queued_reports(child: Child) -> None:
    first, second = child.call("count", to=50), child.call("count", to=50)
    second.cancel()
    assert list(second.events()) == [events.Cancelled()]
    assert first.result() == 50


def test_a_lane_does_not_wait_for_another(child: Child) -> None:
    long = child.call("count", to=100_000)
    assert child.call("echo", text="now").result() == "now"
    long.cancel()
    long.result()


@pytest.mark.parametrize("method, params", [("die", {"code": 3}), ("abort", {})])
def test_death_ends_every_call_and_the_next_one_works(child: Child, method: str, params: dict[str, int]) -> None:
    waiting = child.call(method, **params)
    queued = child.call("count", to=5)
    for call in (waiting, queued):
        with pytest.raises(errors.ChildDied, match="ended unexpectedly"):
            call.result()
    assert child.call("echo", text="anew").result() == "anew"


def test_last_words_are_in_the_details(child: Child) -> None:
    with pytest.raises(errors.ChildDied) as caught:
        child.call("die", code=1).result()
    assert "last words" in caught.value.details


def test_a_panic_is_a_failed_call_not_a_dead_child(child: Child) -> None:
    with pytest.raises(errors.FormfactError, match="a panic"):
        child.call("panic").result()
    pid = child.pid
    assert child.call("echo", text="x").result() == "x"
    assert child.pid == pid


def test_garbage_on_the_pipe(child: Child) -> None:
    with pytest.raises(errors.ChildGarbled):
        child.call("garble").result()
    assert child.call("echo", text="x").result() == "x"


def test_silence_is_noticed(child: Child) -> None:
    child.call("echo", text="x").result()
    assert child.pid
    os.kill(child.pid, signal.SIGSTOP)
    time.sleep(2.5)
    assert child.silent_s > 2
    os.kill(child.pid, signal.SIGCONT)
    time.sleep(1.5)
    assert child.silent_s < 1.5


def test_close_ends_the_process(child: Child) -> None:
    child.call("echo", text="x").result()
    pid = child.pid
    assert pid
    child.call("count", to=100_000)
    child.close()
    assert not psutil.pid_exists(pid)


def test_child_ends_when_the_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from engine.process import Child;"
        f"c = Child('tests.engine.echo_child', [], Path({str(tmp_path / 'log')!r})); c.call('count', to=10**6);"
        "c.call('echo', text='').result(); print(c.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)
    assert not psutil.pid_exists(pid)
