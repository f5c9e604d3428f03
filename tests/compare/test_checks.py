"""Every registered check: its own examples, its parameters, and what it does with any text at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.compare import checks
from engine.compare.checks import Check, Heard
from engine.compare.checks.lengths import sentences
from engine.compare.checks.pattern import SlowPattern, found
from engine.errors import QuestionsRefused
from engine.types import Passage

KINDS = checks.kinds()


def made(name: str, **given: Any) -> Check:
    return checks.read({"check": name, **given}, KINDS[name].side)


def test_the_checks_of_the_contract_are_there() -> None:
    form = {"json_schema", "regex", "starts_with", "ends_with", "sections", "max_words", "min_words", "max_sentences"}
    assert form | {"bullets", "forbids", "one_line"} <= {name for name, kind in KINDS.items() if kind.side == "form"}
    assert {"value", "stale", "cites", "refuses"} <= {name for name, kind in KINDS.items() if kind.side == "facts"}


@pytest.mark.parametrize("name", KINDS)
def test_its_own_examples(name: str) -> None:
    sample = KINDS[name].sample
    check = made(name, **sample.given)
    assert check.fault(Heard(sample.passes, sample.passages)) == ""
    reason = check.fault(Heard(sample.fails, sample.passages))
    assert reason.endswith(".") and reason[0].isupper()
    assert KINDS[name].__doc__


@pytest.mark.parametrize("name", KINDS)
def test_unknown_fields_and_the_wrong_side_are_refused(name: str) -> None:
    given_, side = KINDS[name].sample.given, KINDS[name].side
    with pytest.raises(QuestionsRefused, match=name):
        checks.read({"check": name, **given_, "surplus": 1}, side)
    with pytest.raises(QuestionsRefused, match=f"check of {side}"):
        checks.read({"check": name, **given_}, "form" if side == "facts" else "facts")


@given(text=st.text())
@pytest.mark.parametrize("name", KINDS)
def test_any_answer_gets_the_same_verdict_twice(name: str, text: str) -> None:
    check = made(name, **KINDS[name].sample.given)
    assert check.fault(Heard(text)) == check.fault(Heard(text))


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        {"check": 3},
        {"check": "no such thing"},
        {"check": "max_words", "words": -1},
        {"check": "max_words", "words": "ten"},
        {"check": "regex", "pattern": "(unclosed"},
        {"check": "json_schema", "schema": {"type": "no such type"}},
    ],
)
def test_refused_with_a_reason(raw: Any) -> None:
    with pytest.raises(QuestionsRefused) as caught:
        checks.read(raw, "form")
    assert caught.value.what


@pytest.mark.parametrize("pattern, text", [(r"(a|a|b?)*c", "a" * 40), (r"^(\w|\w\w|\d)*$", "a" * 60 + "!")])
def test_a_catastrophic_pattern_is_stopped(pattern: str, text: str) -> None:
    try:  # without a limit this would run for ages, and the test's own timeout would end it
        assert not found(pattern, text)
    except SlowPattern:
        assert "took over" in made("regex", pattern=pattern).fault(Heard(text))


def test_json_schema_never_downloads_and_survives_depth() -> None:
    remote = made("json_schema", schema={"$ref": "http://127.0.0.1:9/schema.json"})
    assert "not part of it" in remote.fault(Heard("{}"))
    assert made("json_schema", schema=True).fault(Heard("[" * 100_000))
    tree = {"$defs": {"t": {"type": "array", "items": {"$ref": "#/$defs/t"}}}, "$ref": "#/$defs/t"}
    made("json_schema", schema=tree).fault(Heard("[" * 900 + "]" * 900))


SLOW = r"^(\w|\w\w|\d)*$"
TWICE = {
    **{f"d{at}": {"anyOf": [{"$ref": f"#/$defs/d{at + 1}"}, {"$ref": f"#/$defs/d{at + 1}"}]} for at in range(60)},
    "d60": {"type": "number"},
}


@pytest.mark.parametrize(
    "schema",
    [
        {"patternProperties": {SLOW: {}}},
        {"patternProperties": {SLOW: {}}, "additionalProperties": False},
        {"propertyNames": {"pattern": SLOW}},
        {"additionalProperties": {"pattern": SLOW}},
        {"$defs": TWICE, "$ref": "#/$defs/d0"},
    ],
)
def test_no_schema_hangs_a_check(schema: dict[str, Any]) -> None:
    long = "a" * 80 + "!"
    reason = made("json_schema", schema=schema).fault(Heard(f'{{"{long}": "{long}"}}'))
    assert "took over" in reason


def test_patterns_of_properties_still_count() -> None:
    check = made("json_schema", schema={"patternProperties": {"^n": {"type": "number"}}, "additionalProperties": False})
    assert check.fault(Heard('{"n1": 1}')) == ""
    assert "n1" in check.fault(Heard('{"n1": "1"}'))
    assert "one property too many" in check.fault(Heard('{"n1": 1, "m": 2}'))
    assert made("json_schema", schema={"additionalProperties": {"type": "null"}}).fault(Heard('{"a": 1}'))


def test_what_cannot_be_limited_is_refused_and_large_numbers_are_survived() -> None:
    with pytest.raises(QuestionsRefused, match="additionalProperties"):
        made("json_schema", schema={"allOf": [{"patternProperties": {"a": {}}}], "unevaluatedProperties": False})
    assert made("json_schema", schema={"multipleOf": 0.5}).fault(Heard("1" + "0" * 4000))


@pytest.mark.parametrize(
    "text, count",
    [
        ("", 0),
        ("No full stop", 1),
        ("One. Two! Three?", 3),
        ("It costs 4.50 euros, e.g. today.", 1),
        ("Ask Dr. Kellin. She knows.", 2),
        ("He said “No.” Then he left.", 2),
        ("Dear customer,\nyes.\nKind regards", 3),
    ],
)
def test_sentences(text: str, count: int) -> None:
    assert sentences(text) == count


def test_cites_counts_passages_as_the_prompt_does() -> None:
    passages = tuple(
        Passage(rank, rank, name, f"/x/{name}", None, 0, 1, "x") for rank, name in [(1, "a.md"), (2, "b.md")]
    )
    check = made("cites", document="docs/b.md")
    assert check.fault(Heard("Yes. [2]", passages)) == ""
    assert "[1]" in check.fault(Heard("Yes. [1]", passages))
    assert "cites nothing" in check.fault(Heard("Yes.", passages))
    assert check.fault(Heard("Yes. [2]"))


@pytest.mark.parametrize(
    "text",
    ["The sources do not say.", "Dear customer,\nthe sources don’t mention it.", "I do not know.", "I can't say."],
)
def test_refusals(text: str) -> None:
    assert made("refuses").fault(Heard(text)) == ""


@pytest.mark.parametrize("text", ["", "It is 30 days.", "The sources say so.", "I know."])
def test_answers_are_not_refusals(text: str) -> None:
    assert made("refuses").fault(Heard(text))
