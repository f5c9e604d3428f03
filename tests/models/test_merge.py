"""A merged model says what base + adapter says; everything that was not tuned is the base's own bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFReader, quants

from engine.errors import AdapterRefused, Cancelled, DiskFull
from engine.models import rewrite as rewriting
from engine.models.adapter import to_gguf
from engine.models.facts import read_facts
from engine.models.header import read_header
from engine.models.merge import merge
from engine.models.rewrite import rewrite
from engine.task import Task
from tests.models.files import pair, write_gguf, write_peft
from tests.models.sides import distance, llama_logits


def _quantised(source: Path, target: Path, kind: str) -> Path:
    """A GGUF with its matrices in another type, by the gguf package's own quantiser."""
    header = read_header(source)
    into = GGMLQuantizationType[kind]
    replaced = {
        tensor.name: (
            kind,
            lambda data, tensor=tensor: quants.quantize(data.view(np.float32).reshape(tensor.shape[::-1]), into),
        )
        for tensor in header.tensors
        if len(tensor.shape) == 2
    }
    rewrite(header, target, replaced, {}, Task(), without=("general.file_type",))
    return target


@pytest.fixture(scope="module")
def logits(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, Any, Any]]:
    """kind of base → llama.cpp's logits of base, base + adapter, and merged."""
    folder = tmp_path_factory.mktemp("merge")
    source = shared_data / "models" / "tinystories656k" / "derived" / "TinyStories-656K-f32-bytesafe.gguf"
    tensors: dict[str, Any] = {}
    for layer in (0, 1):
        for name, width, height in (("q", 128, 128), ("k", 128, 64), ("o", 128, 128)):
            tensors |= pair(f"layers.{layer}.self_attn.{name}_proj", width, height)
        tensors |= pair(f"layers.{layer}.mlp.down_proj", 384, 128)
    peft = write_peft(folder / "peft", tensors, lora_alpha=0.1)
    bases = {"F32": source} | {k: _quantised(source, folder / f"{k}.gguf", k) for k in ("F16", "BF16", "Q8_0", "Q4_0")}
    pairs: list[tuple[Path, Path | None]] = []
    for kind, base in bases.items():
        adapter, merged = folder / f"{kind}-adapter.gguf", folder / f"{kind}-merged.gguf"
        to_gguf(peft, base, adapter)
        merge(base, adapter, merged)
        pairs += [(base, None), (base, adapter), (merged, None)]
    found = llama_logits(folder, pairs)
    return {kind: (found[3 * i], found[3 * i + 1], found[3 * i + 2]) for i, kind in enumerate(bases)}


@pytest.mark.parametrize("kind, near", [("F32", 1e-5), ("F16", 5e-3), ("BF16", 1e-2), ("Q8_0", 3e-2), ("Q4_0", 3e-2)])
def test_merged_says_what_base_and_adapter_say(logits: dict[str, Any], kind: str, near: float) -> None:
    base, adapted, merged = logits[kind]
    assert distance(merged, adapted) < near
    assert distance(base, adapted) > 5 * near, "the adapter must matter, or the test proves nothing"
    assert (merged.argmax(axis=1) == adapted.argmax(axis=1)).mean() > 0.8


def test_what_was_not_tuned_is_carried_byte_for_byte(tmp_path: Path) -> None:
    keys = {"tokenizer.chat_template": "{{ messages }}", "general.license": "MIT", "general.file_type": 0}
    base = write_gguf(tmp_path / "b.gguf", keys=keys)
    adapter, merged = tmp_path / "a.gguf", tmp_path / "m.gguf"
    facts = to_gguf(write_peft(tmp_path / "peft"), base, adapter)
    merge(base, adapter, merged)
    old, new = GGUFReader(base), GGUFReader(merged)
    for key, field in old.fields.items():
        if not key.startswith("GGUF."):
            assert new.fields[key].contents() == field.contents(), key
    assert new.fields["formfact.base_sha256"].contents() == facts.base_sha256
    assert new.fields["formfact.adapter_sha256"].contents() == facts.sha256
    tuned = {"blk.0.attn_q.weight", "blk.1.attn_q.weight", "blk.0.attn_v.weight", "blk.1.attn_v.weight"}
    for before, after in zip(old.tensors, new.tensors, strict=True):
        assert (before.name, before.tensor_type) == (after.name, after.tensor_type)
        assert np.array_equal(before.data, after.data) == (before.name not in tuned), before.name
    assert read_facts(merged).chat_template == "{{ messages }}"


def test_the_formula(tmp_path: Path) -> None:
    base, adapter, merged = tmp_path / "b.gguf", tmp_path / "a.gguf", tmp_path / "m.gguf"
    tensors = pair("layers.0.mlp.up_proj", 32, 64)
    to_gguf(write_peft(tmp_path / "peft", tensors, lora_alpha=3), write_gguf(base), adapter)
    merge(base, adapter, merged)
    weight = {t.name: t.data for t in GGUFReader(base).tensors}["blk.0.ffn_up.weight"]
    a, b = tensors.values()
    tuned = {t.name: t.data for t in GGUFReader(merged).tensors}["blk.0.ffn_up.weight"]
    assert np.allclose(tuned, weight + 3 / 2 * (b @ a), atol=1e-5)


def test_a_merged_model_can_be_a_base_again(tmp_path: Path) -> None:
    base, adapter, merged = tmp_path / "b.gguf", tmp_path / "a.gguf", tmp_path / "m.gguf"
    peft = write_peft(tmp_path / "peft")
    to_gguf(peft, write_gguf(base), adapter)
    merge(base, adapter, merged)
    to_gguf(peft, merged, tmp_path / "a2.gguf")
    merge(merged, tmp_path / "a2.gguf", tmp_path / "m2.gguf")
    names = [key for key in read_header(tmp_path / "m2.gguf").values if key.startswith("formfact.")]
    assert len(names) == 2


def test_an_adapter_of_another_base_is_refused(tmp_path: Path) -> None:
    base, adapter = write_gguf(tmp_path / "b.gguf"), tmp_path / "a.gguf"
    to_gguf(write_peft(tmp_path / "peft"), base, adapter)
    other = write_gguf(tmp_path / "other.gguf", keys={"general.license": "MIT"})
    with pytest.raises(AdapterRefused, match="another base model"):
        merge(other, adapter, tmp_path / "m.gguf")
    with pytest.raises(AdapterRefused, match="not a LoRA adapter"):
        merge(base, other, tmp_path / "m.gguf")


def test_nothing_is_left_when_it_cannot_be_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base, adapter, merged = write_gguf(tmp_path / "b.gguf"), tmp_path / "a.gguf", tmp_path / "out" / "m.gguf"
    to_gguf(write_peft(tmp_path / "peft"), base, adapter)
    task = Task(lambda _: task.cancel())
    with pytest.raises(Cancelled):
        merge(base, adapter, merged, task)
    assert list(merged.parent.iterdir()) == []

    def no_room(folder: Path, size: int) -> None:
        raise DiskFull(f"{size} bytes are needed in {folder}")

    monkeypatch.setattr(rewriting, "require_room", no_room)
    with pytest.raises(DiskFull):
        merge(base, adapter, merged)
    assert list(merged.parent.iterdir()) == []
