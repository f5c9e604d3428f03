"""Chat, for the window, the command line and scoring: finds model, adapter and passages, asks the chat child, and
stores every answer before anyone is told that it is done.

``answer`` is for one question by itself; ``engine.chat.conversations`` builds on ``compose`` and ``complete``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from engine import events
from engine.chat import sources, weights
from engine.chat.template import clean
from engine.chat.weights import Weights
from engine.errors import ChildDied, QuestionsRefused
from engine.task import Task
from engine.types import Answer, Arm, Message, Passage, Sampling
from store import answers as rows
from store.answers import AnswerRow, ComparisonRow

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.models import Model

Shots = Sequence[tuple[str, str]]
"""Pairs of a user turn and how the assistant answers it."""


class Chat:
    """Answers of one arm or several.

    Args:
        workspace: the open workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._database = workspace.database
        self._build = ""

    def answer(
        self,
        question: str,
        arms: Sequence[Arm],
        task: Task,
        *,
        model: str | None = None,
        run: str | None = None,
        seed: int = 1,
        sampling: Sampling | None = None,
        history: Sequence[Message] = (),
        system: str = "",
        passages: Sequence[Passage] | None = None,
        shots: Shots = (),
        k: int = 3,
        collection: str | None = None,
        conversation: str = "",
        keep: bool = True,
    ) -> list[Answer]:
        """Answer a question in several arms (each once), which share everything but the adapter and the passages.

        Args:
            task: hears ArmPrepared, Token and ArmDone of each arm; its cancel stops them all at the next token.
            model, run: see ``weights.find``; passages, k, collection: None searches, see ``sources.find``.
            shots: examples for the prompted arm. conversation: the chat that this is a turn of.
            keep: store the comparison.

        Returns:
            The answers in the order of ``arms``. After a cancel, what there is: such answers end in ``"stopped"``.

        Raises:
            NotFound, ModelRefused, AdapterRefused, ContextOverflow, WrongWeights, ChildDied: see ``engine.errors``.
        """
        asked, chosen = readable(question), tuple(dict.fromkeys(arms))
        used = weights.find(self._workspace, model, run, chosen)
        row = compose(asked, chosen, used, sampling or Sampling(), seed, history, system, conversation)
        row = self.with_passages(row, used, passages, k, collection, task)
        return self._kept(row, used, shots, task) if keep else self._ask(row, chosen, used, shots, task)

    def prepare(self, model: str | None = None, run: str | None = None) -> None:
        """Load model and adapter ahead of the first question (``run`` None: no adapter)."""
        used = weights.find(self._workspace, model, run, [Arm.TUNED] if run else [])
        self._call("prepare", used.model, Task(), adapter=used.adapter)

    def history(self, conversation: str, arm: Arm) -> list[Message]:
        """The turns of a conversation as one arm had them, for the next question's ``history``."""
        turns: list[Message] = []
        for comparison in rows.comparisons(self._database, conversation):
            for answer in self.answers(comparison.id):
                if answer.arm is arm:
                    turns += [Message("user", comparison.question), Message("assistant", answer.answer)]
        return turns

    def answers(self, comparison: int) -> list[Answer]:
        """The stored answers of a comparison."""
        return [msgspec.json.decode(row.answer, type=Answer) for row in rows.answers(self._database, comparison)]

    def comparisons(self, conversation: str | None = None) -> Sequence[ComparisonRow]:
        """Stored comparisons, of one conversation or all; oldest first."""
        return rows.comparisons(self._database, conversation)

    def with_passages(
        self,
        row: ComparisonRow,
        used: Weights,
        given: Sequence[Passage] | None,
        k: int,
        collection: str | None,
        task: Task,
    ) -> ComparisonRow:
        """A comparison with the passages of its sourced arms: ``given``, or what a search finds."""
        if not any(arm.sourced for arm in arms_of(row)):
            return row
        if given is None:
            given = sources.find(self._workspace, row.question, k, used.model.context, collection, task)
        return dataclasses.replace(row, passages=as_json(sources.cleaned(given)))

    def complete(
        self, row: ComparisonRow, arms: Sequence[Arm], used: Weights, shots: Shots, task: Task
    ) -> list[Answer]:
        """Answer a stored comparison in some of its arms, with every answer in the store before its ArmDone is heard.

        The comparison's state says how that ended.
        """

        def heard(event: events.Event) -> None:
            if isinstance(event, events.ArmDone):
                answer = msgspec.convert(event.answer, Answer)
                weights.check(self._database, used, self._build, answer)
                rows.add(self._database, AnswerRow(row.id, event.arm, as_json(answer)))
            task.emit(event)

        listening = Task(heard)
        task.on_cancel(listening.cancel)
        try:
            self._build = self._build or self._workspace.chat_child.call("build").result()
            answers = self._ask(row, arms, used, shots, listening)
        except BaseException:
            rows.finish(self._database, row.id, "stopped" if task.cancelled else "failed")
            raise
        rows.finish(self._database, row.id, "stopped" if task.cancelled else "done")
        return answers

    def _kept(self, row: ComparisonRow, used: Weights, shots: Shots, task: Task) -> list[Answer]:
        stored = dataclasses.replace(row, id=rows.begin(self._database, row))
        return self.complete(stored, arms_of(row), used, shots, task)

    def _ask(self, row: ComparisonRow, arms: Sequence[Arm], used: Weights, shots: Shots, task: Task) -> list[Answer]:
        found = self._call(
            "generate",
            used.model,
            task,
            adapter=used.adapter,
            arms=list(arms),
            question=row.question,
            history=msgspec.json.decode(row.history),
            system=row.system,
            passages=msgspec.json.decode(row.passages),
            shots=[[clean(asked), clean(told)] for asked, told in shots],
            sampling=msgspec.json.decode(row.sampling),
            seed=row.seed,
            turns=self._kept_turns(row),
        )
        return msgspec.convert(found or [], list[Answer])

    def _kept_turns(self, row: ComparisonRow) -> int | None:
        """How many messages of the history the arms that have answered had, so that later ones have no more."""
        budgets = [one.budget for one in self.answers(row.id) if one.budget]
        length = len(msgspec.json.decode(row.history))
        return min((length - budget.dropped_turns for budget in budgets), default=None)

    def _call(self, method: str, model: Model, task: Task, **params: Any) -> Any:
        """A request about a model. When llama.cpp takes the process down, the error says which model it was."""
        call = self._workspace.chat_child.call(method, model=model.gguf, **params)
        try:
            return call.result(task)
        except ChildDied as fault:
            raise ChildDied(
                f"llama.cpp ended unexpectedly while it worked with the model {model.name}.",
                "Ask again, it starts anew; if it happens each time, the file is not sound: use another GGUF of it.",
                fault.details,
            ) from fault
        except BaseException:
            call.cancel()  # a listener's error (a full disk, wrong weights) must not leave the child answering
            raise


