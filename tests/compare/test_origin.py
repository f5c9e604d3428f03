"""What the end of a report says of cost, proof and hashes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.compare.origin import origin, spell_seconds
from engine.errors import FormfactError
from engine.workspace import Workspace
from store import runs
from store.runs import Run
from tests.compare.made import SHA, typical


def facts(workspace: Workspace) -> dict[str, str]:
    groups = origin(workspace, typical(10))
    return {name: value for group in groups for name, value, _ in group["rows"]}


def with_run(workspace: Workspace, **changes: str) -> Workspace:
    run = Run("r1", "House style", "done", "starter", SHA, "Support replies", SHA, "rank = 16\n", "a.gguf", SHA)
    runs.insert(workspace.database, run)
    runs.update(workspace.database, run, created_at="2026-11-23T00:00:00Z", **changes)
    return workspace


def test_a_run_that_passed(workspace: Workspace) -> None:
    gate = {"passed": True, "cause": "", "base": {"error": 0.0012, "top1": 1}, "tuned": {"error": 0.002, "top1": 1}}
    metrics = {"seconds": 112.4, "tokens": 412_300, "examples": 297, "energy_j": None}
    hardware = {"hardware": {"processor": "Some CPU", "cores": 2, "gpus": []}}
    changes = {"gate": gate, "metrics": metrics | {"peak_memory": 1_418_219_520}, "environment": hardware}
    said = facts(with_run(workspace, **{name: json.dumps(value) for name, value in changes.items()}))
    assert (said["Machine"], said["Memory at its peak"]) == ("Some CPU, 2 cores", "1.4 GB")
    assert said["Gate"].startswith("passed")
    assert "0.120% off, 0.200% on" in said["Trainer and chat differ by"]
    assert (said["Tuning"], said["Tokens trained"], said["Examples"]) == ("1 min 52 s", "412,300", "297")
    assert "not known" in said["Energy"]
    assert said["Base weights"] == "the same in all 40 answers"
    assert said["Adapter changes"] == "31% of the logits' spread"
    assert said["Adapter"] == SHA and said["Seed"] == "1"


def test_a_run_that_failed_its_gate_says_why(workspace: Workspace) -> None:
    gate = {
        "passed": False,
        "cause": "Wrong base.",
        "base": {"error": 0.5, "top1": 0},
        "tuned": {"error": 1, "top1": 0},
    }
    said = facts(with_run(workspace, gate=json.dumps(gate), metrics=json.dumps({"energy_j": 5200.0})))
    assert said["Gate"] == "FAILED: Wrong base."
    assert said["Energy"] == "5,200 J"


def test_a_run_that_is_gone_leaves_what_the_scorecard_knows(workspace: Workspace) -> None:
    said = facts(workspace)
    assert said["Run"] == "r1" and said["Adapter"] == SHA
    assert "Tuning" not in said and "Gate" not in said and said["Base weights"]


def test_a_report_is_written_in_one_step_into_new_folders(workspace: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "neu 空" / "report.html"
    with_run(workspace)
    assert workspace.scoring.report(typical(10), target) == target
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [file.name for file in target.parent.iterdir()] == ["report.html"]


@pytest.mark.parametrize("place", ["folder", "file/report.html"])
def test_a_report_that_cannot_be_written_says_so(workspace: Workspace, tmp_path: Path, place: str) -> None:
    (tmp_path / "folder" / "full").mkdir(parents=True)
    (tmp_path / "file").touch()
    with pytest.raises(FormfactError, match="No report can be written"):
        with_run(workspace).scoring.report(typical(10), tmp_path / place)


def test_seconds_as_people_write_them() -> None:
    assert [spell_seconds(s) for s in (0.25, 42.4, 89.6, 112)] == ["0.2 s", "42 s", "1 min 30 s", "1 min 52 s"]
