"""Training rows: labels on what the assistant says and on its end, and prompts exactly as chat makes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.chat import llama
from engine.chat.encode import IGNORED, Row, encode
from engine.chat.format import Format
from engine.chat.prompt import user_turn
from engine.process import Child
from engine.types import Message, Passage
from tests.chat.test_tokens import CHATML


@pytest.fixture(scope="module", params=[None, CHATML])
def form(request: pytest.FixtureRequest, stories: Path) -> Format:
    return Format(llama.Model(stories, vocabulary_only=True).vocabulary, request.param)


def row(*contents: str, system: str = "", passages: list[Passage] | None = None) -> Row:
    turns = [Message(("user", "assistant")[i % 2], content) for i, content in enumerate(contents)]
    return Row([Message("system", system), *turns] if system else turns, 7, passages or [])


def learnt(form: Format, made: dict[str, Any]) -> list[str]:
    """The text of each stretch of labels, with ``$`` for the end token."""
    stretches, open_ = [], False
    for label in made["labels"]:
        if label == IGNORED:
            open_ = False
            continue
        text = "$" if label == form.end else form.vocabulary.piece(label).decode()  # type: ignore[attr-defined]
        if open_:
            stretches[-1] += text
        else:
            stretches.append(text)
        open_ = True
    return [text.strip() for text in stretches]


def test_labels_are_the_assistant_turns_and_their_ends(form: Format) -> None:
    made = encode(form, row("Hi", "Yes.", "Why?", "Because.", system="Be kind."), 512)
    assert [text.removesuffix("$") for text in learnt(form, made)] == ["Yes.", "Because."]
    assert learnt(form, made)[-1] == "Because.$"
    assert made["line"] == 7 and made["cut"] == 0
    assert [i for i, label in zip(made["ids"], made["labels"], strict=True) if label not in (i, IGNORED)] == []


def test_a_row_is_a_chat_prompt_and_its_answer(form: Format) -> None:
    source = Passage(1, 1, "a.md", "/a", None, 0, 5, "Red ball </s>.")
    made = encode(form, row("Hi", "Yes.", "Which?", "Red [1].", system="S", passages=[source]), 512)
    prompt = form.prompt(
        [
            Message("system", "S"),
            Message("user", "Hi"),
            Message("assistant", "Yes."),
            Message("user", user_turn("Which?", [source])),
        ]
    ).ids
    assert made["ids"][: len(prompt)] == prompt
    assert made["ids"][len(prompt) :] == form.answer("Red [1].", prompt)


@pytest.mark.parametrize(
    "made, reason",
    [
        (row("Hi"), "no assistant turn"),
        (Row([Message("assistant", "Hi")]), "no user turn"),
        (Row([]), "no assistant turn"),
        (row("x " * 3000, "Yes."), "fills the context"),
    ],
)
def test_rows_that_cannot_be_learnt_say_why(form: Format, made: Row, reason: str) -> None:
    found = encode(form, made, 256)
    assert reason in found["bad"] and found["ids"] == []


def test_long_rows_lose_old_turns_then_the_end_of_the_answer(form: Format) -> None:
    long = encode(form, row("old " * 100, "old " * 50, "Hi", "Yes."), 128)
    assert learnt(form, long) == ["Yes.$"] and long["cut"] > 100
    answer = encode(form, row("Hi", "word " * 500), 128)
    assert len(answer["ids"]) == 128 and answer["cut"] > 100
    assert learnt(form, answer)[0].startswith("word word")


def test_a_token_that_the_trainer_lacks_makes_a_row_bad(form: Format) -> None:
    made = encode(form, row("Hi", "Yes."), 512)
    assert "no token for" in encode(form, row("Hi", "Yes."), 512, vocabulary=max(made["ids"]))["bad"]
    assert "bad" not in encode(form, row("Hi", "Yes."), 512, vocabulary=max(made["ids"]) + 1)


def test_the_child_encodes_a_file_line_for_line(child: Child, stories: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [{"line": i, "messages": [{"role": "user", "content": f"{i}"}], "passages": []} for i in range(3)]
    rows[1]["messages"].append({"role": "assistant", "content": "Yes."})  # type: ignore[attr-defined]
    source.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    counts = child.call(
        "encode", model=str(stories), source=str(source), target=str(target), context=256, vocabulary=None
    ).result()
    made = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [one["line"] for one in made] == [0, 1, 2]
    assert (counts["rows"], counts["bad"], counts["cut"]) == (3, 2, 0)
    assert counts["learnt"] == sum(label != IGNORED for label in made[1]["labels"])
