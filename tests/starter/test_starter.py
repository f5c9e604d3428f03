"""The shipped starter: it loads everywhere alike, reads any text, keeps its chat format, and answers well enough."""

from pathlib import Path
from typing import Any

import pytest

from tools.starter import score, tokenizer

TEXTS = (
    "[1] Returns\n\n[2]  Vel. How long is 30 days? [12]",
    "Привет 你好 🎉 é\t\r\n  x  12,345.60",
    "it's we'll I'd DON'T ²³ ½ Ⅷ x2y3 42nd",
    "",
    "\x00\x07 zero\u200bwidth \ufeff \U0010ffff",
)


def test_it_is_small_and_says_what_it_is_for(starter_path: Path, llama: Any) -> None:
    assert starter_path.stat().st_size <= 24 * 1024 * 1024
    facts = llama.metadata
    assert facts["general.architecture"] == "llama"
    assert facts["general.license"].lower() == "apache-2.0"
    assert "not for work" in facts["general.description"]
    assert int(facts["llama.context_length"]) >= 2048


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_becomes_tokens_and_back(llama: Any, text: str) -> None:
    ids = llama.tokenize(text.encode(), add_bos=False, special=False)
    assert llama.detokenize(ids).decode() == text
    assert ids == tokenizer.load(tokenizer.PATH).encode(text).ids


def test_control_tokens_in_text_stay_text(llama: Any) -> None:
    for control in tokenizer.CONTROL:
        ids = llama.tokenize(control.encode(), add_bos=False, special=False)
        assert len(ids) > 1
        assert len(llama.tokenize(control.encode(), add_bos=False, special=True)) == 1


def test_the_template_renders_the_format_that_was_trained() -> None:
    jinja2 = pytest.importorskip("jinja2")
    messages = [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "Q"},
        {"role": "assistant", "content": "A"},
        {"role": "user", "content": "R"},
    ]
    text = jinja2.Template(tokenizer.CHAT_TEMPLATE).render(
        messages=messages, bos_token="<s>", add_generation_prompt=True
    )
    assert text == tokenizer.chat("S", [("Q", "A")], "R")


@pytest.mark.slow
def test_transformers_reads_the_same_ids_and_logits(starter_path: Path, llama: Any) -> None:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    numpy = pytest.importorskip("numpy")
    folder, name = str(starter_path.parent), starter_path.name
    words = transformers.AutoTokenizer.from_pretrained(folder, gguf_file=name)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()
    episode, branch = score.questions(3, 1)[0]
    text = tokenizer.chat("", [], score.user_turn(episode.passages, branch.question))
    ids = words(text, add_special_tokens=False).input_ids
    assert ids == llama.tokenize(text.encode(), add_bos=False, special=True)
    with torch.no_grad():
        theirs = model(torch.tensor([ids])).logits[0].numpy()
    llama.reset()
    llama.eval(ids)
    ours = numpy.array(llama.scores[: len(ids)])
    assert numpy.abs(theirs - ours).max() <= 1e-2 * numpy.abs(theirs).max()


@pytest.fixture(scope="module")
def figures(starter_path: Path) -> dict[str, float]:
    """How the shipped weights score on 200 held-out questions."""
    pytest.importorskip("llama_cpp")
    return score.score(starter_path, 200)[0]


@pytest.mark.slow
def test_it_is_as_good_as_its_readme_says(figures: dict[str, float]) -> None:
    for name in ("exact", "cited", "refused"):
        assert figures[name] >= score.SHIPPED[name] - score.NOISE, figures
    for name in ("false_refusals", "ungrounded_right"):
        assert figures[name] <= score.SHIPPED[name] + score.NOISE, figures


@pytest.mark.slow
def test_it_may_be_shipped(figures: dict[str, float]) -> None:
    for name, floor in score.FLOORS.items():
        assert figures[name] >= floor, figures


@pytest.mark.slow
def test_it_reaches_what_we_aim_for(figures: dict[str, float]) -> None:
    for name in ("exact", "cited", "refused"):
        assert figures[name] >= score.TARGETS[name] - score.NOISE, figures
    for name in ("false_refusals", "ungrounded_right"):
        assert figures[name] <= score.TARGETS[name] + score.NOISE, figures
