"""The rules of the verdict, on clear cases and on any scores at all."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compare.scorecard import SideScores, side_scores
from engine.compare.verdict import ENOUGH, Follows, Verdict, verdict
from engine.types import FOUR_ARMS, Arm
from tests.compare.test_scorecard import scored

LOW, MID, HIGH = 0.05, 0.4, 0.95
Shares = dict[Arm, float]


def side(shares: Shares, questions: int = 40) -> SideScores:
    return _side(tuple(shares.items()), questions)


@functools.cache
def _side(items: tuple[tuple[Arm, float], ...], questions: int) -> SideScores:
    shares = dict(items)
    return side_scores(
        scored({arm: [int(at < share * questions) for at in range(questions)] for arm, share in shares.items()}), "form"
    )


def four(base: float, tuned: float, grounded: float, both: float, **more: float) -> Shares:
    shares = dict(zip(FOUR_ARMS, (base, tuned, grounded, both), strict=True))
    return shares | {Arm(name): share for name, share in more.items()}


def judge(form: Shares, facts: Shares, questions: int = 40) -> Verdict:
    return verdict(side(form, questions), side(facts, questions))


NEITHER, FORM, FACTS = four(LOW, LOW, LOW, LOW), four(LOW, HIGH, LOW, HIGH), four(LOW, LOW, HIGH, HIGH)


@pytest.mark.parametrize(
    "form, facts, follows, words",
    [
        (FORM, FACTS, Follows.BOTH, "together they keep both"),
        (FORM, four(LOW, LOW, HIGH, MID), Follows.BOTH, "lose facts (95 % → 40 %)"),
        (four(LOW, HIGH, LOW, MID), FACTS, Follows.BOTH, "lose form (95 % → 40 %)"),
        (FORM, four(LOW, LOW, MID, MID), Follows.BOTH, "documents bring some of the facts (5 % → 40 %)"),
        (FORM, NEITHER, Follows.TUNE, "tuning brings the form (5 % → 95 %)"),
        (NEITHER, FACTS, Follows.RETRIEVE, "documents bring the facts (5 % → 95 %)"),
        (NEITHER, NEITHER, Follows.UNCLEAR, "neither"),
        (four(HIGH, HIGH, HIGH, HIGH), four(HIGH, HIGH, HIGH, HIGH), Follows.PROMPT, "already"),
        (
            four(LOW, LOW, LOW, LOW, prompted=HIGH),
            four(LOW, LOW, LOW, LOW, prompted=LOW),
            Follows.PROMPT,
            "in the prompt",
        ),
        (
            four(LOW, HIGH, LOW, HIGH, prompted=HIGH),
            four(LOW, LOW, HIGH, HIGH, prompted=LOW),
            Follows.RETRIEVE,
            "as well as tuning",
        ),
        (four(LOW, LOW, LOW, HIGH), FACTS, Follows.BOTH, "tuning brings the form (5 % → 95 %)"),
        (
            {Arm.BASE: LOW, Arm.TUNED: HIGH},
            {Arm.BASE: LOW, Arm.TUNED: LOW},
            Follows.UNCLEAR,
            "score grounded, both too",
        ),
    ],
)
def test_clear_cases(form: Shares, facts: Shares, follows: Follows, words: str) -> None:
    judged = judge(form, facts)
    assert judged.follows == follows
    assert words in judged.sentence


def test_too_few_questions() -> None:
    assert judge(FORM, FACTS, ENOUGH - 1).follows == Follows.UNCLEAR
    assert "at least 10" in judge(FORM, FACTS, 1).sentence
    assert judge(FORM, FACTS, ENOUGH).follows == Follows.BOTH


def test_a_side_that_was_not_checked() -> None:
    assert "form was not checked" in verdict(SideScores(0), side(FACTS)).sentence
    assert "facts were not checked" in verdict(side(FORM), SideScores(0)).sentence
    assert verdict(SideScores(0), SideScores(0)).follows == Follows.UNCLEAR


shares = st.builds(four, *[st.floats(0, 1)] * 4)


@settings(max_examples=40, deadline=None)
@given(form=shares, facts=shares, questions=st.integers(1, 60))
def test_any_scores_have_one_sentence(form: Shares, facts: Shares, questions: int) -> None:
    judged = judge(form, facts, questions)
    assert judged.follows in Follows
    assert judged.sentence.endswith(".") and "\n" not in judged.sentence and "nan" not in judged.sentence
    if judged.follows in (Follows.TUNE, Follows.BOTH):
        assert max(form[Arm.TUNED], form[Arm.BOTH]) > min(form[Arm.BASE], form[Arm.GROUNDED])
    if questions < ENOUGH:
        assert judged.follows == Follows.UNCLEAR


@settings(max_examples=20, deadline=None)
@given(form=shares, facts=shares)
def test_form_decides_nothing_about_facts(form: Shares, facts: Shares) -> None:
    """Only tuning can make it 'tune', only sources 'retrieve', whatever the other side says."""
    flat = four(LOW, LOW, LOW, LOW)
    assert judge(form, flat).follows in (Follows.TUNE, Follows.UNCLEAR)
    assert judge(flat, facts).follows in (Follows.RETRIEVE, Follows.UNCLEAR)
