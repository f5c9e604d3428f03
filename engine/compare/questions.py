"""Question sets: JSONL, one question a line, with the checks that its answers must pass.

::

    {"id": "refund-lamp", "question": "How long is the refund window?",
     "form": [{"check": "starts_with", "text": "Dear customer,"}],
     "facts": [{"check": "value", "accept": ["30 days"]}, {"check": "stale", "forbid": ["60 days"]}]}

Which checks there are is in ``engine.compare.checks``. ``id`` may be left out (the line number is taken then); so may
``form`` or ``facts``, but not both: a question without a form check does not count for form, and likewise for facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.compare import checks
from engine.compare.checks import Check, Heard, Side
from engine.errors import QuestionsRefused, disk_errors


@dataclass(frozen=True, slots=True)
class Question:
    """One question and its checks."""

    id: str
    text: str
    form: tuple[Check, ...]
    facts: tuple[Check, ...]
    note: str = ""

    def faults(self, side: Side, heard: Heard) -> tuple[str, ...]:
        """Why an answer fails the checks of one side; none when it passes them all."""
        return checks.faults(self.form if side == "form" else self.facts, heard)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A question set that has been read. ``sha256`` is of what it says, not of how the file is laid out."""

    path: str
    sha256: str
    questions: tuple[Question, ...]


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    question: str
    id: str | int | None = None
    form: list[Any] = []
    facts: list[Any] = []
    note: str = ""


def read_questions(path: Path) -> QuestionSet:
    """Read a question set.

    Raises:
        QuestionsRefused: naming the first line that cannot be used, and the reason.
    """
    if not path.is_file():
        raise QuestionsRefused(f"There is no question set at {path}.", "Give a JSONL file, one question a line.")
    with disk_errors(path):
        lines = path.read_bytes().splitlines()
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip(b" \t\xef\xbb\xbf")]
    if not numbered:
        raise QuestionsRefused(f"{path.name} holds no question.", "Give a JSONL file, one question a line.")
    questions: dict[str, Question] = {}
    for number, line in numbered:
        try:
            question = _question(line, number)
        except (QuestionsRefused, msgspec.MsgspecError, UnicodeDecodeError) as fault:
            raise _refused(path, number, fault) from fault
        if question.id in questions:
            raise _refused(path, number, ValueError(f"the id “{question.id}” has been used before"))
        questions[question.id] = question
    every = tuple(questions.values())
    return QuestionSet(str(path), digest(every), every)


def digest(questions: Sequence[Question]) -> str:
    """The SHA-256 of what questions and their checks say."""
    return hashlib.sha256(to_json(questions).encode()).hexdigest()


def _question(line: bytes, number: int) -> Question:
    raw = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"), type=_Line)
    if not raw.form and not raw.facts:
        raise QuestionsRefused("There is no check, neither of form nor of facts.")
    return _read(raw, number)


def _read(raw: _Line, number: int) -> Question:
    if not raw.question.strip():
        raise QuestionsRefused("The question is empty.")
    return Question(
        str(number if raw.id is None else raw.id),
        raw.question.strip(),
        tuple(checks.read(one, "form") for one in raw.form),
        tuple(checks.read(one, "facts") for one in raw.facts),
        raw.note,
    )


def _refused(path: Path, number: int, fault: Exception) -> QuestionsRefused:
    reason = fault.what if isinstance(fault, QuestionsRefused) else f"{fault}."
    remedy = fault.remedy if isinstance(fault, QuestionsRefused) else ""
    return QuestionsRefused(f"{path.name}, line {number}: {reason}", remedy or "Correct that line, then try again.")


def to_json(questions: Sequence[Question]) -> str:
    """Questions and their checks as a JSON list of the lines of a question set."""
    return msgspec.json.encode([_line(question) for question in questions]).decode()


def from_json(text: str) -> tuple[Question, ...]:
    """What ``to_json`` wrote."""
    return tuple(_read(line, 0) for line in msgspec.json.decode(text, type=list[_Line]))


def to_line(question: Question) -> str:
    """A question and its checks as one line of a question set."""
    return msgspec.json.encode(_line(question)).decode()


def from_line(line: str) -> Question:
    """What ``to_line`` wrote; here a question may be without checks."""
    return _read(msgspec.json.decode(line, type=_Line), 0)


def _line(question: Question) -> _Line:
    form, facts = msgspec.to_builtins(question.form), msgspec.to_builtins(question.facts)
    return _Line(question.text, question.id, form, facts, question.note)
