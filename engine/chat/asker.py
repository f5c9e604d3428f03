"""Asking within a conversation: a turn is stored, its passages are frozen, it is answered, and its end is noted."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from engine import events
from engine.chat import weights
from engine.chat.asking import Asking
from engine.chat.branch import title
from engine.chat.service import as_json, compose, now, readable
from engine.chat.weights import Weights
from engine.errors import Cancelled, FormfactError, NotFound
from engine.task import Task
from engine.types import Answer, Arm, Message
from store import answers as comparisons
from store import conversations as rows
from store.answers import ComparisonRow
from store.conversations import TurnRow

if TYPE_CHECKING:
    from engine.workspace import Workspace


class Asker:
    """Asks turns of conversations, for ``Conversations``.

    Args:
        workspace: the open workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._database = workspace, workspace.database

    def begin(
        self,
        conversation: str,
        parent: int | None,
        question: str,
        arms: Sequence[Arm],
        asking: Asking,
        chosen: Arm,
        history: Sequence[Message],
        passages: str | None = None,
    ) -> tuple[ComparisonRow, Weights]:
        """Store a question that is about to be answered, and bring it into view."""
        asked, arms = readable(question), tuple(dict.fromkeys(arms))
        used = weights.find(self._workspace, asking.model, asking.run, arms)
        row = compose(asked, arms, used, asking.sampling, asking.seed, history, asking.system, conversation)
        row = dataclasses.replace(row, passages=passages or row.passages)
        with self._database.transaction():
            row = dataclasses.replace(row, id=comparisons.begin(self._database, row))
            turn = TurnRow(row.id, conversation, parent, chosen.value, as_json(asking), int(passages is not None), 0)
            self._database.insert("turns", turn)
            rows.show(self._database, row.id)
            rows.name(self._database, conversation, title(asked))
            rows.update(self._database, conversation, updated_at=now())
        return row, used

    def answer(self, row: ComparisonRow, arms: Sequence[Arm], used: Weights, task: Task) -> list[Answer]:
        """Freeze the passages if an arm needs them and none has before, tell that it is asked, and answer."""
        turn = self.place(row.id)
        asking = msgspec.json.decode(turn.asking, type=Asking)
        before = {one.arm: one.answer for one in self._workspace.chat.answers(row.id)}
        with self._noted(row.id, task):
            if not turn.searched and any(arm.sourced for arm in arms):
                row = self._workspace.chat.with_passages(row, used, None, asking.k, asking.collection, task)
                with self._database.transaction():
                    comparisons.widen(self._database, row)
                    rows.change_turn(self._database, row.id, searched=1)
            task.emit(events.Asked(row.id, msgspec.json.decode(row.passages)))
            answers = self._workspace.chat.complete(row, arms, used, (), task)
        for answer in answers:
            if answer.answer != before.get(answer.arm, answer.answer):
                rows.forget(self._database, row.id, answer.arm.value)
        return answers

    @contextmanager
    def _noted(self, comparison: int, task: Task) -> Iterator[None]:
        """Store how the asking ends, if it ends badly, so that a restarted window can say so."""
        try:
            yield
        except BaseException as fault:
            stopped = task.cancelled or isinstance(fault, Cancelled)
            why = f"{fault.what} {fault.remedy}".strip() if isinstance(fault, FormfactError) else str(fault)
            with self._database.transaction():
                comparisons.finish(self._database, comparison, "stopped" if stopped else "failed")
                rows.change_turn(self._database, comparison, error="" if stopped else why)
            raise

    def place(self, comparison: int) -> TurnRow:
        """A comparison's place in its conversation."""
        row = rows.turn(self._database, comparison)
        if row is None:
            raise missing()
        return row

    def row(self, comparison: int) -> ComparisonRow:
        """What the arms of a comparison share."""
        row = comparisons.comparison(self._database, comparison)
        if row is None:
            raise missing()
        return row


def missing() -> NotFound:
    """The error for what was deleted meanwhile."""
    return NotFound("This conversation is no longer there.", "Choose another, or begin a new one.")
