"""The tree of a conversation's turns, read: the branch in view, and the history that a question at its end has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from engine.chat.asking import Asking, Turn
from engine.types import Answer, Arm, Message, Passage
from store import conversations as rows
from store.answers import ComparisonRow
from store.connection import Database
from store.conversations import TurnRow


class Tree:
    """All turns of a conversation that are not deleted, as they are stored now."""

    def __init__(self, database: Database, conversation: str) -> None:
        self._rows = {row.comparison: row for row in rows.turns(database, conversation)}
        self._children: dict[int | None, list[TurnRow]] = defaultdict(list)
        for row in self._rows.values():
            self._children[row.parent].append(row)
        self._comparisons = rows.comparisons(database, conversation)
        self._answers: dict[int, dict[Arm, Answer]] = defaultdict(dict)
        for kept in rows.answers(database, conversation):
            self._answers[kept.comparison][Arm(kept.arm)] = msgspec.json.decode(kept.answer, type=Answer)
        self._opinions: dict[int, list[rows.OpinionRow]] = defaultdict(list)
        for opinion in rows.opinions(database, conversation):
            self._opinions[opinion.comparison].append(opinion)

    @property
    def view(self) -> list[Turn]:
        """The branch in view, oldest first: of siblings always the one that was shown last."""
        found: list[Turn] = []
        place: int | None = None
        while children := self._children.get(place):
            row = max(children, key=lambda one: one.shown)
            found.append(self._turn(row))
            place = row.comparison
        return found

    @property
    def all(self) -> list[tuple[int | None, Turn]]:
        """Every turn with the one that it follows, oldest first."""
        return [(row.parent, self._turn(row)) for row in self._rows.values()]

    def turn(self, comparison: int) -> Turn:
        """One turn, in view or not."""
        return self._turn(self._rows[comparison])

    def history(self, last: int | None) -> list[Message]:
        """The conversation up to a turn: each question and the answer of its chosen arm, as a person left it.

        Turns without such an answer are left out.
        """
        turns: list[Message] = []
        while last is not None:
            turn = self.turn(last)
            if text := turn.text(turn.chosen):
                turns = [Message("user", turn.comparison.question), Message("assistant", text), *turns]
            last = self._rows[last].parent
        return turns

    def _turn(self, row: TurnRow) -> Turn:
        number = row.comparison
        siblings = tuple(one.comparison for one in self._children[row.parent])
        comparison, opinions = self._comparisons[number], self._opinions[number]
        return Turn(
            comparison=comparison,
            answers=self._answers[number],
            chosen=Arm(row.chosen),
            siblings=siblings,
            place=siblings.index(number),
            votes={Arm(one.arm): one.vote for one in opinions if one.vote},
            passages=passages_of(comparison),
            edits={Arm(one.arm): one.edit for one in opinions if one.edit},
            asking=msgspec.json.decode(row.asking, type=Asking),
            state="interrupted" if row.interrupted else comparison.state,
            error=row.error,
        )


def passages_of(row: ComparisonRow) -> tuple[Passage, ...]:
    """The frozen passages of a comparison."""
    return msgspec.json.decode(row.passages, type=tuple[Passage, ...])


def title(question: str, longest: int = 60) -> str:
    """A conversation's name from its first question: one line, cut between words."""
    line = " ".join(question.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut[20:] else cut}…"


def path_length(view: Sequence[Turn], comparison: int) -> int:
    """How many turns of a branch are at or after a comparison."""
    numbers = [turn.comparison.id for turn in view]
    return len(numbers) - numbers.index(comparison) if comparison in numbers else 1
