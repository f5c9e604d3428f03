"""Installed models: adding, naming, finding, noticing that a file changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine import events, resources
from engine.errors import Cancelled, ModelRefused, NetworkFault, NotFound
from engine.models.facts import read_facts
from engine.models.service import Models
from engine.task import Task
from engine.workspace import Workspace
from tests.models.files import write_folder, write_gguf


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    folder = tmp_path / "mödels dir"
    folder.mkdir()
    return write_gguf(folder / "Tiny Test 空.gguf")


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the starter model, so that these tests do not wait for the real one."""
    path = write_gguf(tmp_path / "starter.gguf")
    monkeypatch.setattr(resources, "STARTER", path)
    return path


def test_add_then_get_and_remove(workspace: Workspace, starter: Path, gguf: Path) -> None:
    told: list[events.Event] = []
    model = workspace.models.add(str(gguf), Task(told.append))
    assert model.name == "tiny-test-空"
    assert (model.gguf, model.twin, model.architecture) == (str(gguf), "", "llama")
    assert any(isinstance(event, events.Notice) and "chat template" in event.text for event in told)
    assert workspace.models.get("tiny-test-空") == model
    assert workspace.models.get("Tiny Test 空") == model
    assert workspace.models.info(model.name) == read_facts(gguf)
    workspace.models.remove(model.name)
    assert gguf.exists()
    with pytest.raises(NotFound, match="no model"):
        workspace.models.get(model.name)


def test_the_default_is_the_last_added_else_the_starter(workspace: Workspace, starter: Path, gguf: Path) -> None:
    assert workspace.models.get().name == "starter"
    assert workspace.models.get().gguf == str(starter)
    workspace.models.add(str(gguf), Task())
    assert workspace.models.get().name == "tiny-test-空"
    assert [model.name for model in workspace.models.list()] == ["starter", "tiny-test-空"]


def test_the_starter_stays(workspace: Workspace, starter: Path) -> None:
    with pytest.raises(ModelRefused, match="part of Formfact"):
        workspace.models.remove("starter")
    with pytest.raises(ModelRefused, match="taken"):
        workspace.models.add(str(starter), Task(), name="starter")


def test_names_are_unique_and_the_same_file_is_one_model(workspace: Workspace, gguf: Path) -> None:
    first = workspace.models.add(str(gguf), Task())
    again = workspace.models.add(str(gguf), Task())
    assert again.name == first.name
    copy = gguf.parent / "copy" / gguf.name
    copy.parent.mkdir()
    shutil.copy(gguf, copy)
    assert workspace.models.add(str(copy), Task()).name == "tiny-test-空-2"
    assert workspace.models.add(str(gguf), Task(), name="Mine").name == "mine"
    with pytest.raises(ModelRefused, match="taken"):
        workspace.models.add(str(copy), Task(), name="mine")


def test_a_changed_file_is_told_and_a_touched_one_is_not(workspace: Workspace, gguf: Path) -> None:
    model = workspace.models.add(str(gguf), Task())
    os.utime(gguf, (1, 1))
    assert workspace.models.state(model) == "changed"
    assert workspace.models.get(model.name).sha256 == model.sha256
    assert workspace.models.state(workspace.models.list()[-1]) == "", "the new time was taken over"
    data = bytearray(gguf.read_bytes())
    data[-1] ^= 1
    gguf.write_bytes(data)
    with pytest.raises(ModelRefused, match=f"The file of model {model.name} has changed since it was added"):
        workspace.models.get(model.name)
    gguf.unlink()
    with pytest.raises(ModelRefused, match="is gone"):
        workspace.models.get(model.name)
    assert workspace.models.state(model) == "missing"


def test_pairs_either_way_round(workspace: Workspace, gguf: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "twin folder")
    by_folder = workspace.models.add(str(folder), Task(), pair=gguf)
    assert (by_folder.gguf, by_folder.twin) == (str(gguf), str(folder))
    by_gguf = workspace.models.add(str(gguf), Task(), pair=folder, name="other")
    assert (by_gguf.gguf, by_gguf.twin) == (str(gguf), str(folder))
    assert workspace.models.add(str(gguf), Task()).twin == str(folder), "adding again does not lose the twin"
    with pytest.raises(ModelRefused, match="one GGUF file and one"):
        workspace.models.add(str(gguf), Task(), pair=gguf)


def test_a_folder_alone(workspace: Workspace, gguf: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "alone")
    with pytest.raises(ModelRefused, match=r"No GGUF can be made of alone: it has no tokenizer\.json") as caught:
        workspace.models.add(str(folder), Task())
    assert "--pair" in caught.value.remedy
    shutil.copy(gguf, folder / "inside.gguf")
    model = workspace.models.add(str(folder), Task())
    assert (Path(model.gguf).name, model.twin) == ("inside.gguf", str(folder))
    shutil.copy(gguf, folder / "second.gguf")
    with pytest.raises(ModelRefused, match=r"several GGUF files: inside\.gguf, second\.gguf"):
        workspace.models.add(str(folder), Task())


def test_a_refused_or_cancelled_model_leaves_nothing(workspace: Workspace, gguf: Path, tmp_path: Path) -> None:
    before = workspace.models.list()
    with pytest.raises(ModelRefused, match="no file"):
        workspace.models.add(str(tmp_path / "absent.gguf"), Task())
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        workspace.models.add(str(gguf), task)
    assert workspace.models.list() == before


def test_no_download_without_being_allowed(workspace: Workspace) -> None:
    with pytest.raises(NetworkFault, match="does not use the network on its own") as caught:
        workspace.models.add("some-org/some-repo", Task())
    assert "--network" in caught.value.remedy


def test_a_downloaded_model_moves_with_its_workspace(tmp_path: Path) -> None:
    folder = tmp_path / "before"
    with Workspace.open(folder) as workspace:
        (folder / "models").mkdir()
        workspace.models.add(str(write_gguf(folder / "models" / "m1.gguf")), Task())
    folder.rename(tmp_path / "after")
    with Workspace.open(tmp_path / "after", read_only=True) as moved:
        assert Path(Models(moved).get("m1").gguf) == tmp_path / "after" / "models" / "m1.gguf"
