"""Scoring with a real model in a real chat process: stored as it goes, and continued after anything."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.commands.score import table
from engine import events
from engine.compare import checks
from engine.compare.scoring import Scorecard
from engine.errors import Cancelled, NotFound, QuestionsRefused, Refused
from engine.process import ROOT
from engine.task import Task
from engine.types import Arm
from engine.workspace import Workspace
from store import runs, scores
from store.runs import Run
from tests.compare.made import typical

ONE_ARM = (Arm.BASE,)


@pytest.fixture
def model(shared_data: Path) -> Path:
    return shared_data / "models" / "stories260k" / "derived" / "stories260K-f32-v3.gguf"


def questions(folder: Path, count: int) -> Path:
    path = folder / "questions.jsonl"
    lines = [
        {
            "id": f"q{number}",
            "question": f"Tell me story number {number}.",
            "form": [{"check": "min_words", "words": 3}],
            "facts": [{"check": "value", "accept": ["99 red balloons"]}],
        }
        for number in range(count)
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def with_model(workspace: Workspace, model: Path) -> Workspace:
    workspace.models.add(str(model), Task(), name="stories")
    return workspace


def scored(card: Scorecard) -> list[tuple[str, int | None, int | None]]:
    return [(one.question, one.form, one.facts) for one in card.scored]


def test_every_question_is_asked_and_judged(workspace: Workspace, model: Path, tmp_path: Path) -> None:
    seen: list[events.Event] = []
    path = questions(tmp_path, 3)
    card = with_model(workspace, model).scoring.score(path, Task(seen.append), arms=ONE_ARM)
    assert scored(card) == [("q0", 1, 0), ("q1", 1, 0), ("q2", 1, 0)]
    assert card.row.state == "done" and card.row.seconds > 0
    assert card.scored[0].facts_faults == ("It does not say “99 red balloons”.",)
    done = [event.done for event in seen if isinstance(event, events.Progress)]
    assert done == [0, 1, 2, 3]
    assert not [event for event in seen if isinstance(event, events.Token)]
    assert workspace.scoring.get(card.row.id) == card
    plain = json.loads(json.dumps(card.plain(), default=lambda one: {"mean": one.mean}))
    assert plain["arms"]["base"] == {"form": {"mean": 1.0}, "facts": {"mean": 0.0}}
    assert plain["questions"] == 3 and plain["verdict"].startswith("Not enough evidence")


def test_a_finished_scorecard_is_not_taken_for_an_unfinished_one(
    workspace: Workspace, model: Path, tmp_path: Path
) -> None:
    scoring, path = with_model(workspace, model).scoring, questions(tmp_path, 1)
    first = scoring.score(path, Task(), arms=ONE_ARM)
    second = scoring.score(path, Task(), arms=ONE_ARM)
    assert first.row.id != second.row.id and first.row.identity == second.row.identity
    assert first.scored[0].answer.answer == second.scored[0].answer.answer
    assert scoring.score(path, Task(), arms=ONE_ARM, seed=2).row.identity != first.row.identity
    assert len(scoring.list()) == 3


def test_cancelled_then_continued(workspace: Workspace, model: Path, tmp_path: Path) -> None:
    scoring, path = with_model(workspace, model).scoring, questions(tmp_path, 6)
    task = Task(lambda event: task.cancel() if isinstance(event, events.Progress) and event.done == 2 else None)
    with pytest.raises(Cancelled, match="saved"):
        scoring.score(path, task, arms=ONE_ARM)
    (half,) = scoring.list()
    before = scores.answers(workspace.database, half.id)
    assert (half.state, len(before)) == ("running", 2)

    seen: list[events.Event] = []
    card = scoring.score(path, Task(seen.append), arms=ONE_ARM)
    assert card.row.id == half.id and card.row.seconds > half.seconds
    assert len(card.scored) == 6
    assert scores.answers(workspace.database, half.id)[:2] == before
    assert events.Notice("2 of 6 questions are answered already; going on.") in seen


def test_a_stopped_scorecard_goes_on_by_its_number_unless_the_world_has_changed(
    workspace: Workspace, model: Path, tmp_path: Path
) -> None:
    scoring = with_model(workspace, model).scoring
    begun = scoring.begin(questions(tmp_path, 3), arms=ONE_ARM)
    task = Task(lambda event: task.cancel() if isinstance(event, events.Progress) and event.done == 1 else None)
    with pytest.raises(Cancelled):
        scoring.go_on(begun.id, task)
    (half,) = scoring.summaries()
    assert (half.state, half.questions, half.answered) == ("running", 3, 1)
    workspace.database.run("UPDATE scorecards SET identity = 'other' WHERE id = ?", [begun.id])
    with pytest.raises(Refused, match="changed"):
        scoring.go_on(begun.id, Task())
    workspace.database.run("UPDATE scorecards SET identity = ? WHERE id = ?", [begun.identity, begun.id])
    assert len(scoring.go_on(begun.id, Task()).scored) == 3


def test_a_corrected_check_is_judged_anew_without_asking_anew(
    workspace: Workspace, model: Path, tmp_path: Path
) -> None:
    scoring, sets = with_model(workspace, model).scoring, workspace.question_sets
    sets.import_file(questions(tmp_path, 3), "s")
    first = scoring.score("s", Task(), arms=ONE_ARM)
    asked = len(workspace.chat.comparisons())
    one = sets.get("s").questions[1]
    sets.change("s", dataclasses.replace(one, form=(checks.read({"check": "one_line"}, "form"),), facts=()))
    sets.add("s", dataclasses.replace(one, id="", text="Tell me another story."))
    second = scoring.score("s", Task(), arms=ONE_ARM)
    assert len(workspace.chat.comparisons()) == asked + 1, "only the new question is asked"
    assert [a.answer for a in second.scored][:3] == [a.answer for a in first.scored]
    assert second.scored[1].facts is None and second.row.id != first.row.id
    assert second.row.seconds >= first.row.seconds * 0.99

    sets.drop("s", ["q0"])
    workspace.database.run("UPDATE scorecards SET identity = 'another world'")
    scoring.score("s", Task(), arms=ONE_ARM)
    assert len(workspace.chat.comparisons()) == asked + 4, "what was said in another world does not count"


def test_remove_and_restore(workspace: Workspace, model: Path, tmp_path: Path) -> None:
    scoring = with_model(workspace, model).scoring
    card = scoring.score(questions(tmp_path, 2), Task(), arms=ONE_ARM)
    scoring.remove(card.row.id)
    assert scoring.list() == [] and scores.answers(workspace.database, card.row.id) == []
    scoring.restore(card.row.id)
    assert scoring.get(card.row.id) == card


def test_killed_then_continued(model: Path, tmp_path: Path) -> None:
    folder, path = tmp_path / "w", questions(tmp_path, 6)
    script = (
        "import os, signal, sys; from pathlib import Path; from engine.task import Task;"
        "from engine.types import Arm; from engine.workspace import Workspace; from engine import events\n"
        "def heard(event):\n"
        "    if isinstance(event, events.Progress) and event.what == 'Scoring' and event.done == 3:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "w = Workspace.open(Path(sys.argv[1])); w.models.add(sys.argv[2], Task(), name='stories')\n"
        "w.scoring.score(Path(sys.argv[3]), Task(heard), arms=(Arm.BASE,))"
    )
    run = subprocess.run([sys.executable, "-c", script, folder, model, path], cwd=ROOT, timeout=120)
    assert run.returncode == -signal.SIGKILL
    with Workspace.open(folder) as workspace:
        (half,) = workspace.scoring.list()
        assert len(scores.answers(workspace.database, half.id)) == 3
        card = workspace.scoring.score(path, Task(), arms=ONE_ARM)
        assert card.row.id == half.id and len(card.scored) == 6


def test_ctrl_c_on_the_command_line_saves(model: Path, tmp_path: Path) -> None:
    folder, path = tmp_path / "w", questions(tmp_path, 300)
    with Workspace.open(folder) as workspace:
        with_model(workspace, model)
    command = [sys.executable, "main.py", "--workspace", str(folder), "score", str(path), "--arms", "base"]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert running.stderr
    while "Scoring" not in (line := running.stderr.readline()):
        assert line, "it ended before it began"
    os.kill(running.pid, signal.SIGINT)
    words = running.stderr.read()
    assert running.wait(60) == 130
    assert "saved" in words and "Traceback" not in words
    with Workspace.open(folder) as workspace:
        (half,) = workspace.scoring.list()
        assert half.state == "running"


def test_the_prompted_arm_is_shown_examples_of_the_run(workspace: Workspace, model: Path, tmp_path: Path) -> None:
    with_model(workspace, model)
    turns = [{"role": "user", "content": "Who sat?"}, {"role": "assistant", "content": "The cat sat."}]
    (tmp_path / "data.jsonl").write_text((json.dumps({"messages": turns}) + "\n") * 2)
    workspace.datasets.import_file(tmp_path / "data.jsonl", Task(), name="cats")
    sha256 = workspace.models.get("stories").sha256
    run = Run("r1", "cats", "done", "stories", sha256, "cats", "", "", created_at="2026-11-23T00:00:00Z")
    runs.insert(workspace.database, run)
    card = workspace.scoring.score(questions(tmp_path, 1), Task(), arms=(Arm.BASE, Arm.PROMPTED))
    base, prompted = sorted(card.scored, key=lambda one: one.arm is Arm.PROMPTED)
    assert prompted.answer.prompt_tokens > base.answer.prompt_tokens + 4


def test_nothing_is_asked_when_something_is_missing(workspace: Workspace, model: Path, tmp_path: Path) -> None:
    scoring = with_model(workspace, model).scoring
    with pytest.raises(QuestionsRefused):
        scoring.score(tmp_path / "none.jsonl", Task(), arms=ONE_ARM)
    with pytest.raises(NotFound, match="finished run"):
        scoring.score(questions(tmp_path, 1), Task())
    with pytest.raises(NotFound):
        scoring.get(1)
    assert scoring.list() == []


def test_the_command_line_prints_one_object_and_writes_a_report(model: Path, tmp_path: Path) -> None:
    folder, report = tmp_path / "w", tmp_path / "out" / "report.html"
    with Workspace.open(folder) as workspace:
        with_model(workspace, model)
    path = str(questions(tmp_path, 2))
    command = [sys.executable, "main.py", "--workspace", str(folder), "score", path, "--arms", "base", "--json"]
    done = subprocess.run([*command, "--report", str(report)], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    form, facts = said["arms"]["base"]["form"], said["arms"]["base"]["facts"]
    assert (form["mean"], form["high"], facts["mean"], facts["low"]) == (1, 1, 0, 0)
    assert 0 < form["low"] < 1 and 0 < facts["high"] < 1  # two questions prove little
    assert (said["questions"], said["report"]) == (2, str(report))
    assert said["seconds"] > 0 and said["verdict"]
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")
    wrong = subprocess.run([*command[:-2], "soup"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert wrong.returncode == 2 and "base, tuned" in wrong.stderr


def test_the_table_has_an_arm_a_line_and_the_verdict_below() -> None:
    lines = table(typical()).splitlines()
    assert lines[0].split() == ["form", "facts"]
    assert [line.split()[0] for line in lines[1:5]] == ["base", "tuned", "grounded", "both"]
    assert "95 % (85–99)" in lines[2]
    assert lines[-1].startswith("Do both:")
