"""What the Models page shows: installed models, the catalogue, and what this machine can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.chat.build import parse
from engine.errors import ModelRefused, NotFound
from engine.models.overview import abilities, installed, suggested
from engine.task import Task
from engine.workspace import Workspace
from tests.models.files import write_folder, write_gguf


def test_installed_models_with_what_matters(workspace: Workspace, tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "mine.gguf")
    workspace.models.add(str(path), Task())
    starter, mine = installed(workspace)
    assert (starter.builtin, starter.owned, starter.state) == (True, False, "")
    assert (mine.model.name, mine.builtin, mine.tunable.can) == ("mine", False, True)
    assert mine.needs.run_fit == "yes"
    assert any("chat template" in warning for warning in mine.warnings)
    path.unlink()
    assert installed(workspace)[1].state == "missing"


def test_the_catalogue_and_the_machine(workspace: Workspace) -> None:
    assert {one.held.state for one in suggested(workspace)} == {"none"}
    found = abilities(workspace)
    assert found.machine.cores >= 1
    assert "cpu" in found.backends
    assert found.runs is None or found.tunes is None or found.runs.parameters >= found.tunes.parameters


def test_removing_can_be_taken_back(workspace: Workspace, tmp_path: Path) -> None:
    model = workspace.models.add(str(write_gguf(tmp_path / "a.gguf")), Task(), pair=write_folder(tmp_path / "twin"))
    workspace.models.remove(model.name)
    workspace.models.restore(model)
    assert workspace.models.get("a") == model
    with pytest.raises(ModelRefused, match="taken"):
        workspace.models.restore(model)


def test_only_files_of_the_workspace_are_erased(workspace: Workspace, tmp_path: Path) -> None:
    inside = workspace.folder / "models" / "org--repo"
    inside.mkdir(parents=True)
    mine = workspace.models.add(str(write_gguf(inside / "in.gguf")), Task(), pair=write_folder(tmp_path / "twin"))
    for used in (True, False):
        if not used:
            workspace.models.remove(mine.name)
        workspace.models.erase(mine)
        assert Path(mine.gguf).exists() == used
    assert Path(mine.twin).exists(), "outside the workspace"
    assert not inside.exists()
    with pytest.raises(NotFound):
        workspace.models.get("in")


def test_llama_cpp_says_what_it_can() -> None:
    told = parse("0.5.0-dev CPU : SSE3 = 1 | AVX2 = 1 | AVX512 = 1 | AVX512_BF16 = 1 | OPENMP = 1 |")
    assert (told.version, told.devices, told.instructions) == ("0.5.0-dev", ("CPU",), "AVX-512 with bf16")
    cuda = parse("b6000 CUDA : ARCHS = 890 | USE_GRAPHS = 1 | CPU : AVX2 = 1 |")
    assert (cuda.devices, cuda.instructions) == (("CUDA", "CPU"), "AVX2")
    assert parse("x").instructions == ""
