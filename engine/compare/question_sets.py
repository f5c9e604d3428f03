"""Question sets that are kept in the workspace: imported or written there, edited, and scored by name.

::

    sets = workspace.question_sets
    sets.import_file(Path("questions.jsonl"), "House style")
    sets.add("House style", "How long is the refund window?")     # checks can follow later
    workspace.scoring.score("House style", task)

What is removed can be restored until the workspace is closed.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.compare.questions import Question, QuestionSet, digest, from_line, read_questions, to_line
from engine.errors import FormfactError, NotFound, QuestionsRefused, disk_errors
from store import questions as rows
from store.questions import QuestionRow, SetRow

if TYPE_CHECKING:
    from engine.workspace import Workspace

__all__ = ["QuestionSets", "SetRow"]


class QuestionSets:
    """The question sets of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._database = workspace.database
        self._removed: dict[str, tuple[str, list[QuestionRow]]] = {}
        self._dropped: dict[tuple[str, str], QuestionRow] = {}

    def import_file(self, path: Path, name: str | None = None) -> QuestionSet:
        """Take over a file, one question with its checks a line. A name that is taken gets a number.

        Raises:
            QuestionsRefused: naming the first line that cannot be used; nothing is imported.
        """
        read = read_questions(path)
        chosen = self.free(name or path.stem)
        self._create(chosen, str(path.absolute()), read.questions)
        return self.get(chosen)

    def list(self) -> list[SetRow]:
        """Every set, the one changed last first."""
        return rows.sets(self._database)

    def get(self, name: str) -> QuestionSet:
        """A set with its questions.

        Raises:
            NotFound: no set has that name.
        """
        number = self._set(name).id
        questions = tuple(from_line(row.line) for row in rows.questions(self._database, number))
        return QuestionSet(name, digest(questions), questions)

    def save(self, name: str, questions: Sequence[Question]) -> QuestionSet:
        """Make ``questions`` the whole of a set, which is made if it is missing."""
        with self._database.transaction():
            if found := rows.find_set(self._database, name):
                old = [row.id for row in rows.questions(self._database, found.id)]
                rows.drop(self._database, found.id, old)
                rows.put(self._database, found.id, _rows(questions))
            else:
                self._create(_name(name), "", questions)
        return self.get(_name(name))

    def add(self, name: str, question: Question | str) -> Question:
        """Put a question at the end of a set, which is made if it is missing; a plain text has no checks yet.

        Returns:
            The question with the id that it got, or the one that is there already if it asks the same.
        """
        asked = question if isinstance(question, Question) else Question("", _text(question), (), ())
        with self._database.transaction():
            found = rows.find_set(self._database, name)
            number = found.id if found else rows.create(self._database, _name(name), "")
            there = rows.questions(self._database, number)
            for row in there if isinstance(question, str) else []:
                if row.key == key(asked.text):
                    return from_line(row.line)
            asked = dataclasses.replace(asked, id=_free_id(asked.id, {row.id for row in there}))
            last = max((row.position for row in there), default=-1)
            rows.put(self._database, number, [_row(last + 1, asked)])
        return asked

    def change(self, name: str, question: Question) -> None:
        """Replace the question of the same id.

        Raises:
            NotFound, QuestionsRefused: no such set or question; the question is empty.
        """
        _text(question.text)
        with self._database.transaction():
            number = self._set(name).id
            places = {row.id: row.position for row in rows.questions(self._database, number)}
            if question.id not in places:
                raise NotFound(f"“{name}” holds no question {question.id} any more.", "Add it anew.")
            rows.put(self._database, number, [_row(places[question.id], question)])

    def drop(self, name: str, ids: Sequence[str]) -> None:
        """Delete questions of a set; see ``put_back``."""
        number = self._set(name).id
        gone = [row for row in rows.questions(self._database, number) if row.id in set(ids)]
        self._dropped |= {(name, row.id): row for row in gone}
        rows.drop(self._database, number, [row.id for row in gone])

    def put_back(self, name: str, ids: Sequence[str]) -> None:
        """Undo ``drop``: the questions stand where they stood."""
        back = [self._dropped.pop((name, one)) for one in ids if (name, one) in self._dropped]
        rows.put(self._database, self._set(name).id, back)

    def rename(self, name: str, new: str) -> str:
        """Give a set another name; returns it (with a number if it is taken)."""
        chosen = self.free(_name(new)) if new.strip() != name else name
        rows.rename(self._database, self._set(name).id, chosen)
        return chosen

    def remove(self, name: str) -> None:
        """Remove a set; see ``restore``. Scorecards keep the questions that they were made with."""
        found = self._set(name)
        self._removed[name] = found.source, rows.questions(self._database, found.id)
        rows.delete(self._database, found.id)

    def restore(self, name: str) -> str:
        """Undo ``remove``; returns the name (with a number if it has been taken since)."""
        if name not in self._removed:
            raise NotFound(f"There is no removed question set {name!r}.", "What is removed stays until it is closed.")
        source, questions = self._removed.pop(name)
        chosen = self.free(name)
        with self._database.transaction():
            rows.put(self._database, rows.create(self._database, chosen, source), questions)
        return chosen

    def export(self, name: str, path: Path) -> Path:
        """Write a set as a file that imports to the same questions; a question without checks is left out.

        Raises:
            FormfactError: it cannot be written there.
        """
        text = "".join(f"{to_line(one)}\n" for one in self.get(name).questions if one.form or one.facts)
        try:
            with disk_errors(path):
                path.write_text(text, encoding="utf-8")
        except OSError as fault:
            raise FormfactError(f"Nothing can be written to {path}.", "Choose another place.", str(fault)) from fault
        return path

    def find(self, text: str) -> Question | None:
        """The question that asks ``text`` and has checks, of the set changed last; case and space do not matter."""
        for line in rows.lines(self._database, key(text)):
            question = from_line(line)
            if question.form or question.facts:
                return question
        return None

    def _set(self, name: str) -> SetRow:
        if found := rows.find_set(self._database, name):
            return found
        known = ", ".join(one.name for one in self.list())
        raise NotFound(
            f"There is no question set {name!r}.", f"There are: {known}." if known else "Import one, or make one."
        )

    def _create(self, name: str, source: str, questions: Sequence[Question]) -> None:
        with self._database.transaction():
            rows.put(self._database, rows.create(self._database, name, source), _rows(questions))

    def free(self, name: str) -> str:
        """``name``, with a number if it is taken."""
        taken = {one.name for one in self.list()}
        return next(one for one in _numbered(_name(name)) if one not in taken)


def key(text: str) -> str:
    """A question as it is looked up: letters in one case and form, single spaces, no mark at its end."""
    flat = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return flat.rstrip("?!.… ") or flat


def _numbered(name: str) -> Iterable[str]:
    yield name
    number = 2
    while True:
        yield f"{name} {number}"
        number += 1


def _free_id(wanted: str, taken: set[str]) -> str:
    if wanted and wanted not in taken:
        return wanted
    number = len(taken) + 1
    while f"q{number}" in taken:
        number += 1
    return f"q{number}"


def _rows(questions: Sequence[Question]) -> Sequence[QuestionRow]:
    return [_row(position, one) for position, one in enumerate(questions)]


def _row(position: int, question: Question) -> QuestionRow:
    return QuestionRow(position, question.id, key(question.text), to_line(question))


def _name(name: str) -> str:
    if not (plain := " ".join(name.split())):
        raise QuestionsRefused("A question set needs a name.")
    return plain


def _text(text: str) -> str:
    if not (plain := text.strip()):
        raise QuestionsRefused("The question is empty.", "Write a question.")
    return plain