def readable(question: str) -> str:
    """A question as it is asked.

    Raises:
        QuestionsRefused: there is nothing in it.
    """
    asked = clean(question).strip()
    if not asked:
        raise QuestionsRefused("There is no question.", "Ask one.")
    return asked


def compose(
    question: str,
    arms: Sequence[Arm],
    used: Weights,
    sampling: Sampling,
    seed: int,
    history: Sequence[Message],
    system: str,
    conversation: str,
) -> ComparisonRow:
    """A comparison that is about to be asked, without passages yet."""
    return ComparisonRow(
        id=0,
        conversation=conversation,
        question=question,
        system=clean(system),
        history=as_json([Message(turn.role, clean(turn.content)) for turn in history]),
        passages="[]",
        arms=as_json(arms),
        model=used.model.name,
        model_sha256=used.model.sha256,
        run=used.run.id if used.run else "",
        adapter_sha256=used.run.adapter_sha256 if used.run else "",
        sampling=as_json(sampling),
        seed=seed,
        state="asking",
        created_at=now(),
    )


def arms_of(row: ComparisonRow) -> list[Arm]:
    """The arms that a comparison was asked in."""
    return msgspec.json.decode(row.arms, type=list[Arm])


def now() -> str:
    """The time as it is stored: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def as_json(value: Any) -> str:
    """Plain data, or frozen rows, as JSON text."""
    return msgspec.json.encode(value).decode()
