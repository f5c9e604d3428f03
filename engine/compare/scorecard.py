"""Scores of each arm with their uncertainty: a paired bootstrap over questions.

Questions are drawn with replacement ten thousand times; each draw takes the same questions for every arm, so that the
difference of two arms is judged question by question (B. Efron, R. Tibshirani, *An Introduction to the Bootstrap*,
1993, the percentile interval). The seed is fixed: the same answers always give the same intervals.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.compare.checks import Side
from engine.types import Answer, Arm, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLES = 10_000
_SEED = 20_261_101
_BLOCK = 2_000_000  # numbers in memory at once


@dataclass(frozen=True, slots=True)
class Scored:
    """One arm's answer to one question: 1 if it passes all checks of a side, 0 if not, None without such checks."""

    question: str
    arm: Arm
    form: int | None
    facts: int | None
    answer: Answer
    form_faults: tuple[str, ...] = ()
    facts_faults: tuple[str, ...] = ()

    def score(self, side: Side) -> int | None:
        """The score of one side."""
        return self.form if side == "form" else self.facts


@dataclass(frozen=True, slots=True)
class SideScores:
    """Form, or facts, of every arm: its mean, and how much better one arm is than another.

    ``questions`` is how many questions have checks of this side; ``gains[(a, b)]`` is a's mean minus b's.
    """

    questions: int
    arms: Mapping[Arm, Interval] = field(default_factory=dict)
    gains: Mapping[tuple[Arm, Arm], Interval] = field(default_factory=dict)


def side_scores(scored: Sequence[Scored], side: Side) -> SideScores:
    """Means, intervals and paired gains of one side; empty when no question has a check of it.

    A question counts once every arm that has any score has answered it, so that arms are compared on the same ones.
    """
    arms = [arm for arm in Arm if any(one.arm == arm for one in scored)]
    table: dict[str, dict[Arm, int]] = {}
    for one in scored:
        if (score := one.score(side)) is not None:
            table.setdefault(one.question, {})[one.arm] = score
    rows = [[row[arm] for arm in arms] for row in table.values() if len(row) == len(arms)]
    if not rows:
        return SideScores(0)
    return _side_scores(rows, arms)


def _side_scores(rows: list[list[int]], arms: list[Arm]) -> SideScores:
    import numpy

    scores = numpy.array(rows, dtype=numpy.float64)
    draws = resampled_means(scores)
    means = {arm: _interval(scores[:, at], draws[:, at]) for at, arm in enumerate(arms)}
    gains = {}
    for (i, one), (j, other) in itertools.combinations(enumerate(arms), 2):
        gain = _interval(scores[:, i] - scores[:, j], draws[:, i] - draws[:, j])
        gains[one, other] = gain
        gains[other, one] = Interval(-gain.mean, -gain.high, -gain.low)
    return SideScores(len(rows), means, gains)


def resampled_means(scores: NDArray[Any], resamples: int = RESAMPLES) -> NDArray[Any]:
    """The means of each column over ``resamples`` draws of the rows of ``scores`` [questions, arms].

    Drawing n rows with replacement is drawing how often each row occurs, which turns the means into a matrix product.
    """
    import numpy

    count = len(scores)
    random = numpy.random.default_rng(_SEED)
    block = max(1, min(resamples, _BLOCK // count))
    parts = []
    for start in range(0, resamples, block):
        times = random.multinomial(count, numpy.full(count, 1 / count), size=min(block, resamples - start))
        parts.append(times @ scores / count)
    return numpy.concatenate(parts)


def _interval(scores: NDArray[Any], draws: NDArray[Any]) -> Interval:
    import numpy

    low, high = numpy.percentile(draws, [2.5, 97.5])
    mean = float(scores.mean())
    return Interval(mean, min(mean, float(low)), max(mean, float(high)))
