from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.app import run as formfact
from engine.tune.recipe import Recipe
from engine.workspace import Workspace
from store import runs as rows
from store.runs import Run


def made(folder: Path, state: str, run_id: str = "20260101-120000") -> Path:
    """A workspace with one run in it, as a process that is still alive would have left it."""
    gate = {"passed": True, "cause": "", "base": {"error": 1e-3}, "tuned": {"error": 2e-3}, "effect": 0.4}
    metrics = {
        "step": 3, "steps": 8, "examples": 36, "tokens": 900, "seconds": 2.5, "peak_memory": 2**30,
        "first_loss": 4.0, "last_loss": 1.5, "held_out": [[3, 2.25]],
    }  # fmt: skip
    with Workspace.open(folder) as workspace:
        workspace.tuning.list()
        rows.insert(
            workspace.database,
            Run(
                id=run_id, name="House style", state=state, model="starter", base_sha256="a" * 64, dataset="replies",
                dataset_version="b" * 64, recipe=Recipe().toml(), adapter=f"runs/{run_id}/adapter.gguf",
                adapter_sha256="c" * 64, gate=json.dumps(gate), metrics=json.dumps(metrics),
                created_at="2026-01-01T12:00:00.000+00:00",
            ),
        )  # fmt: skip
        (folder / "runs" / run_id).mkdir(parents=True)
    return folder


def call(folder: Path, *words: str) -> int:
    return formfact(["--workspace", str(folder), "tune", *words])


def test_list_and_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = made(tmp_path / "w", "done")
    assert call(folder, "list") == 0
    assert "House style" in capsys.readouterr().out
    for words in (["show"], ["show", "latest"], ["show", "House style"], ["show", "20260101"]):
        assert call(folder, *words) == 0
        out = capsys.readouterr().out
        assert "3 of 8 steps on 36 examples, 900 tokens" in out
        assert "check passed" in out
    assert call(folder, "list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed[0]["metrics"]["held_out"] == [[3, 2.25]]
    assert Path(listed[0]["adapter"]).is_absolute()


def test_stop_works_while_another_process_holds_the_workspace(tmp_path: Path) -> None:
    folder = made(tmp_path / "w", "training")
    with Workspace.open(folder):
        assert call(folder, "stop") == 0
    assert (folder / "runs" / "20260101-120000" / "stop").exists()


def test_a_look_does_not_interrupt_a_run_and_the_next_owner_does(tmp_path: Path) -> None:
    folder = made(tmp_path / "w", "training")
    with Workspace.open(folder, read_only=True) as looking:
        assert looking.tuning.get().state == "training"
    with Workspace.open(folder) as owner:
        assert owner.tuning.get().state == "interrupted"


@pytest.mark.parametrize(
    "words, says",
    [
        (["start", "--data", "nothing"], "There is no dataset 'nothing'."),
        (["start", "--data", "x", "--set", "rank=900"], "rank cannot be 900."),
        (["start", "--data", "x", "--recipe", "/nowhere.toml"], "cannot be read"),
        (["show", "other"], "There is no run 'other'."),
        (["stop"], "not under way"),
        (["resume"], "nothing to go on with"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert call(made(tmp_path / "w", "done"), *words) == 1
    assert says in capsys.readouterr().err


def test_name_note_and_delete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = made(tmp_path / "w", "done")
    assert call(folder, "rename", "latest", "Letters") == 0
    assert call(folder, "note", "Letters", "Keep this one.") == 0
    assert call(folder, "show", "Letters", "--json") == 0
    shown = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (shown["name"], shown["remark"]) == ("Letters", "Keep this one.")
    assert call(folder, "delete", "Letters") == 0
    assert call(folder, "show", "Letters") == 1
    assert call(folder, "discard", "Letters") == 1
    assert (folder / "runs" / "20260101-120000").exists()
    with Workspace.open(folder) as workspace:  # the next one who writes clears it away
        assert workspace.tuning.list() == []
    assert not (folder / "runs" / "20260101-120000").exists()


def test_what_a_run_would_need(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.tune.test_service import data, stories

    folder = tmp_path / "w"
    with Workspace.open(folder) as workspace:
        data(workspace, stories(40), "replies")
    assert call(folder, "plan", "--data", "replies", "--recipe", "quick", "--set", "max_steps=100", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["steps"], found["examples"]) == (100, 40)
    assert found["warnings"]
    assert call(folder, "plan", "--data", "replies") == 0
    assert "free: it" in capsys.readouterr().out
