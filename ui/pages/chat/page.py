"""The page “Chat”: conversations on the left, questions with their answers in the middle, sources on the right."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.chat.asking import Asking, Turn
from engine.errors import FormfactError
from engine.events import Event
from engine.types import FOUR_ARMS, Arm
from ui.actions import Action
from ui.pages.chat import actions
from ui.pages.chat.ask import AskBox
from ui.pages.chat.bar import AskBar
from ui.pages.chat.deeds import Deeds
from ui.pages.chat.flows import Flow, Flows
from ui.pages.chat.listing import ConversationList
from ui.pages.chat.side import SidePanel
from ui.pages.chat.state import PageState
from ui.pages.chat.toggle import ONE, SPLIT
from ui.pages.chat.turns import TurnList
from ui.pages.chat.welcome import Welcome
from ui.shell import Page, Shell
from ui.theme.tokens import Space
from ui.widgets import Card, Column, IconButton, Line, Row
from ui.widgets.markdown_text import warm

LIST_WIDTH = 248


class ChatPage(Page):
    """Ask a question, flip between its answers, see what is different and why."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        layout = shell.settings.layout
        self.state = PageState(layout.get("chat.layout", ONE), Arm(layout.get("chat.arm", Arm.TUNED)))
        self.conversation = ""
        self._begun = False
        self.flows = Flows(shell)
        self.bar = AskBar(shell)
        self.deeds = Deeds(shell, self.flows, self.bar.asking)
        self.list = ConversationList(shell)
        self.turns = TurnList(shell, self.deeds, self.state)
        self.side = SidePanel(shell)
        self.box = AskBox(shell, self.tr("Ask…"))
        self.welcome = Welcome(shell)
        self._lay_out()
        self._listen()
        self._dress()

    # What the window tells it

    def shown(self) -> None:
        """Read what may have changed meanwhile; the first time, open the last conversation."""
        self._read_runs()
        if not self._begun:
            self._begun = True
            shell = self.shell
            shell.look(warm, lambda _: None, owner=self)
            shell.look(lambda: shell.workspace.conversations.list()[:1], self._open_last, owner=self)
        self.box.setFocus()

    def arrive(self, **arguments: Any) -> None:
        """``run``: use its adapter; ``question``: put it into the box; ``conversation``: open it."""
        self._begun = True
        if "conversation" in arguments:
            self.open(str(arguments["conversation"]))
        if "run" in arguments:
            self.bar.set_asking(dataclasses.replace(self.bar.asking(), run=str(arguments["run"])))
            self._read_runs()
        if "question" in arguments:
            self.box.put(str(arguments["question"]))
        self.box.setFocus()

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
        self.list.show_open(conversation)
        self.turns.clear()
        self.turns.show_turns([], self._flows_of, afresh=True)
        if conversation:
            conversations = self.shell.workspace.conversations
            self.shell.look(
                lambda: (conversations.turns(conversation), conversations.asking(conversation)),
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
        return bool(self.flows.of(self.conversation))

    def ask(self, question: str) -> None:
        """Ask what is in the box."""
        if self.busy:
            return
        self.box.clear()
        self.deeds.ask(self.conversation, question, self.state.wanted, self.state.chosen)

    def stop(self) -> None:
        """Stop what is being answered in this conversation."""
        self.flows.stop(self.flows.of(self.conversation))

    # What is seen

    def show_arm(self, arm: Arm) -> None:
        """Flip the current question to an arm, in place; it is asked if it has not answered."""
        if arm not in self.state.allowed:
            self.shell.banner("info", self.state.why_not, actions=[(self.tr("Tune"), lambda: self.shell.go("tune"))])
            return
        self.state.arm = arm
        self.shell.remember("chat.arm", str(arm))
        was_one = self.state.layout == ONE and not self.state.difference
        self.state.layout, self.state.difference = ONE, False
        self.turns.stay()
        current = self.turns.current
        if current:
            current.flip(arm)
        if not was_one:
            self._relayout()
        self._complete()

    def show_layout(self, layout: str) -> None:
        """One pane, tuned beside grounded, or all four."""
        self.state.layout = layout
        self.state.difference = False
        if layout == ONE:
            self.state.blind = False
        self.shell.remember("chat.layout", layout)
        self._relayout()
        self._complete()

    def flip_tuned_grounded(self) -> None:
        """Ctrl+T."""
        current = self.turns.current
        seen = current.arm if current else self.state.arm
        self.show_arm(Arm.GROUNDED if seen is Arm.TUNED else Arm.TUNED)

    def toggle_difference(self) -> None:
        """Mark the words that two answers do not share, or show the answers as they are."""
        if self.turns.current is None or self.state.blind:
            return
        self.state.difference = not self.state.difference
        self._relayout()
        self._complete()

    def toggle_blind(self) -> None:
        """Hide whose answer is whose until votes are cast, or show it again."""
        self.state.blind = not self.state.blind
        self.state.difference = False
        if self.state.blind and self.state.layout == ONE:
            self.state.layout = SPLIT
        self._relayout()
        self._complete()

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

    def search(self) -> None:
        """Search the conversations."""
        self._left.show()
        self.list.search.setFocus()

    def fold_list(self) -> None:
        """Show the conversations, or fold them away."""
        self._fold("chat.list", self._left)

    def fold_sources(self) -> None:
        """Show the sources, or fold them away."""
        self._fold("chat.sources", self.side)

    # Parts

    def _lay_out(self) -> None:
        theme = self.shell.theme
        self._left = Card(self.list, margin=0, role="panel")
        self._fold_left = IconButton(theme, "list", self.tr("Conversations"), self.fold_list)
        self._fold_right = IconButton(theme, "sources", self.tr("Sources"), self.fold_sources)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.turns)
        head = Row(self._fold_left, gap=Space.S, margin=(Space.M, Space.S, Space.M, Space.S))
        head.addWidget(self.bar, 1)
        head.addWidget(self._fold_right)
        foot = Row(gap=0, margin=(Space.L, Space.S, Space.L, Space.M))
        foot.addStretch(1)
        foot.addWidget(self.box, 1000)
        foot.addStretch(1)
        middle = Column(gap=0)
        middle.addLayout(head)
        middle.addWidget(self._stack, 1)
        middle.addLayout(foot)
        whole = Row(self._left, Line(upright=True), gap=0)
        whole.addLayout(middle, 1)
        whole.addWidget(self.side)
        self.setLayout(whole)

    def _listen(self) -> None:
        self.list.opened.connect(self.open)
        self.list.created.connect(self.new)
        self.bar.changed.connect(self._read_runs)
        self.box.asked.connect(self.ask)
        self.box.stopped.connect(self.stop)
        self.welcome.chosen.connect(self.ask)
        self.flows.heard.connect(self._hear)
        self.flows.ended.connect(self._end)
        self.deeds.started.connect(self._start)
        self.deeds.changed.connect(self._reload)
        self.deeds.source_asked.connect(self._open_source)
        self.turns.current_changed.connect(self._show_side)
        self.turns.toggled.connect(self._connect_toggle)
        self.side.folded.connect(self.fold_sources)
        self.shell.changed.connect(self._notice_change)
        self.shell.theme.changed.connect(self._dress)

    def _connect_toggle(self) -> None:
        current = self.turns.current
        toggle = current.toggle if current else None
        if toggle and not toggle.property("connected"):
            toggle.setProperty("connected", True)
            toggle.arm_chosen.connect(lambda key: self.show_arm(Arm(key)))
            toggle.layout_chosen.connect(self.show_layout)
            toggle.difference_asked.connect(self.toggle_difference)
            toggle.blind_asked.connect(self.toggle_blind)
        self._complete()

    def _start(self, flow: Flow) -> None:
        """A flow has begun: show it at once."""
        if flow.conversation != self.conversation:
            return
        if flow.comparison is None:
            self.turns.begin(flow)
        else:
            view = next((one for one in self.turns.views if one.comparison == flow.comparison), None)
            if view and view.turn:
                view.show_turn(view.turn, [*view.flows, flow])
        self._settle()

    def _hear(self, flow: Flow, event: Event) -> None:
        if not self.conversation and flow.conversation and any(flow in view.flows for view in self.turns.views):
            self.conversation = flow.conversation
            self.list.show_open(flow.conversation)
            self.shell.tell("conversations")
        if flow.conversation == self.conversation:
            self.turns.hear(flow, event)
            current = self.turns.current
            if current and flow in current.flows:
                self.side.follow(flow)

    def _end(self, flow: Flow) -> None:
        mine = any(flow in view.flows for view in self.turns.views)
        if mine and not self.conversation:
            self.conversation = flow.conversation
        if flow.fault is not None and flow.comparison is None:
            self._say_fault(flow, flow.fault)
        self.shell.tell("conversations")
        self._settle()
        if mine or flow.conversation == self.conversation:
            self._reload(self.conversation)

    def _say_fault(self, flow: Flow, fault: FormfactError) -> None:
        """It did not even begin: say why, and give the question back."""
        self.shell.fault(fault)
        if flow.after is None and not self.box.question and flow.conversation == self.conversation:
            self.box.put(flow.question)

    def _reload(self, conversation: str) -> None:
        """Show the conversation as the store has it. Not while a question is on its way there."""
        if conversation != self.conversation:
            return
        if any(flow.comparison is None for flow in self.flows.of(conversation)):
            return
        if not conversation:
            self.turns.show_turns([], self._flows_of, afresh=True)
            self._settle()
            return
        self.shell.look(
            lambda: self.shell.workspace.conversations.turns(conversation),
            lambda turns: self._show_turns(conversation, turns),
            owner=self,
            key="turns",
        )

    def _show_opened(self, conversation: str, turns: Sequence[Turn], asking: Asking) -> None:
        if conversation == self.conversation:
            self.bar.set_asking(asking)
            self._show_turns(conversation, turns, afresh=not self.turns.views)

    def _show_turns(self, conversation: str, turns: Sequence[Turn], *, afresh: bool = False) -> None:
        if conversation != self.conversation:
            return
        self.turns.show_turns(turns, self._flows_of, afresh=afresh)
        self._connect_toggle()
        self._settle()

    def _flows_of(self, comparison: int) -> list[Flow]:
        return [flow for flow in self.flows.running if flow.comparison == comparison]

    def _complete(self) -> None:
        """Let the arms that came into view answer, if it is the last question."""
        current = self.turns.current
        if current and current.turn and current is self.turns.views[-1] and current.missing:
            self.deeds.more(current.turn, current.missing)

    def _settle(self) -> None:
        """Show whether something runs, and whether there is anything at all."""
        self.box.show_busy(self.busy)
        self._stack.setCurrentWidget(self.turns if self.turns.views or self.conversation else self.welcome)
        self._show_side()

    def _show_side(self) -> None:
        current = self.turns.current
        hidden = self.state.blind and current is not None and not current.revealed
        self.side.show_turn(current, hidden=hidden)
        self._connect_later()

    def _connect_later(self) -> None:
        QTimer.singleShot(0, self, self._connect_toggle)

    def _open_source(self, turn: Turn, number: int) -> None:
        if 0 < number <= len(turn.passages):
            self.side.show()
            self.side.open(turn.passages[number - 1])

    def _relayout(self) -> None:
        self.turns.refresh()
        self._fit()
        self._show_side()

    def _read_runs(self) -> None:
        shell = self.shell
        shell.look(lambda: shell.workspace.tuning.list(), self._take_runs, owner=self, key="runs")

    def _take_runs(self, runs: Sequence[Any]) -> None:
        self.state.runs = {run.id: run.name or run.id for run in runs}
        tuned = any(run.adapter for run in runs)
        self.state.allowed = FOUR_ARMS if tuned else tuple(arm for arm in FOUR_ARMS if not arm.adapted)
        self.state.why_not = "" if tuned else self.tr("Nothing has been tuned here yet. Tune first, then flip.")
        self.turns.refresh()

    def _open_last(self, found: Sequence[Any]) -> None:
        if found and not self.conversation and not self.turns.views:
            self.open(found[0].id)

    def _notice_change(self, what: str) -> None:
        if what == "runs":
            self._read_runs()
        elif what == "questions":
            self.welcome.read()

    def _fold(self, name: str, panel: QWidget) -> None:
        shown = panel.isHidden()
        panel.setVisible(shown)
        self.shell.remember(name, "" if shown else "folded")

    def _dress(self) -> None:
        """Sizes in the theme in force; in presentation mode there is nothing at the sides."""
        quiet = self.shell.settings.presentation
        folded = self.shell.settings.layout
        self._left.setFixedWidth(self.shell.theme.px(LIST_WIDTH))
        self._left.setVisible(not quiet and not folded.get("chat.list"))
        self.side.setVisible(not quiet and not folded.get("chat.sources"))
        self._fit()

    def _fit(self) -> None:
        self.turns.fit()
        self.box.setMaximumWidth(self.turns.column_width - 2 * Space.L)
