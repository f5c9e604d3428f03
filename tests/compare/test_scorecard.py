"""Intervals: right on known cases, paired, repeatable."""

from __future__ import annotations

import dataclasses
import math

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compare.scorecard import Scored, SideScores, side_scores
from engine.types import FOUR_ARMS, Answer, Arm

SILENT = Answer(Arm.BASE, "", None, (), 1, 0, 0, 0.0, 0.0, "end")


def scored(table: dict[Arm, list[int | None]]) -> list[Scored]:
    return [
        Scored(f"q{number}", arm, form=score, facts=None, answer=dataclasses.replace(SILENT, arm=arm))
        for arm, scores in table.items()
        for number, score in enumerate(scores)
    ]


def of(**arms: list[int | None]) -> SideScores:
    return side_scores(scored({Arm(name): scores for name, scores in arms.items()}), "form")


def test_interval_is_about_two_standard_errors() -> None:
    half = of(base=[0, 1] * 50).arms[Arm.BASE]
    assert half.mean == 0.5
    assert math.isclose(half.high - half.low, 2 * 1.96 * math.sqrt(0.25 / 100), rel_tol=0.1)


@pytest.mark.parametrize("count, low", [(4, 0.4), (40, 0.9), (400, 0.99)])
def test_arms_that_agree_everywhere_have_an_interval_too(count: int, low: float) -> None:
    scores = of(base=[0] * count, tuned=[1] * count, both=[1] * count)
    assert low < scores.arms[Arm.TUNED].low < scores.arms[Arm.TUNED].high == 1
    assert scores.arms[Arm.BASE].low == 0 < scores.arms[Arm.BASE].high < 1 - low
    assert scores.gains[Arm.TUNED, Arm.BASE].low > 0
    same = scores.gains[Arm.TUNED, Arm.BOTH]
    assert same.low < 0 < same.high and same.high - same.low < 3 * (1 - low)


def test_more_agreement_never_widens_the_interval() -> None:
    lows = [of(base=[1] * passed + [0] * (40 - passed)).arms[Arm.BASE].low for passed in range(30, 41)]
    assert lows == sorted(lows)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    random, share = numpy.random.default_rng(7), 0.95
    intervals = [of(base=(random.random(40) < share).astype(int).tolist()).arms[Arm.BASE] for _ in range(200)]
    assert 0.9 <= sum(one.low <= share <= one.high for one in intervals) / 200 <= 1


def test_pairing_sees_a_small_steady_gain() -> None:
    base = [1, 0, 1, 0] * 10
    tuned = [1, 0, 1, 1] * 10  # better on ten questions, worse on none
    gain = of(base=list(base), tuned=list(tuned)).gains[Arm.TUNED, Arm.BASE]
    assert (gain.mean, gain.low > 0.1) == (0.25, True)
    assert of(base=list(base), tuned=[1 - s for s in base]).gains[Arm.TUNED, Arm.BASE].low < 0


def test_questions_without_the_check_or_with_an_arm_missing_do_not_count() -> None:
    scores = of(base=[0, None, 1], tuned=[1, None])
    assert scores.questions == 1
    assert scores.arms[Arm.TUNED].mean == 1
    assert of(base=[None]) == SideScores(0)
    assert side_scores([], "facts") == SideScores(0)


def test_the_same_answers_give_the_same_intervals() -> None:
    rows: dict[str, list[int | None]] = {
        arm: [int((at * 7 + i) % 3 == 0) for at in range(40)] for i, arm in enumerate(FOUR_ARMS)
    }
    assert of(**rows) == of(**rows)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 1)] * 4), min_size=1, max_size=60))
def test_bounds_and_symmetry(rows: list[tuple[int, ...]]) -> None:
    scores = of(**{arm: [row[at] for row in rows] for at, arm in enumerate(FOUR_ARMS)})
    assert all(0 <= one.low <= one.mean <= one.high <= 1 for one in scores.arms.values())
    for (one, other), gain in scores.gains.items():
        back = scores.gains[other, one]
        assert math.isclose(gain.mean, -back.mean, abs_tol=1e-9)
        assert math.isclose(gain.low, -back.high, abs_tol=1e-9)
        assert math.isclose(gain.mean, scores.arms[one].mean - scores.arms[other].mean, abs_tol=1e-9)
