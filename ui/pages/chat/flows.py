"""What is being answered: kept apart from what is on screen, so that a conversation can be left and come back to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from engine import events
from engine.chat.asking import Asking, Turn
from engine.errors import FormfactError
from engine.events import Event
from engine.jobs import Job, Lane
from engine.task import Task
from engine.types import Answer, Arm, Budget, Passage
from ui.shell import Shell


@dataclass(slots=True, eq=False)
class Flow:
    """One request for answers, from the question to its end.

    Attributes:
        question: its text.
        arms: which are asked.
        chosen: the arm that the conversation goes on from.
        conversation: empty until a new one has been made.
        comparison: None until the question is in the store.
        after: for a sibling, the comparison that it takes the place of.
        texts: what each arm has said so far.
        answers: what each arm has said, once it has ended.
        passages: None until they are known.
        fault: why it failed.
        begun: whether it has left the queue.
    """

    question: str
    arms: tuple[Arm, ...]
    chosen: Arm
    conversation: str = ""
    comparison: int | None = None
    after: int | None = None
    texts: dict[Arm, str] = field(default_factory=dict)
    answers: dict[Arm, Answer] = field(default_factory=dict)
    passages: tuple[Passage, ...] | None = None
    budget: Budget | None = None
    fault: FormfactError | None = None
    job: Job | None = None
    begun: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.job is not None and self.job.ended


class Flows(QObject):
    """Asks the engine for answers and follows them. All in the chat lane, so one after the other.

    Signals:
        heard: a flow and the event that it has just taken in.
        ended: a flow that has ended, however.
    """

    heard = Signal(object, object)
    ended = Signal(object)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._conversations = shell.workspace.conversations
        self.running: list[Flow] = []
        shell.bridge.job_changed.connect(self._follow)

    def ask(self, conversation: str, question: str, arms: Sequence[Arm], chosen: Arm, asking: Asking) -> Flow:
        """Ask a question at the end of a conversation; a new one is made if there is none."""
        flow = Flow(question, tuple(arms), chosen, conversation)

        def work(task: Task) -> None:
            flow.conversation = flow.conversation or self._conversations.new().id
            self._conversations.ask(flow.conversation, question, flow.arms, task, asking=asking, chosen=chosen)

        return self._start(flow, work)

    def more(self, turn: Turn, arms: Sequence[Arm]) -> Flow:
        """Let further arms answer a question under its own seed, history and passages; also those that were cut off."""
        row = turn.comparison
        flow = Flow(row.question, tuple(arms), turn.chosen, row.conversation, row.id)
        return self._start(flow, lambda task: self._conversations.more(row.id, flow.arms, task))

    def reseed(self, turn: Turn, arms: Sequence[Arm], seed: int) -> Flow:
        """Ask the same question under another seed, as a sibling."""
        row = turn.comparison
        flow = Flow(row.question, tuple(arms), turn.chosen, row.conversation, after=row.id)
        return self._start(flow, lambda task: self._conversations.again(row.id, task, seed=seed, arms=flow.arms))

    def edit(self, turn: Turn, question: str, arms: Sequence[Arm], asking: Asking) -> Flow:
        """Ask a question in other words at the same place, as a sibling."""
        row = turn.comparison
        flow = Flow(question, tuple(arms), turn.chosen, row.conversation, after=row.id)
        return self._start(
            flow, lambda task: self._conversations.edit(row.id, question, flow.arms, task, asking=asking)
        )

    def of(self, conversation: str) -> list[Flow]:
        """What is being answered in a conversation (empty: in one that is only just being made)."""
        return [flow for flow in self.running if flow.conversation == conversation]

    def stop(self, flows: Sequence[Flow]) -> None:
        """Stop at the next token; what has been said stays."""
        for flow in flows:
            if flow.job:
                flow.job.cancel()

    def _start(self, flow: Flow, work: Callable[[Task], Any]) -> Flow:
        self.running.append(flow)
        flow.job = self._shell.run(
            Lane.CHAT,
            self.tr("Answering “{0}”").format(shortened(flow.question)),
            work,
            owner=self,
            on_event=lambda event: self._hear(flow, event),
            on_failed=lambda fault: setattr(flow, "fault", fault),
            on_end=lambda _: self._end(flow),
            page="chat",
        )
        return flow

    def _hear(self, flow: Flow, event: Event) -> None:
        match event:
            case events.Asked():
                flow.comparison = event.comparison
                flow.passages = msgspec.convert(tuple(event.passages), tuple[Passage, ...])
            case events.ArmPrepared():
                flow.budget = msgspec.convert(event.budget, Budget)
            case events.Token():
                flow.texts[Arm(event.arm)] = flow.texts.get(Arm(event.arm), "") + event.text
            case events.ArmDone():
                flow.answers[Arm(event.arm)] = msgspec.convert(event.answer, Answer)
        self.heard.emit(flow, event)

    def _follow(self, job: Job) -> None:
        """A job's state is another: what waited in the queue has begun."""
        for flow in self.running:
            if flow.job is job and job.state == "running" and not flow.begun:
                flow.begun = True
                self.heard.emit(flow, events.Started(job.title))

    def _end(self, flow: Flow) -> None:
        self.running.remove(flow)
        self.ended.emit(flow)


def shortened(text: str, length: int = 48) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
