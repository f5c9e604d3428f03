"""A scorecard question by question: what each arm said, and where the arms differ. For the report and the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from engine.compare.questions import Question
from engine.compare.scorecard import Scored
from engine.types import Arm, Passage

if TYPE_CHECKING:
    from engine.compare.scoring import Scorecard


class Tag(StrEnum):
    """What makes a question worth a look."""

    DIFFER = "differ"
    COMPLEMENT = "complement"
    BOTH_FAILS = "both-fails"


TITLES = {
    Tag.DIFFER: "Tuned and Grounded differ",
    Tag.COMPLEMENT: "Tuned form, Grounded fact",
    Tag.BOTH_FAILS: "Both misses something",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One question with every arm's answer to it."""

    question: Question
    said: Mapping[Arm, Scored]
    tags: frozenset[Tag]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages that the sourced arms were given, the same for all of them."""
        return next((one.answer.passages for arm, one in self.said.items() if arm.sourced), ())


def rows(scorecard: Scorecard) -> list[Row]:
    """The questions that have been answered; those on which tuned and grounded differ most come first."""
    answers: dict[str, dict[Arm, Scored]] = {}
    for one in scorecard.scored:
        answers.setdefault(one.question, {})[one.arm] = one
    told = [(question, answers[question.id]) for question in scorecard.questions if question.id in answers]
    told.sort(key=lambda pair: _telling(pair[1]), reverse=True)
    return [Row(question, {arm: said[arm] for arm in Arm if arm in said}, _tags(said)) for question, said in told]


def _telling(said: Mapping[Arm, Scored]) -> tuple[int, int, int]:
    """How much a question tells: tuned and grounded differ, tuned says an old value, both gets it right."""
    stale = len(said[Arm.TUNED].facts_faults) if Arm.TUNED in said else 0
    both = said.get(Arm.BOTH)
    return _distance(said), stale, int(both is not None and 0 not in (both.form, both.facts))


def _distance(said: Mapping[Arm, Scored]) -> int:
    if Arm.TUNED not in said or Arm.GROUNDED not in said:
        return 0
    tuned, grounded = said[Arm.TUNED], said[Arm.GROUNDED]
    return (tuned.form != grounded.form) + (tuned.facts != grounded.facts) + _complement(said)


def _complement(said: Mapping[Arm, Scored]) -> bool:
    """Whether the question shows the point: tuned says it right, grounded says the right thing, neither does both."""
    tuned, grounded = said[Arm.TUNED], said[Arm.GROUNDED]
    return (tuned.form, tuned.facts, grounded.form, grounded.facts) == (1, 0, 0, 1)


def _tags(said: Mapping[Arm, Scored]) -> frozenset[Tag]:
    tags = {Tag.DIFFER} if _distance(said) else set()
    if {Arm.TUNED, Arm.GROUNDED} <= said.keys() and _complement(said):
        tags.add(Tag.COMPLEMENT)
    if Arm.BOTH in said and 0 in (said[Arm.BOTH].form, said[Arm.BOTH].facts):
        tags.add(Tag.BOTH_FAILS)
    return frozenset(tags)


def matching(found: Sequence[Row], tag: Tag | None = None, text: str = "") -> list[Row]:
    """The rows with a tag whose question, or an answer to it, holds ``text``."""
    words = text.casefold()
    return [row for row in found if (tag is None or tag in row.tags) and (not words or _holds(row, words))]


def _holds(row: Row, words: str) -> bool:
    return any(words in text.casefold() for text in (row.question.text, *(s.answer.answer for s in row.said.values())))
