"""Checks as forms: every registered check can be filled in, shown and described."""

from __future__ import annotations

import pytest

from engine.compare import checks
from engine.compare.checks import Check, Heard
from engine.compare.fields import choices, described, fields, filled, values
from engine.errors import QuestionsRefused

KINDS = checks.kinds()


def sample(name: str) -> Check:
    return checks.read({"check": name, **KINDS[name].sample.given}, KINDS[name].side)


@pytest.mark.parametrize("name", KINDS)
def test_every_check_can_be_filled_in(name: str) -> None:
    kind = KINDS[name]
    again = filled(name, values(sample(name)))
    told = kind.sample
    assert again.fault(Heard(told.passes, told.passages)) == "" != again.fault(Heard(told.fails, told.passages))
    assert filled(name, values(again)) == again
    for field in fields(kind):
        assert field.title and field.help and (field.example or field.optional)


@pytest.mark.parametrize("name", KINDS)
def test_every_check_is_named_and_described_in_one_line(name: str) -> None:
    words = described(sample(name))
    assert words.startswith(KINDS[name].title) and "\n" not in words and len(words) < 120


def test_both_sides_list_theirs() -> None:
    assert {name for side in ("form", "facts") for name, _ in choices(side)} == set(KINDS)  # type: ignore[arg-type]
    assert [kind.title for _, kind in choices("form")] == sorted(kind.title for _, kind in choices("form"))


@pytest.mark.parametrize(
    "name, typed, reason",
    [
        ("max_words", {}, "“Words” is empty"),
        ("max_words", {"words": "ten"}, "not a whole number: ten"),
        ("max_words", {"words": "-1"}, "not a whole number"),
        ("regex", {"pattern": "(open"}, "not a regular expression"),
        ("value", {"accept": " \n "}, "“Right values” is empty"),
        ("value", {"accept": "…"}, "no word and no number"),
        ("json_schema", {"schema": "{"}, "not JSON"),
        ("json_schema", {"schema": '{"type": "soup"}'}, "not a JSON schema"),
        ("json_schema", {"schema": "3"}, "cannot be used"),
    ],
)
def test_refused_in_words_for_beside_the_form(name: str, typed: dict[str, str], reason: str) -> None:
    with pytest.raises(QuestionsRefused, match=reason):
        filled(name, typed)


def test_what_may_be_left_empty() -> None:
    assert values(filled("bullets", {"min": "2"})) == {"min": "2", "max": ""}
    assert [field.default for field in fields(KINDS["bullets"])] == ["1", ""]


def test_a_line_break_inside_a_value_stays_one_value() -> None:
    check = checks.read({"check": "starts_with", "text": "Dear customer,\n\n"}, "form")
    assert filled("starts_with", values(check)).fault(Heard("Dear customer,\n\nyes")) == ""
    assert filled("starts_with", values(check)).fault(Heard("Dear customer, yes"))
