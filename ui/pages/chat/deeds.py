"""What a person can do with a turn; each is one small function that asks the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from engine.chat.asking import Asking, Turn
from engine.compare.questions import Question
from engine.types import Arm, Message
from ui import words
from ui.pages.chat.flows import Flows
from ui.pages.chat.proof import Verdict
from ui.shell import Shell

DATASET = "chat.examples"
"""Where the settings remember which dataset examples of the chat go to."""


class Deeds(QObject):
    """The intents of the page.

    Args:
        flows: asks for answers.
        asking: how the bar above says that questions are asked.

    Signals:
        changed: turns of this conversation are others now.
        started: a ``Flow`` has begun.
        source_asked: a ``Turn`` and the number of its passage that is to be opened.
    """

    changed = Signal(str)
    started = Signal(object)
    source_asked = Signal(object, int)

    def __init__(self, shell: Shell, flows: Flows, asking: Callable[[], Asking]) -> None:
        super().__init__()
        self._shell, self._flows, self._asking = shell, flows, asking
        self._workspace = shell.workspace
        self._conversations = shell.workspace.conversations

    # Answers

    def ask(self, conversation: str, question: str, arms: Sequence[Arm], chosen: Arm) -> None:
        """Ask a question at the end of a conversation (empty: of a new one)."""
        self.started.emit(self._flows.ask(conversation, question, arms, chosen, self._asking()))

    def more(self, turn: Turn, arms: Sequence[Arm]) -> None:
        """Let further arms answer, or answer again what was cut off."""
        self.started.emit(self._flows.more(turn, arms))

    def reseed(self, turn: Turn, arms: Sequence[Arm]) -> None:
        """Answer under a new seed. At temperature 0 that would say the same, which is said instead."""
        if turn.asking.sampling.temperature <= 0:
            text = self.tr("At temperature 0 every seed gives the same answer.")
            self._shell.banner("info", text, remedy=self.tr("Raise the temperature in the bar above, then ask again."))
            return
        self.started.emit(self._flows.reseed(turn, arms, turn.comparison.seed + len(turn.siblings)))

    def edit(self, turn: Turn, question: str, arms: Sequence[Arm]) -> None:
        """Ask in other words; what was is kept as another version."""
        self.started.emit(self._flows.edit(turn, question, arms, self._asking()))

    # The turn

    def choose(self, turn: Turn, arm: Arm) -> None:
        """Let the conversation go on from this arm's answer."""
        self._write(turn, lambda: self._conversations.choose(turn.comparison.id, arm), quiet=True)

    def select(self, turn: Turn, place: int) -> None:
        """Show another version of the question."""
        self._write(turn, lambda: self._conversations.select(turn.siblings[place]))

    def vote(self, turn: Turn, arm: Arm, vote: int) -> None:
        """Keep what is thought of an answer."""
        self._write(turn, lambda: self._conversations.vote(turn.comparison.id, arm, vote))

    def correct(self, turn: Turn, arm: Arm, text: str) -> None:
        """Keep an answer as it should have been."""
        self._write(turn, lambda: self._conversations.correct(turn.comparison.id, arm, text))

    def delete(self, turn: Turn) -> None:
        """Take the turn and what follows away, with a way back."""

        def deleted(count: int) -> None:
            self.changed.emit(turn.comparison.conversation)
            gone = words.count(count, self.tr("question"), self.tr("questions"))
            self._shell.toast(self.tr("Deleted {0}.").format(gone), lambda: self._restore(turn))

        self._shell.look(lambda: self._conversations.delete_turn(turn.comparison.id), deleted, owner=self)

    def _restore(self, turn: Turn) -> None:
        self._write(turn, lambda: self._conversations.restore_turn(turn.comparison.id))

    def use_as_example(self, turn: Turn, arm: Arm) -> None:
        """Make a training example of a question and an answer, as it stands."""
        messages = [Message("user", turn.comparison.question), Message("assistant", turn.text(arm))]
        if turn.comparison.system:
            messages.insert(0, Message("system", turn.comparison.system))
        chosen = self._shell.settings.layout.get(DATASET, "")
        datasets = self._workspace.datasets

        def add() -> tuple[str, int]:
            names = [one.name for one in datasets.list(versions=False)]
            name = chosen if chosen in names else names[-1] if names else self.tr("From chat")
            return name, datasets.add_example(messages, dataset=name, source="chat")

        def added(result: tuple[str, int]) -> None:
            name, example = result
            self._shell.tell("datasets")
            undo = lambda: self._unexample(example)  # noqa: E731
            self._shell.toast(self.tr("Added to the examples of “{0}”.").format(name), undo)

        self._shell.look(add, added, owner=self)

    def _unexample(self, example: int) -> None:
        datasets = self._workspace.datasets
        self._shell.look(lambda: datasets.delete([example]), lambda _: self._shell.tell("datasets"), owner=self)

    def use_as_question(self, turn: Turn) -> None:
        """Put the question into a question set, where checks can be added to it."""
        sets, name = self._workspace.question_sets, self.tr("From chat")

        def added(question: Question) -> None:
            self._shell.tell("questions")
            checks = partial(self._shell.go, "scorecard", questions=name, question=question.id)
            said = self.tr("The question is in the set “{0}” of the scorecard.").format(name)
            remedy = "" if question.form or question.facts else self.tr("It counts once it has a check.")
            self._shell.banner("good", said, remedy=remedy, actions=[(self.tr("Add checks"), checks)])

        self._shell.look(lambda: sets.add(name, turn.comparison.question), added, owner=self)

    def open_source(self, turn: Turn, number: int) -> None:
        """Open the passage that an answer cites as ``[number]``."""
        self.source_asked.emit(turn, number)

    def judge(self, turn: Turn, then: Callable[[dict[Arm, Verdict]], None], owner: QObject) -> None:
        """What the question's checks say of its answers, if a question set has it."""
        sets = self._workspace.question_sets

        def read() -> dict[Arm, Verdict]:
            from engine.compare.judge import judged  # not before a question is asked

            question = sets.find(turn.comparison.question)
            if question is None:
                return {}
            scored = {arm: judged(question, answer) for arm, answer in turn.answers.items()}
            return {
                arm: Verdict(
                    None if one.form is None else bool(one.form),
                    None if one.facts is None else bool(one.facts),
                    (*one.form_faults, *one.facts_faults),
                )
                for arm, one in scored.items()
            }

        self._shell.look(read, then, owner=owner, key="checks")

    def _write(self, turn: Turn, write: Callable[[], object], *, quiet: bool = False) -> None:
        conversation = turn.comparison.conversation
        self._shell.look(write, lambda _: None if quiet else self.changed.emit(conversation), owner=self)
