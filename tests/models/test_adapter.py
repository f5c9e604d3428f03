"""LoRA → GGUF: what the file holds, and what is refused. What it does is tested in test_parity.py."""

from __future__ import annotations

import json
import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gguf import GGUFReader
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load_file

from engine.errors import AdapterRefused, ModelRefused
from engine.models import files
from engine.models.adapter import read_adapter, reorder_rows, restore_rows, to_gguf
from tests.models.files import HIDDEN, pair, write_gguf, write_peft


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_gguf(tmp_path / "base.gguf")


def test_the_file_says_what_llama_cpp_reads(tmp_path: Path, base: Path) -> None:
    facts = to_gguf(write_peft(tmp_path / "peft"), base, tmp_path / "out" / "adapter.gguf")
    target = tmp_path / "out" / "adapter.gguf"
    assert facts.sha256 == files.sha256(target)
    assert (facts.rank, facts.alpha, facts.tensors, facts.bytes) == (2, 4.0, 4, target.stat().st_size)
    assert facts.base_sha256 == files.sha256(base)
    reader = GGUFReader(target)
    value = {key: field.contents() for key, field in reader.fields.items()}
    assert value["general.type"] == "adapter"
    assert value["general.architecture"] == "llama"
    assert value["adapter.type"] == "lora"
    assert value["adapter.lora.alpha"] == 4.0
    assert value["formfact.base_sha256"] == facts.base_sha256
    tensors = {tensor.name: tensor.data for tensor in reader.tensors}
    saved = load_file(tmp_path / "peft" / "adapter_model.safetensors")
    prefix = "base_model.model.model.layers.1.self_attn"
    assert np.array_equal(tensors["blk.1.attn_v.weight.lora_a"], saved[f"{prefix}.v_proj.lora_A.weight"])
    assert np.array_equal(tensors["blk.1.attn_v.weight.lora_b"], saved[f"{prefix}.v_proj.lora_B.weight"])
    reordered = reorder_rows(saved[f"{prefix}.q_proj.lora_B.weight"], 4)
    assert np.array_equal(tensors["blk.1.attn_q.weight.lora_b"], reordered)


def test_the_same_adapter_makes_the_same_file(tmp_path: Path, base: Path) -> None:
    peft = write_peft(tmp_path / "peft")
    made = {to_gguf(peft, base, tmp_path / f"{i}.gguf").sha256 for i in range(5)}
    assert len(made) == 1


def test_half_precision_and_bfloat16_are_carried_exactly(tmp_path: Path, base: Path) -> None:
    exact = {k: np.round(v * 4) / 4 for k, v in pair("layers.0.mlp.up_proj", HIDDEN, 64).items()}
    half = {k: v.astype(np.float16) for k, v in exact.items()}
    to_gguf(write_peft(tmp_path / "half", half), base, tmp_path / "half.gguf")
    to_gguf(_bfloat16(write_peft(tmp_path / "bf", exact), exact), base, tmp_path / "bf.gguf")
    for name in ("half", "bf"):
        tensors = {t.name: np.asarray(t.data, np.float32) for t in GGUFReader(tmp_path / f"{name}.gguf").tensors}
        for letter in "AB":
            expected = exact[f"base_model.model.model.layers.0.mlp.up_proj.lora_{letter}.weight"]
            assert np.array_equal(tensors[f"blk.0.ffn_up.weight.lora_{letter.lower()}"], expected)


def _bfloat16(folder: Path, tensors: dict[str, Any]) -> Path:
    """Replace the weights by bfloat16 ones (the upper halves of float32), which NumPy cannot save."""
    header, data = {}, b""
    for name, array in tensors.items():
        half = (array.view(np.uint32) >> 16).astype("<u2").tobytes()
        header[name] = {"dtype": "BF16", "shape": array.shape, "data_offsets": (len(data), len(data) + len(half))}
        data += half
    text = json.dumps(header).encode()
    (folder / "adapter_model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    return folder


@given(arrays(np.float32, st.tuples(st.sampled_from([8, 16, 48]), st.integers(1, 3))), st.sampled_from([1, 2, 4]))
def test_reordering_rows_can_be_undone(matrix: Any, heads: int) -> None:
    assert np.array_equal(restore_rows(reorder_rows(matrix, heads), heads), matrix, equal_nan=True)


@pytest.mark.parametrize(
    "config, reason",
    [
        ({"use_dora": True}, "DoRA"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"rank_pattern": {"q_proj": 4}}, "rank_pattern"),
        ({"alpha_pattern": {"q_proj": 4}}, "alpha_pattern"),
        ({"bias": "all"}, "biases"),
        ({"lora_bias": True}, "biases"),
        ({"fan_in_fan_out": True}, "transposed"),
        ({"trainable_token_indices": [1]}, "single tokens"),
        ({"layer_replication": [[0, 1]]}, "repeats layers"),
        ({"init_lora_weights": "pissa"}, "pissa"),
        ({"peft_type": "IA3"}, "IA3"),
        ({"r": 0}, "rank 0"),
        ({"lora_alpha": 0}, "alpha 0"),
        ({"r": 3}, "rank 3"),
    ],
)
def test_variants_that_gguf_cannot_hold(tmp_path: Path, base: Path, config: dict[str, Any], reason: str) -> None:
    with pytest.raises(AdapterRefused, match=reason):
        to_gguf(write_peft(tmp_path / "peft", **config), base, tmp_path / "a.gguf")
    assert not (tmp_path / "a.gguf").exists()


