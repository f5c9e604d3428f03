"""Hugging Face folders: what is read, what is refused, what pairs with a GGUF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import ModelRefused
from engine.models.facts import read_facts
from engine.models.folder import check_pair, read_folder
from tests.models.files import LAYERS, TOKENS, write_folder, write_gguf


def test_facts_of_a_folder(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f")
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# A model\n")
    facts = read_folder(folder)
    assert (facts.model_type, facts.layers, facts.vocabulary, facts.licence) == (
        "llama",
        LAYERS,
        len(TOKENS),
        "apache-2.0",
    )


@pytest.mark.parametrize(
    "config, reason",
    [
        ({"auto_map": {"AutoModel": "modeling.X"}}, "code of its own"),
        ({"architectures": ["BertModel"]}, "no chat model"),
        ({"quantization_config": {"quant_method": "awq"}}, "quantised for another program"),
        ({"hidden_size": None}, "does not say its hidden_size"),
    ],
)
def test_a_config_that_cannot_be_used(tmp_path: Path, config: dict[str, Any], reason: str) -> None:
    with pytest.raises(ModelRefused, match=reason):
        read_folder(write_folder(tmp_path / "f", **config))


def test_a_folder_without_its_parts(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f")
    weights = folder / "model.safetensors"
    data = weights.read_bytes()
    weights.write_bytes(data[:-5])
    with pytest.raises(ModelRefused, match="cut off"):
        read_folder(folder)
    weights.rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelRefused, match=r"pickled weights.*can run code"):
        read_folder(folder)
    (folder / "pytorch_model.bin").unlink()
    with pytest.raises(ModelRefused, match="no weights"):
        read_folder(folder)
    (folder / "config.json").write_text("{")
    with pytest.raises(ModelRefused, match="not JSON"):
        read_folder(folder)
    (folder / "config.json").unlink()
    with pytest.raises(ModelRefused, match=r"no config\.json"):
        read_folder(folder)


def test_a_missing_shard_is_told(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f")
    index = '{"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}'
    (folder / "model.safetensors.index.json").write_text(index)
    with pytest.raises(ModelRefused, match=r"lacks model-2\.safetensors"):
        read_folder(folder)


def test_a_smaller_vocabulary_pairs_and_another_size_does_not(tmp_path: Path) -> None:
    gguf = read_facts(write_gguf(tmp_path / "m.gguf"))
    check_pair(read_folder(write_folder(tmp_path / "same")), gguf)
    check_pair(read_folder(write_folder(tmp_path / "smaller", vocab_size=200)), gguf)
    for wrong, reason in (
        ({"vocab_size": 9000}, "vocabulary 9000"),
        ({"hidden_size": 64}, "hidden size 64 against 32"),
        ({"num_hidden_layers": 3}, "layers 3"),
        ({"num_key_value_heads": 4}, "key-value heads"),
    ):
        with pytest.raises(ModelRefused, match=reason):
            check_pair(read_folder(write_folder(tmp_path / reason.replace(" ", ""), **wrong)), gguf)


def test_the_real_pair_pairs(shared_data: Path) -> None:
    folder = shared_data / "models" / "tinystories656k"
    facts = read_facts(folder / "derived" / "TinyStories-656K-f32-bytesafe.gguf")
    twin = read_folder(folder)
    check_pair(twin, facts)
    assert facts.vocabulary - twin.vocabulary == 256
