"""One answer against the checks of its question, and how that is stored."""

from __future__ import annotations

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