@pytest.mark.parametrize(
    "tensors, reason",
    [
        (pair("layers.0.self_attn.q_proj", 64, 64), "belongs to another base model"),
        (pair("layers.7.self_attn.q_proj", HIDDEN, HIDDEN), "2 layers"),
        (pair("layers.0.mlp.experts", HIDDEN, HIDDEN), r"changes model\.layers\.0\.mlp\.experts"),
        (pair("embed_tokens", HIDDEN, HIDDEN), "token embeddings"),
        (pair("layers.0.self_attn.o_proj", HIDDEN, HIDDEN), "does not have"),
        ({"base_model.model.lm_head.lora_A.weight": np.ones((2, HIDDEN), np.float32)}, "two matrices"),
        ({"base_model.model.lm_head.weight": np.ones((2, HIDDEN), np.float32)}, "no part of a linear"),
        ({"base_model.model.x.lora_magnitude_vector": np.ones(3, np.float32)}, "no part of a linear"),
        ({}, "empty|cut off"),
    ],
)
def test_adapters_of_other_bases_and_layers(tmp_path: Path, base: Path, tensors: dict[str, Any], reason: str) -> None:
    with pytest.raises(AdapterRefused, match=reason):
        to_gguf(write_peft(tmp_path / "peft", tensors), base, tmp_path / "a.gguf")


def test_an_output_layer_that_is_the_embedding(tmp_path: Path, base: Path) -> None:
    tensors = {name.replace("model.model.", "model."): v for name, v in pair("lm_head", HIDDEN, 261).items()}
    with pytest.raises(AdapterRefused, match="output layer is its embedding"):
        to_gguf(write_peft(tmp_path / "peft", tensors), base, tmp_path / "a.gguf")


def test_values_that_are_not_numbers(tmp_path: Path, base: Path) -> None:
    tensors = pair("layers.0.mlp.up_proj", HIDDEN, 64)
    next(iter(tensors.values()))[0, 0] = np.nan
    with pytest.raises(AdapterRefused, match="training diverged"):
        to_gguf(write_peft(tmp_path / "peft", tensors), base, tmp_path / "a.gguf")


def test_unknown_architectures_are_refused(tmp_path: Path) -> None:
    base = write_gguf(tmp_path / "falcon.gguf", architecture="falcon")
    with pytest.raises(AdapterRefused, match="falcon"):
        to_gguf(write_peft(tmp_path / "peft"), base, tmp_path / "a.gguf")


def test_missing_parts(tmp_path: Path, base: Path) -> None:
    peft = write_peft(tmp_path / "peft")
    weights = peft / "adapter_model.safetensors"
    weights.rename(peft / "adapter_model.bin")
    with pytest.raises(AdapterRefused, match="pickled"):
        to_gguf(peft, base, tmp_path / "a.gguf")
    (peft / "adapter_model.bin").unlink()
    with pytest.raises(AdapterRefused, match="no weights"):
        to_gguf(peft, base, tmp_path / "a.gguf")
    (peft / "adapter_config.json").write_text("[")
    with pytest.raises(AdapterRefused, match="not a JSON"):
        to_gguf(peft, base, tmp_path / "a.gguf")
    (peft / "adapter_config.json").write_text("[]")
    with pytest.raises(AdapterRefused, match="not a JSON"):
        to_gguf(peft, base, tmp_path / "a.gguf")
    (peft / "adapter_config.json").unlink()
    with pytest.raises(AdapterRefused, match=r"adapter_config\.json is missing"):
        to_gguf(peft, base, tmp_path / "a.gguf")


@given(cut=st.floats(0, 1, exclude_max=True))
def test_weights_cut_anywhere_are_refused(cut: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base, peft = write_gguf(folder / "b.gguf"), write_peft(folder / "peft")
        weights = peft / "adapter_model.safetensors"
        data = weights.read_bytes()
        weights.write_bytes(data[: int(cut * len(data))])
        with pytest.raises(AdapterRefused, match="cut off"):
            to_gguf(peft, base, folder / "a.gguf")
        assert sorted(file.name for file in folder.iterdir()) == ["b.gguf", "peft"]


@given(place=st.integers(0, 900), value=st.binary(min_size=1, max_size=6))
def test_damaged_weights_are_refused_or_harmless(place: int, value: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base, peft = write_gguf(folder / "b.gguf"), write_peft(folder / "peft")
        weights = peft / "adapter_model.safetensors"
        data = weights.read_bytes()
        weights.write_bytes(data[:place] + value + data[place + len(value) :])
        try:
            to_gguf(peft, base, folder / "a.gguf")
        except AdapterRefused as refusal:
            assert refusal.what


def test_reading_an_adapter_back(tmp_path: Path, base: Path) -> None:
    target = tmp_path / "a.gguf"
    to_gguf(write_peft(tmp_path / "peft"), base, target)
    assert len(read_adapter(target).tensors) == 8
    target.write_bytes(target.read_bytes()[:-40])
    with pytest.raises(AdapterRefused, match="cut off"):
        read_adapter(target)
    with pytest.raises(AdapterRefused, match="not a LoRA adapter"):
        read_adapter(base)
    with pytest.raises(AdapterRefused, match="no adapter"):
        read_adapter(tmp_path / "absent.gguf")
    with pytest.raises(ModelRefused, match="cut off"):
        to_gguf(tmp_path / "peft", target, tmp_path / "b.gguf")
