"""Exports of a run: each form can be used by what it is for, and says where it comes from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cli.app import run as command
from engine import events
from engine.errors import ModelRefused, NotFound, Refused
from engine.models import exports
from engine.models.adapter import to_gguf
from engine.models.export import export
from engine.models.facts import read_facts
from engine.task import Task
from engine.workspace import Workspace
from store import runs
from store.runs import Run
from tests.models.files import pair, write_peft
from tests.models.sides import distance, llama_logits


@pytest.fixture
def tuned(workspace: Workspace, shared_data: Path) -> Run:
    """A finished run on a real model, its adapter made here instead of trained."""
    base = shared_data / "models" / "tinystories656k" / "derived" / "TinyStories-656K-f32-bytesafe.gguf"
    model = workspace.models.add(str(base), Task(), name="tiny")
    folder = workspace.folder / "runs" / "r1"
    tensors = {
        k: v
        for layer in (0, 1)
        for name, height in (("q", 128), ("v", 64))
        for k, v in pair(f"layers.{layer}.self_attn.{name}_proj", 128, height).items()
    }
    write_peft(folder / "adapter", tensors, lora_alpha=0.3, base_model_name_or_path="/home/someone/models/tiny")
    facts = to_gguf(folder / "adapter", base, folder / "adapter.gguf")
    run = Run(
        id="r1",
        name="House style",
        state="done",
        model=model.name,
        base_sha256=model.sha256,
        dataset="letters",
        dataset_version="abc123",
        recipe="rank = 2\n",
        adapter="runs/r1/adapter.gguf",
        adapter_sha256=facts.sha256,
        metrics='{"seconds": 12.5, "losses": [1, 2]}',
        created_at="2026-11-22T23:00:00+00:00",
    )
    runs.insert(workspace.database, run)
    return run


def test_every_form_brings_its_lineage(workspace: Workspace, tuned: Run, tmp_path: Path) -> None:
    assert exports.names() == ["adapter", "gguf", "hf", "ollama"]
    for form in exports.names():
        files = export(workspace, tuned.id, form, tmp_path / form, Task())
        assert set(files) == set((tmp_path / form).iterdir()), "what is told is what is there"
        lineage = json.loads((tmp_path / form / "formfact.json").read_text())
        assert lineage["base"]["sha256"] == tuned.base_sha256
        assert lineage["adapter_sha256"] == tuned.adapter_sha256
        assert lineage["dataset"] == {"name": "letters", "version": "abc123"}
        assert not any("/home/someone" in f.read_text("utf-8", "ignore") for f in files), "no local paths leave"


def test_merged_and_adapter_answer_alike(workspace: Workspace, tuned: Run, tmp_path: Path) -> None:
    merged = export(workspace, None, "gguf", tmp_path / "gguf", Task())[0]
    adapter = export(workspace, None, "adapter", tmp_path / "adapter", Task())[0]
    base = Path(workspace.models.get("tiny").gguf)
    plain, adapted, standalone = llama_logits(tmp_path, [(base, None), (base, adapter), (merged, None)])
    assert distance(standalone, adapted) < 1e-5
    assert distance(plain, adapted) > 0.01


def test_quantised(workspace: Workspace, tuned: Run, tmp_path: Path) -> None:
    told: list[events.Event] = []
    folder = tmp_path / "out"
    files = export(workspace, tuned.id, "gguf", folder, Task(told.append), quant="Q8_0")
    assert sorted(f.name for f in folder.iterdir()) == ["formfact.json", "tiny-house-style-Q8_0.gguf"]
    assert read_facts(files[0]).quantisation == "Q8_0"
    assert any(isinstance(event, events.Started) and "Q8_0" in event.what for event in told)
    (logits,) = llama_logits(tmp_path, [(files[0], None)])
    assert np.isfinite(logits).all()
    with pytest.raises(ModelRefused, match="no quantisation Q99"):
        export(workspace, tuned.id, "gguf", folder, Task(), quant="Q99")
    assert not list(folder.glob("*.part"))
    with pytest.raises(Refused, match="not quantised"):
        export(workspace, tuned.id, "hf", folder, Task(), quant="Q8_0")


def test_ollama(workspace: Workspace, tuned: Run, tmp_path: Path) -> None:
    base, adapter, modelfile, _ = export(workspace, tuned.id, "ollama", tmp_path / "o", Task())
    text = modelfile.read_text()
    assert f"FROM ./{base.name}\nADAPTER ./{adapter.name}\nTEMPLATE" in text
    assert "PARAMETER num_ctx 512" in text
    assert base.read_bytes() == Path(workspace.models.get("tiny").gguf).read_bytes()
    export(workspace, tuned.id, "ollama", tmp_path / "o", Task())  # again, over itself
    one = export(workspace, tuned.id, "ollama", tmp_path / "q", Task(), quant="Q8_0")
    assert "ADAPTER" not in one[1].read_text()


def test_hf_folder_loads_again(workspace: Workspace, tuned: Run, tmp_path: Path) -> None:
    folder = tmp_path / "hf"
    export(workspace, tuned.id, "hf", folder, Task())
    card = (folder / "README.md").read_text()
    assert card.startswith("---\nbase_model: tiny\n")
    assert "letters" in card and "rank = 2" in card and "seconds" in card
    facts = to_gguf(folder, Path(workspace.models.get("tiny").gguf), tmp_path / "again.gguf")
    assert facts.sha256 == tuned.adapter_sha256


def test_what_cannot_be_exported(workspace: Workspace, tuned: Run, tmp_path: Path) -> None:
    (workspace.folder / tuned.adapter).rename(tmp_path / "away.gguf")
    with pytest.raises(NotFound, match="is gone"):
        export(workspace, tuned.id, "adapter", tmp_path / "x", Task())
    runs.update(workspace.database, tuned, adapter="", state="failed")
    with pytest.raises(NotFound, match=r"no adapter \(failed\)"):
        export(workspace, tuned.id, "adapter", tmp_path / "x", Task())
    runs.update(workspace.database, tuned, adapter=tuned.adapter, base_sha256="0" * 64)
    (tmp_path / "away.gguf").rename(workspace.folder / tuned.adapter)
    with pytest.raises(ModelRefused, match="not the file that run r1 was trained on"):
        export(workspace, tuned.id, "adapter", tmp_path / "x", Task())
    assert not (tmp_path / "x").exists()


def test_the_command_line(workspace: Workspace, tuned: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(workspace.folder)
    assert command(["--workspace", folder, "export", "latest", "--to", "adapter", str(tmp_path / "o"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert all(Path(file).exists() for file in told["files"])
    assert command(["--workspace", folder, "models", "info", "tiny", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["facts"]["context"] == 512
    assert command(["--workspace", folder, "models", "info", "nobody"]) == 1
    assert "There is no model 'nobody'" in capsys.readouterr().err
    assert command(["--workspace", folder, "models", "list"]) == 0
    assert "tiny" in capsys.readouterr().out
