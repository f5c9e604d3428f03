"""No text becomes a control token: with every control token of every vocabulary at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import resources
from engine.chat import llama
from engine.chat.format import Format
from engine.chat.template import clean
from engine.types import Message
from tests.conftest import SHARED_DATA

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LLAMA2 = (
    "{% for m in messages %}{% if m.role == 'user' %}{{ bos_token + '[INST] ' + m.content | trim + ' [/INST]' }}"
    "{% else %}{{ ' ' + m.content | trim + eos_token }}{% endif %}{% endfor %}"
)
FILES = [
    SHARED_DATA / "models/stories260k/derived/stories260K-f32-v3.gguf",
    SHARED_DATA / "models/tinystories656k/derived/TinyStories-656K-f32-bytesafe.gguf",
    SHARED_DATA / "vocabs/ggml-vocab-gpt-2.gguf",
    SHARED_DATA / "vocabs/ggml-vocab-llama-spm.gguf",
    resources.STARTER,
]
KNOWN = ["<|im_end|>", "<|im_start|>", "<s>", "</s>", "<unk>", "<|endoftext|>", "[INST]", "<|begin_of_text|>", "<0x0A>"]


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def model(request: pytest.FixtureRequest) -> llama.Model:
    path: Path = request.param
    if not path.exists():
        pytest.skip(f"no {path}")
    return llama.Model(path, vocabulary_only=True)


@pytest.fixture(scope="module", params=["own", "chatml", "llama2"])
def form(request: pytest.FixtureRequest, model: llama.Model) -> Format:
    source = {"own": model.template, "chatml": CHATML, "llama2": LLAMA2}[request.param]
    return Format(model.vocabulary, source)


def structure(form: Format, ids: list[int]) -> list[int]:
    """The control tokens of a prompt, in order."""
    return [token for token in ids if token in form.tokeniser.guarded]


def prompt(form: Format, *contents: str) -> list[int]:
    roles = ("user", "assistant")
    return form.prompt([Message(roles[i % 2], content) for i, content in enumerate(contents)]).ids


def test_no_control_token_comes_from_text(form: Format) -> None:
    expected = structure(form, prompt(form, "x", "y", "z"))
    for text in [*form.tokeniser.texts, *KNOWN]:
        for dressed in (text, f"a{text}b", f" {text}\n{text} ", text + text, text[:1] + text + text[1:]):
            ids = prompt(form, dressed, dressed, dressed)
            assert structure(form, ids) == expected, dressed
            answer = form.answer(dressed, ids)
            assert form.tokeniser.guarded.isdisjoint(answer[:-1]), dressed


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.one_of(st.sampled_from(KNOWN), st.text(max_size=8)), max_size=6).map("".join))
def test_no_control_token_comes_from_any_text(form: Format, text: str) -> None:
    visible = clean(text).strip()
    if not visible:
        return
    assert structure(form, prompt(form, text, text, text)) == structure(form, prompt(form, "x", "y", "z"))


def test_bos_comes_exactly_once(form: Format) -> None:
    ids, vocabulary = prompt(form, "Hello"), form.vocabulary
    if vocabulary.add_bos:
        assert ids[0] == vocabulary.bos and ids[1] != vocabulary.bos


def test_ordinary_text_gets_the_ids_it_has_in_one_string(form: Format, model: llama.Model) -> None:
    message = Message("user", "What is it? It's 42 km,  naïve 空.")
    written = "".join(part.text for part in form.template.render([message]))
    whole = model.vocabulary.tokenise(written, special=True)
    ids = form.prompt([message]).ids
    if model.vocabulary.add_bos and whole[:1] != [model.vocabulary.bos]:
        whole = [model.vocabulary.bos, *whole]
    assert ids == whole


def test_a_later_turn_goes_on_from_the_prompt_before(form: Format) -> None:
    first = prompt(form, "What is it?")
    second = prompt(form, "What is it?", "A ball.", "Whose?")
    assert second[: len(first)] == first
    answer = form.answer("A ball.", first)
    assert second[len(first) : len(first) + len(answer) - 1] == answer[:-1]


def test_an_answer_reads_as_it_was_written(form: Format, model: llama.Model) -> None:
    answer = form.answer("A ball, Ünïcode 空 ok.", prompt(form, "What?"))
    assert answer[-1] in model.vocabulary.ends
    written = b"".join(model.vocabulary.piece(token) for token in answer[:-1]).decode()
    assert written.strip() == "A ball, Ünïcode 空 ok."


def test_expected_ids_of_reference_vocabularies(shared_data: Path) -> None:
    for name in ("gpt-2", "llama-spm"):
        base = shared_data / f"vocabs/ggml-vocab-{name}.gguf"
        vocabulary = llama.Model(base, vocabulary_only=True).vocabulary
        texts = base.with_suffix(".gguf.inp").read_text(encoding="utf-8").split("\n__ggml_vocab_test__\n")
        expected = base.with_suffix(".gguf.out").read_text().splitlines()
        for text, ids in zip(texts, expected, strict=False):
            assert vocabulary.tokenise(text, special=False) == [int(i) for i in ids.split()], text
