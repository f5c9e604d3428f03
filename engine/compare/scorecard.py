"""Scores of each arm with their uncertainty: a paired Bayesian bootstrap over questions.

Ten thousand times each question is given a random weight, the same for every arm, so that the difference of two arms is
judged question by question (D. B. Rubin, *The Bayesian Bootstrap*, 1981; the central 95 % of the weighted means).

The plain bootstrap, which draws questions with replacement, says 100 % to 100 % where all answers pass, as if four of
four and four hundred of four hundred were the same knowledge. So here one made-up question, spread evenly over
everything that could have happened (each arm passing or failing), is added to the drawing. It hardly moves anything,
but no interval collapses any more, neither of a mean nor of a difference. For a single arm this is the Jeffreys
interval, whose coverage is close to 95 % also at the edges (L. Brown, T. Cai, A. DasGupta, *Interval Estimation for a
Binomial Proportion*, 2001); like there, an arm that never fails reaches up to 100 %. The Wilson interval would be as
honest for a mean, but knows nothing of pairs. The seed is fixed: the same answers always give the same intervals.
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
    draws = drawn_means(scores)
    means = {arm: _interval(scores[:, at], draws[:, at]) for at, arm in enumerate(arms)}
    gains = {}
    for (i, one), (j, other) in itertools.combinations(enumerate(arms), 2):
        gain = _interval(scores[:, i] - scores[:, j], draws[:, i] - draws[:, j])
        gains[one, other] = gain
        gains[other, one] = Interval(-gain.mean, -gain.high, -gain.low)
    return SideScores(len(rows), means, gains)


def drawn_means(scores: NDArray[Any], draws: int = RESAMPLES) -> NDArray[Any]:
    """The weighted means of each column of ``scores`` [questions, arms], each 0 or 1, over ``draws`` random weightings.

    Questions that went the same way in every arm are weighted together (sums of gamma variables are gamma variables),
    so the work depends on the number of arms only: two to that power ways, each with its share of the made-up question.
    """
    import numpy

    arms = scores.shape[1]
    ways = numpy.array(list(itertools.product((0.0, 1.0), repeat=arms)))
    place = (scores @ (2 ** numpy.arange(arms)[::-1])).astype(int)
    counts = numpy.bincount(place, minlength=len(ways))
    weights = numpy.random.default_rng(_SEED).dirichlet(counts + 1 / len(ways), size=draws)
    means: NDArray[Any] = weights @ ways
    return means


def _interval(scores: NDArray[Any], draws: NDArray[Any]) -> Interval:
    import numpy

    low, high = numpy.percentile(draws, [2.5, 97.5])
    mean = float(scores.mean())
    return Interval(mean, max(-1.0, min(mean, float(low))), min(1.0, max(mean, float(high))))
