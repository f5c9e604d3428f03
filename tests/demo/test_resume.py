"""The demo goes on where it was: after Ctrl-C in the middle of tuning, after kill -9 in the middle of scoring."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine import demo, events
from engine.errors import Cancelled, FormfactError
from engine.process import ROOT
from engine.task import Task
from engine.workspace import Workspace
from tests.demo.quick import QUICK


@pytest.mark.slow
def test_stopped_killed_finished_and_shown_again(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    task = Task(lambda event: task.cancel() if isinstance(event, events.TrainStep) and event.step == 2 else None)
    with pytest.raises(Cancelled, match="saved"):
        demo.run(folder, task, recipe=QUICK)
    with Workspace.open(folder) as workspace:
        (run,) = workspace.tuning.list()
        assert run.state == "stopped"
    tuned_s = json.loads((folder / "demo.json").read_bytes())["seconds"]["tuning"]

    killed = subprocess.run([sys.executable, "-m", "tests.demo.quick", str(folder), "12"], cwd=ROOT, timeout=500)
    assert killed.returncode == -signal.SIGKILL
    with Workspace.open(folder) as workspace:
        (same,) = workspace.tuning.list()
        assert (same.id, same.state) == (run.id, "done")
        (half,) = workspace.scoring.list()

    seen: list[events.Event] = []
    done = demo.run(folder, Task(seen.append), recipe=QUICK)
    assert done.scorecard.row.id == half.id and not done.repeated
    assert events.Notice("12 of 40 questions are answered already; going on.") in seen
    assert not [event for event in seen if isinstance(event, events.TrainStep)]
    assert done.seconds > tuned_s and done.report.is_file()

    again = demo.run(folder, Task(), recipe=QUICK)
    assert again.repeated and again.plain() == done.plain()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(FormfactError, match="not an empty folder"):
        demo.run(tmp_path, Task(), recipe=QUICK)
    with pytest.raises(FormfactError, match="not an empty folder"):
        demo.run(tmp_path / "letter.txt", Task(), recipe=QUICK)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
