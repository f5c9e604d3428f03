"""One answer against the checks of its question, and how that is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from engine.compare.checks import Heard
from engine.compare.questions import Question
from engine.compare.scorecard import Scored
from engine.types import Answer, Arm
from store.scores import AnswerRow


def judged(question: Question, answer: Answer) -> Scored:
    """An answer with what the question's checks say of it."""
    heard = Heard(answer.answer, answer.passages)
    form, facts = question.faults("form", heard), question.faults("facts", heard)
    return Scored(
        question.id,
        answer.arm,
        int(not form) if question.form else None,
        int(not facts) if question.facts else None,
        answer,
        form,
        facts,
    )


def answer_row(number: int, question: Question, answer: Answer) -> AnswerRow:
    """An answer with its judgement, as it is stored."""
    one = judged(question, answer)
    faults = msgspec.json.encode({"form": one.form_faults, "facts": one.facts_faults}).decode()
    return AnswerRow(number, question.id, answer.arm, one.form, one.facts, faults, msgspec.json.encode(answer).decode())


def scored(row: AnswerRow) -> Scored:
    """What ``answer_row`` stored."""
    faults = msgspec.json.decode(row.faults, type=dict[str, tuple[str, ...]])
    answer = msgspec.json.decode(row.answer, type=Answer)
    return Scored(row.question, Arm(row.arm), row.form, row.facts, answer, faults["form"], faults["facts"])


def reusable(
    known: Sequence[Question], said: Sequence[Scored], wanted: Sequence[Question], arms: Sequence[Arm]
) -> Iterator[tuple[Question, list[Answer]]]:
    """The wanted questions that were asked in the same words in every one of ``arms``, with the answers.

    Args:
        known: the questions of an earlier scorecard.
        said: its answers.
    """
    words = {question.id: question.text for question in known}
    answers: dict[str, dict[Arm, Answer]] = {}
    for one in said:
        answers.setdefault(words[one.question], {})[one.arm] = one.answer
    for question in wanted:
        found = answers.get(question.text, {})
        if all(arm in found for arm in arms):
            yield question, [found[arm] for arm in arms]
