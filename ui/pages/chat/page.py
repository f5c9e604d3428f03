"""The page “Chat”: conversations on the left, questions with their answers in the middle, sources on the right."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from engine.chat.asking import Asking, Turn
from engine.events import Event
from engine.types import Arm
from ui.actions import Action
from ui.pages.chat import actions
from ui.pages.chat.bar import AskBar
from ui.pages.chat.deeds import Deeds
from ui.pages.chat.flows import Flow, Flows
from ui.pages.chat.frame import Frame
from ui.pages.chat.sight import Sight
from ui.pages.chat.state import PageState
from ui.pages.chat.toggle import ONE
from ui.pages.chat.turns import TurnList
from ui.shell import Page, Shell
from ui.widgets import Row
from ui.widgets.markdown_text import warm


class ChatPage(Page):
    """Ask a question, flip between its answers, see what is different and why.

    Attributes:
        conversation: the one that is shown; empty: a new one.
        flows: what is being answered, here and in other conversations.
        sight: what is seen of the current question.
    """

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        layout = shell.settings.layout
        self.state = PageState(layout.get("chat.layout", ONE), Arm(layout.get("chat.arm", Arm.TUNED)))
        self.conversation = ""
        self._opened = 0
        self._unasked = ""
        self._begun = False
        self._conversations = shell.workspace.conversations
        self.flows = Flows(shell)
        self.bar = AskBar(shell)
        self.deeds = Deeds(shell, self.flows, self.bar.asking)
        self.turns = TurnList(shell, self.deeds, self.state)
        self.sight = Sight(shell, self.state, self.turns, self.deeds)
        self.frame = Frame(shell, self.bar, self.turns)
        self.box, self.side, self.list = self.frame.box, self.frame.side, self.frame.list
        self.setLayout(Row(self.frame, gap=0))
        self._listen()
        self._settle()

    # What the window tells it

    def shown(self) -> None:
        """Read what may have changed meanwhile; the first time, open the last conversation."""
        self._read_runs()
        if not self._begun:
            self._begun = True
            self.shell.look(warm, lambda _: None, owner=self)
            self.shell.look(lambda: self._conversations.list()[:1], self._open_last, owner=self)
        self.box.setFocus()

    def arrive(self, **arguments: Any) -> None:
        """``model``: use it; ``run``: use its adapter; ``question``: put it into the box; ``conversation``: open it."""
        self._begun = True
        if "conversation" in arguments:
            self.open(str(arguments["conversation"]))
        if "model" in arguments:
            self.bar.set_asking(dataclasses.replace(self.bar.asking(), model=str(arguments["model"]), run=None))
        if "run" in arguments:
            self.bar.set_asking(dataclasses.replace(self.bar.asking(), model=None, run=str(arguments["run"])))
            self._read_runs()
        if "question" in arguments:
            self.box.put(str(arguments["question"]))
        self.box.setFocus()

    def dropped(self, paths: list[Path]) -> bool:
        """What is dropped here is to be searched in: the documents take it."""
        self.shell.go("documents", paths=paths)
        return True

    def actions_offered(self) -> list[Action]:
        """What can be done here."""
        return actions.of(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc stops, wherever the focus is."""
        if event.key() == Qt.Key.Key_Escape and self.busy:
            self.stop()
        else:
            super().keyPressEvent(event)

    # Conversations

    def open(self, conversation: str) -> None:
        """Show a conversation from its end; empty: a new one."""
        self.conversation = conversation
        self._opened += 1
        self.list.show_open(conversation)
        self.turns.clear()
        if conversation:
            read = self._conversations
            self.shell.look(
                lambda: (read.turns(conversation), read.asking(conversation)),
                lambda found: self._show_opened(conversation, *found),
                owner=self,
                key="turns",
            )
        for flow in self.flows.of(conversation):
            if flow.comparison is None:
                self.turns.begin(flow)
        self._settle()
        self.box.setFocus()

    def new(self) -> None:
        """Begin a new conversation; it is in the list once something was asked in it."""
        self.open("")

    # Asking

    @property
    def busy(self) -> bool:
        """Whether this conversation is being answered."""
        return bool(self._here())

    def ask(self, question: str) -> None:
        """Ask what is in the box."""
        if not self.busy:
            self.box.clear()
            self.deeds.ask(self.conversation, question, self.state.wanted, self.state.chosen)

    def stop(self) -> None:
        """Stop what is being answered in this conversation."""
        self.flows.stop(self._here())

    # The current question

    def has_turn(self) -> bool:
        """Whether there is a question that something can be done with."""
        return self.turns.current is not None and self.turns.current.turn is not None

    def edit_question(self) -> None:
        """Change the current question."""
        if self.turns.current:
            self.turns.current.question.edit()

    def reseed(self) -> None:
        """Answer the current question under a new seed."""
        if self.turns.current:
            self.turns.current.question.repeated.emit()

    def copy_answer(self) -> None:
        """Copy the first answer in view."""
        if self.turns.current:
            self.turns.current.stage.panes[0].copy()

    def use_as_example(self) -> None:
        """Make a training example of the first answer in view."""
        if self.turns.current:
            self.turns.current.stage.panes[0].exampled.emit()

    def use_as_question(self) -> None:
        """Put the current question into a question set of the scorecard."""
        if self.turns.current:
            self.turns.current.question.kept.emit()

    # Parts

    def _listen(self) -> None:
        self.list.opened.connect(self.open)
        self.list.created.connect(self.new)
        self.bar.changed.connect(self._read_runs)
        self.box.asked.connect(self.ask)
        self.box.stopped.connect(self.stop)
        self.frame.welcome.chosen.connect(self.ask)
        self.flows.heard.connect(self._hear)
        self.flows.ended.connect(self._end)
        self.deeds.started.connect(self._start)
        self.deeds.changed.connect(self._reload)
        self.deeds.source_asked.connect(self._open_source)
        self.turns.current_changed.connect(self._show_side)
        self.sight.changed.connect(self._show_side)
        self.sight.changed.connect(self.frame.fit)
        self.shell.changed.connect(self._notice)

    def _here(self) -> list[Flow]:
        """What is being answered in the conversation that is shown."""
        shown = [flow for view in self.turns.views for flow in view.flows if not flow.ended]
        return list(dict.fromkeys([*shown, *self.flows.of(self.conversation)]))

    def _start(self, flow: Flow) -> None:
        """A flow has begun: show it at once."""
        if flow.conversation == self.conversation:
            view = self.turns.view_of(flow.comparison)
            if view and view.turn:
                view.show_turn(view.turn, [*view.flows, flow])
            elif flow.comparison is None:
                self.turns.begin(flow)
        self._settle()

    def _hear(self, flow: Flow, event: Event) -> None:
        if not self.conversation and self.turns.shows(flow):
            self._adopt(flow)
        if flow.conversation == self.conversation:
            self.turns.hear(flow, event)
            current = self.turns.current
            if current and flow in current.flows and not current.hidden:
                self.side.follow(flow)

    def _adopt(self, flow: Flow) -> None:
        """The new conversation that is shown has a name now."""
        self.conversation = flow.conversation
        self.list.show_open(flow.conversation)
        self.shell.tell("conversations")

    def _end(self, flow: Flow) -> None:
        mine = self.turns.shows(flow)
        if mine and not self.conversation and flow.conversation:
            self._adopt(flow)
        if flow.fault is not None and flow.comparison is None:
            self.shell.fault(flow.fault)
        if mine and flow.comparison is None and flow.after is None:
            self._unasked = flow.question
        self.shell.tell("conversations")
        self._settle()
        if mine or flow.conversation == self.conversation:
            self._reload(self.conversation)

    def _reload(self, conversation: str) -> None:
        """Show the conversation as the store has it. Not while a question is on its way there."""
        if conversation != self.conversation or any(flow.comparison is None for flow in self._here()):
            return
        self.shell.look(
            lambda: self._conversations.turns(conversation) if conversation else [],
            lambda turns: self._show_turns(conversation, turns),
            owner=self,
            key="turns",
        )

    def _show_opened(self, conversation: str, turns: Sequence[Turn], asking: Asking) -> None:
        if conversation == self.conversation:
            self.bar.set_asking(asking)
            self._show_turns(conversation, turns, afresh=not self.turns.views)

    def _show_turns(self, conversation: str, turns: Sequence[Turn], *, afresh: bool = False) -> None:
        if conversation == self.conversation:
            self.turns.show_turns(turns, self._flows_of, afresh=afresh)
            self._give_back(turns)
            self.sight.catch_up()
            self._settle()

    def _give_back(self, turns: Sequence[Turn]) -> None:
        """A question that did not get as far as the store goes back into the box."""
        asked, self._unasked = self._unasked, ""
        if asked and not self.box.question and not (turns and turns[-1].comparison.question == asked.strip()):
            self.box.put(asked)

    def _flows_of(self, comparison: int) -> list[Flow]:
        return [flow for flow in self.flows.running if flow.comparison == comparison]

    def _settle(self) -> None:
        """Show whether something runs, and whether there is anything at all."""
        self.box.show_busy(self.busy)
        self.frame.show_turns(bool(self.turns.views or self.conversation))
        self._show_side()

    def _show_side(self) -> None:
        current = self.turns.current
        self.side.show_turn(current, hidden=current is not None and current.hidden)

    def _open_source(self, turn: Turn, number: int) -> None:
        if 0 < number <= len(turn.passages):
            self.side.open(turn.passages[number - 1])

    def _read_runs(self) -> None:
        self.shell.look(lambda: self.shell.workspace.tuning.list(), self.sight.allow, owner=self, key="runs")

    def _open_last(self, found: Sequence[Any]) -> None:
        if found and not self._opened and not self.turns.views:
            self.open(found[0].id)

    def _notice(self, what: str) -> None:
        if what == "runs":
            self._read_runs()
        elif what == "questions":
            self.frame.welcome.read()
