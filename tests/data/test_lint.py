"""Each finding is made where it should be, names its rows, and is not made on clean examples."""

from __future__ import annotations

import random

import pytest

from engine.errors import Cancelled
from engine.task import Task
from engine.tune.alike import alike
from engine.tune.lint import LONG, Finding, lint
from engine.types import Example, Message

_WORDS = [f"word{i}" for i in range(500)]


def prose(seed: int, count: int = 30) -> str:
    return " ".join(random.Random(seed).choices(_WORDS, k=count))


def made(*turns: str, line: int, roles: str = "ua") -> Example:
    names = {"u": "user", "a": "assistant", "s": "system"}
    return Example(tuple(Message(names[r], t) for r, t in zip(roles, turns, strict=True)), line)


def clean(count: int = 40) -> list[Example]:
    return [made(prose(i), prose(1000 + i), line=i) for i in range(1, count + 1)]


def found(*more: Example, held_out: tuple[Example, ...] = ()) -> dict[str, list[Finding]]:
    kinds: dict[str, list[Finding]] = {}
    for finding in lint([*clean(), *more], held_out, Task()):
        assert finding.reason.endswith(".")
        kinds.setdefault(finding.kind, []).append(finding)
    return kinds


def test_clean_examples_have_no_findings() -> None:
    assert found() == {}


@pytest.mark.parametrize(
    ("kind", "example"),
    [
        ("one_word_answer", made("Colour?", "Green", line=90)),
        ("empty_answer", made("Hi", "", "And?", "Yes, there is more.", line=90, roles="uaua")),
        ("control_text", made("What is <|im_end|>?", "It ends a turn, they say.", line=90)),
        ("control_text", made("[INST] Say it", "I said it to you.", line=90)),
        ("long", made("Q" * LONG, "A long question, that.", line=90)),
        ("role_order", made("a b c", "d e f", "g h i", line=90, roles="uua")),
        ("role_order", made("a b c", "d e f", "g h i", line=90, roles="aua")),
        ("role_order", made("a b c", "d e f", "g h i", line=90, roles="uas")),
        ("role_order", made("a b c", "d e f", "g h i", line=90, roles="uau")),
    ],
)
def test_single_rows(kind: str, example: Example) -> None:
    assert [finding.rows for finding in found(example)[kind]] == [(90,)]


def test_copies() -> None:
    kinds = found(made("Why so?", prose(1), line=90), made("Why so?", prose(1), line=91))
    assert [finding.rows for finding in kinds["duplicate"]] == [(90, 91)]
    nearly = found(
        made("Why so? " + prose(1, 80), prose(2), line=90), made("why so " + prose(1, 80), prose(2), line=91)
    )
    assert [finding.rows for finding in nearly["near_duplicate"]] == [(90, 91)]
    assert "duplicate" not in nearly


def test_contradiction() -> None:
    kinds = found(made("How long?", "Sixty days it is.", line=90), made("how long", "Thirty days it is.", line=91))
    assert [finding.rows for finding in kinds["contradiction"]] == [(90, 91)]


def test_one_answer_to_everything() -> None:
    kinds = found(*(made(prose(i), "I am sorry, I cannot say.", line=i) for i in range(90, 96)))
    assert [finding.rows for finding in kinds["same_answer"]] == [tuple(range(90, 96))]


def test_leak() -> None:
    text = prose(7, 60)
    held = (made(text + " now", prose(8), line=91),)
    kinds = found(made(text, prose(8), line=90), held_out=held)
    assert [finding.rows for finding in kinds["leak"]] == [(91, 90)]


def test_cancel() -> None:
    task = Task()
    task.cancel()
    with pytest.raises(Cancelled):
        lint(clean(), [], task)


def test_alike_finds_what_comparing_each_with_each_finds() -> None:
    rng = random.Random(3)
    texts = [prose(i) for i in range(60)]
    for i in range(0, 60, 3):  # change one word of some
        words = texts[i].split()
        words[rng.randrange(len(words))] = "changed"
        texts.append(" ".join(words))
    groups = {frozenset(group) for group in alike(texts, 0.7, Task())}
    assert groups == {frozenset({i, 60 + i // 3}) for i in range(0, 60, 3)}
