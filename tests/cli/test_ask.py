"""``ask`` and ``compare`` as a person or a script uses them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.process import ROOT
from engine.task import Task
from engine.types import FOUR_ARMS
from engine.workspace import Workspace
from tests.chat.conftest import adapter, stories
from tests.chat.test_service import add_run

__all__ = ["adapter", "stories"]  # fixtures of the chat tests
KEYS = {
    *("arm", "answer", "adapter", "passages", "seed", "prompt_tokens", "answer_tokens"),
    *("first_token_s", "tokens_per_s", "stop_reason"),
}


def formfact(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "main.py", "--workspace", str(folder), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=300)


@pytest.fixture
def folder(tmp_path: Path, stories: Path, adapter: Path) -> Path:
    """A workspace with a model and a finished run."""
    with Workspace.open(tmp_path / "wörk") as workspace:
        model = workspace.models.add(str(stories), Task())
        add_run(workspace, model, adapter)
    return tmp_path / "wörk"


def test_ask_gives_the_answer_and_its_facts(folder: Path) -> None:
    told = formfact(folder, "ask", "Once upon a time", "--arm", "base", "--json", "--seed", "3")
    answer = json.loads(told.stdout)
    assert answer.keys() >= KEYS
    assert (answer["arm"], answer["seed"], answer["adapter"], answer["passages"]) == ("base", 3, None, [])
    shown = formfact(folder, "ask", "Once upon a time", "--arm", "base", "--seed", "3")
    assert shown.stdout.startswith(answer["answer"])
    assert "no adapter" in shown.stdout and shown.returncode == 0


def test_compare_gives_an_object_a_line_for_each_arm(folder: Path) -> None:
    told = formfact(folder, "compare", "Once upon a time", "--json")
    answers = [json.loads(line) for line in told.stdout.splitlines()]
    assert sorted(answer["arm"] for answer in answers) == sorted(FOUR_ARMS)
    assert all(answer.keys() >= KEYS for answer in answers)
    assert {answer["arm"]: bool(answer["adapter"]) for answer in answers} == {
        arm.value: arm.adapted for arm in FOUR_ARMS
    }
    shown = formfact(folder, "compare", "Once upon a time", "--arms", "base,tuned")
    assert "── base" in shown.stdout and "── tuned" in shown.stdout and "── both" not in shown.stdout


def test_what_cannot_be_answered_is_an_error_on_standard_error(folder: Path) -> None:
    for arguments, words in [
        (["compare", "x", "--arms", "base,best"], "best"),
        (["ask", " "], "no question"),
        (["ask", "x", "--arm", "tuned", "--run", "nobody"], "nobody"),
        (["ask", "x", "--model", "nobody"], "nobody"),
    ]:
        told = formfact(folder, *arguments)
        assert (told.returncode, told.stdout) == (1, ""), arguments
        assert words in told.stderr
