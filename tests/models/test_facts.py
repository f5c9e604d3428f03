"""Facts of models, and what is refused because it cannot chat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import ModelRefused
from engine.models.facts import read_facts
from tests.models.files import HIDDEN, LAYERS, TOKENS, write_gguf


def test_facts_of_a_model(tmp_path: Path) -> None:
    keys = {"tokenizer.chat_template": "{{ messages }}", "general.license": "MIT", "general.file_type": 0}
    facts = read_facts(write_gguf(tmp_path / "modèle 空.gguf", keys=keys))
    assert (facts.architecture, facts.name, facts.licence) == ("llama", "Test Model", "MIT")
    assert (facts.context, facts.embedding, facts.layers, facts.heads, facts.heads_kv) == (64, HIDDEN, LAYERS, 4, 2)
    assert (facts.vocabulary, facts.bos, facts.eos, facts.add_bos) == (len(TOKENS), 1, 2, True)
    assert facts.quantisation == "F32"
    assert facts.tensor_types == {"F32": 10}
    assert facts.chat_template == "{{ messages }}"
    assert facts.byte_tokens
    assert facts.warnings == ()


def test_a_vocabulary_that_cannot_spell_is_a_warning(shared_data: Path) -> None:
    derived = shared_data / "models" / "tinystories656k" / "derived"
    unsafe = read_facts(derived / "TinyStories-656K-f32-v3.gguf")
    assert not unsafe.byte_tokens
    assert any("byte tokens" in warning for warning in unsafe.warnings)
    assert read_facts(derived / "TinyStories-656K-f32-bytesafe.gguf").byte_tokens


def test_a_tokenizer_without_tokens_is_none(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "m.gguf", without="tokenizer", keys={"tokenizer.ggml.model": "llama"})
    with pytest.raises(ModelRefused, match="no tokenizer"):
        read_facts(path)


@pytest.mark.parametrize(
    "options, reason",
    [
        ({"keys": {"general.type": "adapter"}}, "adapter, not a model"),
        ({"keys": {"split.count": 3}}, "one part of 3"),
        ({"tensors": False}, "vocabulary only"),
        ({"architecture": "bert"}, "embedding model"),
        ({"architecture": "gemma-embedding"}, "embedding model"),
        ({"keys": {"llama.attention.causal": False}}, "embedding model"),
        ({"architecture": "clip"}, "projector"),
        ({"architecture": "t5"}, "encoder-decoder"),
        ({"architecture": "dream"}, "diffusion"),
        ({"architecture": "martian"}, "'martian' is not known"),
        ({"without": "tokenizer"}, "no tokenizer"),
        ({"without": "context_length"}, "lacks its context_length"),
        ({"without": "block_count"}, "lacks its block_count"),
    ],
)
def test_what_cannot_chat_is_refused(tmp_path: Path, options: dict[str, Any], reason: str) -> None:
    path = write_gguf(tmp_path / "m.gguf", **options)
    with pytest.raises(ModelRefused, match=reason) as caught:
        read_facts(path)
    assert caught.value.remedy


def test_folders_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="folder"):
        read_facts(tmp_path)
    with pytest.raises(ModelRefused, match="no file"):
        read_facts(tmp_path / "absent.gguf")
