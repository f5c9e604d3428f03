"""Copying a workspace while it is open: the copy is whole and works by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import Cancelled, FormfactError
from engine.task import Task
from engine.workspace import Workspace

EXAMPLES = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]}\n'


@pytest.fixture
def filled(workspace: Workspace, tmp_path: Path) -> Workspace:
    data = tmp_path / "replies.jsonl"
    data.write_text(EXAMPLES)
    workspace.datasets.import_file(data, Task())
    (workspace.folder / "runs" / "one").mkdir(parents=True)
    (workspace.folder / "runs" / "one" / "recipe.toml").write_text("rank = 4\n")
    (workspace.folder / "logs").mkdir(exist_ok=True)
    (workspace.folder / "logs" / "chat.log").write_text("noise")
    return workspace


def test_the_copy_has_everything_and_opens_beside_the_original(filled: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "the copy"
    filled.copy(target, Task())
    with Workspace.open(target) as copy:
        assert [one.version for one in copy.datasets.list()] == [one.version for one in filled.datasets.list()]
        assert (target / "runs" / "one" / "recipe.toml").read_text() == "rank = 4\n"
        assert not (target / "logs" / "chat.log").exists()


def test_a_folder_with_something_in_it_is_not_written_to(filled: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "full"
    target.mkdir()
    (target / "precious").write_text("mine")
    with pytest.raises(FormfactError, match="not an empty folder"):
        filled.copy(target, Task())
    assert [one.name for one in target.iterdir()] == ["precious"]


def test_a_workspace_is_not_copied_into_itself(filled: Workspace) -> None:
    with pytest.raises(FormfactError, match="into itself"):
        filled.copy(filled.folder / "inner", Task())


def test_a_copy_that_was_stopped_leaves_nothing(filled: Workspace, tmp_path: Path) -> None:
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        filled.copy(tmp_path / "half", task)
    assert not (tmp_path / "half").exists()
