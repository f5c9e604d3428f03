"""Whether a model can be tuned is said beforehand, with the reason."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.task import Task
from engine.workspace import Workspace
from tests.models.files import write_folder, write_gguf


def _added(workspace: Workspace, tmp_path: Path, architecture: str) -> tuple[bool, str]:
    path = write_gguf(tmp_path / f"{architecture}.gguf", architecture=architecture)
    found = workspace.models.tunable(workspace.models.add(str(path), Task()))
    return found.can, found.why


def test_from_the_file_from_the_folder_or_not_at_all(workspace: Workspace, tmp_path: Path) -> None:
    assert _added(workspace, tmp_path, "llama") == (True, "From the GGUF file itself.")
    assert "once its weights have been checked" in _added(workspace, tmp_path, "qwen2")[1]
    can, why = _added(workspace, tmp_path, "qwen3")
    assert not can and "together with its Hugging Face folder" in why
    can, why = _added(workspace, tmp_path, "gptneox")
    assert not can and "cannot be converted" in why


def test_the_folder_is_looked_at_now(workspace: Workspace, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "twin")
    gguf = write_gguf(tmp_path / "a.gguf")
    model = workspace.models.add(str(gguf), Task(), pair=folder)
    assert workspace.models.tunable(model).why == "From its training folder twin."
    (folder / "model.safetensors").unlink()
    found = workspace.models.tunable(model)
    assert not found.can and "no weights" in found.why
    shutil.rmtree(folder)
    assert "is gone" in workspace.models.tunable(model).why
