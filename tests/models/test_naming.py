from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.models.naming import slug, suggested, unique


@pytest.mark.parametrize(
    "file, title, name",
    [
        ("Qwen3-0.6B-Q8_0.gguf", "Qwen3 0.6B", "qwen3-0.6b-q8-0"),
        ("model.gguf", "Tiny Llama", "tiny-llama"),
        ("ggml-model-q4_0.gguf", "Llama 3.2 1B Instruct", "llama-3.2-1b-instruct"),
        ("unsloth.Q4_K_M.gguf", "My Model", "my-model"),
        ("model.gguf", "", "model"),
        ("模型.gguf", "x", "模型"),
        ("Über großes Modell.gguf", "", "über-großes-modell"),
        ("---.gguf", "", "model"),
    ],
)
def test_names_come_from_the_file_or_the_title(file: str, title: str, name: str) -> None:
    assert suggested(Path(file), title) == name


@given(st.text())
def test_a_slug_is_stable_and_safe(text: str) -> None:
    made = slug(text)
    assert slug(made) == made
    assert len(made) <= 60
    assert not set(made) & set(" /\\:'\"\n\t")


@given(st.text(max_size=20), st.text(max_size=20))
def test_there_is_always_a_name(stem: str, title: str) -> None:
    assert suggested(Path("folder", stem.replace("/", "-").replace("\0", "") + ".gguf"), title)


@given(st.sets(st.sampled_from(["a", "a-2", "a-3", "b"])))
def test_unique_is_free(taken: set[str]) -> None:
    assert unique("a", taken) not in taken
