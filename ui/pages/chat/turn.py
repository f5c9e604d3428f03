"""A turn: a question, the toggle while it is the current one, and the panes of its arms."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QWidget

from engine import events
from engine.chat.asking import Turn
from engine.chat.service import arms_of
from engine.errors import ContextOverflow, FormfactError, WrongWeights
from engine.events import Event
from engine.types import Arm
from ui.pages.chat.comparing import Comparing
from ui.pages.chat.deeds import Deeds
from ui.pages.chat.flows import Flow
from ui.pages.chat.pane import Pane
from ui.pages.chat.proof import Verdict
from ui.pages.chat.question import QuestionView
from ui.pages.chat.stage import Stage
from ui.pages.chat.state import PageState
from ui.pages.chat.toggle import LAYOUTS, Toggle
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Column

LETTERS = "ABCD"


class TurnView(QWidget):
    """One turn. Until its question is in the store it has a flow and no ``Turn``.

    Signals:
        touched: it is to be the current one.
        toggled: its toggle was just made, or other arms are in view.
    """

    touched = Signal()
    toggled = Signal()

    def __init__(self, shell: Shell, deeds: Deeds, state: PageState) -> None:
        super().__init__()
        self.shell, self._deeds, self._state = shell, deeds, state
        self.turn: Turn | None = None
        self.flows: list[Flow] = []
        self.toggle: Toggle | None = None
        self._arm: Arm | None = None
        self._panes: dict[Arm, Pane] = {}
        self._faults: dict[Arm, FormfactError] = {}
        self._judged: object = None
        self._verdicts: dict[Arm, Verdict] = {}
        self.question = QuestionView(shell)
        self.stage = Stage(shell)
        self._column = Column(self.question, self.stage, gap=Space.M)
        self.setLayout(self._column)
        self._comparing = Comparing(shell, self, self._column)
        self._listen()

    # What it shows

    @property
    def comparison(self) -> int | None:
        """The id of its comparison, once it has one."""
        if self.turn:
            return self.turn.comparison.id
        return next((flow.comparison for flow in self.flows), None)

    @property
    def arm(self) -> Arm:
        """The arm that it shows when it shows one."""
        if self._arm is None:
            self._arm = self.turn.chosen if self.turn else self.flows[0].chosen
        return self._arm

    @property
    def shown(self) -> tuple[Arm, ...]:
        """The arms in view. Only the current turn shows arms that have not answered."""
        arms = LAYOUTS.get(self._state.layout, (self.arm,))
        if self.differs:
            arms = self._comparing.pair
        if self.toggle is None and self.turn and not self.flows:
            arms = tuple(arm for arm in arms if arm in self.turn.answers) or (self.turn.chosen,)
        if self._state.blind and len(arms) > 1:
            arms = tuple(random.Random(self.asked).sample(arms, len(arms)))
        return arms

    @property
    def differs(self) -> bool:
        """Whether it marks the words that differ."""
        return self._state.difference and self.toggle is not None and not self._state.blind

    @property
    def asked(self) -> str:
        """The question."""
        return self.turn.comparison.question if self.turn else self.flows[0].question

    @property
    def revealed(self) -> bool:
        """Whether votes are cast on all that is in view, so that nothing needs to be hidden."""
        votes = self.turn.votes if self.turn else {}
        return not self._state.blind or all(arm in votes for arm in self.shown)

    @property
    def hidden(self) -> bool:
        """Whether it is hidden whose answer is whose."""
        return self.toggle is not None and not self.revealed

    @property
    def missing(self) -> tuple[Arm, ...]:
        """Arms in view that have never been asked."""
        if self.turn is None:
            return ()
        asked = {*arms_of(self.turn.comparison), *(arm for flow in self.flows for arm in flow.arms)}
        return tuple(arm for arm in self.shown if arm not in {*asked, *self._faults} and arm in self._state.allowed)

    def show_turn(self, turn: Turn, flows: Sequence[Flow]) -> None:
        """Show a turn as the store has it, and what is being answered of it now."""
        if self.turn == turn and self.flows == list(flows):
            return
        for flow in {*self.flows, *flows}:  # what ended badly is said until it is asked for again
            for arm in flow.arms:
                self._faults.pop(arm, None)
                if flow.ended and flow.fault:
                    self._faults[arm] = flow.fault
        self.turn, self.flows = turn, list(flows)
        self.question.show_question(turn.comparison.question, turn.place, len(turn.siblings), whole=True)
        self.refresh()

    def show_flow(self, flow: Flow) -> None:
        """Show a question that is only just being asked."""
        self.flows = [flow]
        self.question.show_question(flow.question, 0, 1, whole=False)
        self.refresh()

    def make_current(self, current: bool) -> None:
        """Give it the toggle, or take it away."""
        if current == (self.toggle is not None):
            return
        if current:
            self.question.offer()
            self.toggle = Toggle(self.shell)
            self._column.insertWidget(1, self.toggle)
            self.toggled.emit()
        elif self.toggle:
            self.toggle.deleteLater()
            self.toggle = None
        self.refresh()
        self._order_stops()

    def _order_stops(self) -> None:
        """The Tab key goes from the question to the toggle to the answers, whatever was made first."""
        toggle = self.toggle.findChildren(QAbstractButton) if self.toggle else []
        panes = [stop for pane in self.stage.panes for stop in pane.stops]
        for one, other in pairwise([*self.question.stops, *toggle, *panes]):
            QWidget.setTabOrder(one, other)

    def flip(self, arm: Arm) -> None:
        """Show another arm in the same place, and let the conversation go on from it."""
        self._arm = arm
        self.refresh(flip=True)
        if self.turn:
            self._deeds.choose(self.turn, arm)

    def refresh(self, *, flip: bool = False) -> None:
        """Show everything anew; what has not changed stays as it is."""
        arms = self.shown
        panes = [self._pane(arm) for arm in arms]
        hidden = self.hidden
        for place, (arm, pane) in enumerate(zip(arms, panes, strict=True)):
            pane.blind(LETTERS[place] if hidden else "")
            self._fill(arm, pane)
            if self.toggle:
                pane.offer()
        self.stage.show_panes(panes, columns=min(2, len(panes)), flip=flip and len(panes) == 1)
        if self.toggle:
            self.toggle.allow(self._state.allowed, self._state.why_not)
            state = self._state
            self.toggle.show_state(state.layout, self.arm, difference=state.difference, blind=state.blind)
        self._judge(hidden)
        self._comparing.show()

    # What is heard of a flow

    def hear(self, flow: Flow, event: Event) -> None:
        """An event of one of its flows."""
        if isinstance(event, events.Token):
            pane = self._panes.get(Arm(event.arm))
            if pane and pane.saying:
                pane.append(event.text)
            elif pane:
                self._fill(Arm(event.arm), pane)
        elif isinstance(event, events.ArmDone | events.ArmPrepared | events.Started | events.Progress):
            for arm, pane in self._panes.items():
                if arm in flow.arms:
                    self._fill(arm, pane)

    # Parts

    def _listen(self) -> None:
        self.question.touched.connect(self.touched)
        self.question.edited.connect(self._edit)
        self.question.stepped.connect(lambda step: self._do(lambda turn: self._deeds.select(turn, turn.place + step)))
        self.question.repeated.connect(lambda: self._do(lambda turn: self._deeds.reseed(turn, self._all_shown())))
        self.question.kept.connect(lambda: self._do(self._deeds.use_as_question))
        self.question.deleted.connect(lambda: self._do(self._deeds.delete))

    def _pane(self, arm: Arm) -> Pane:
        if arm not in self._panes:
            pane = self._panes[arm] = Pane(self.shell, arm)
            pane.voted.connect(partial(self._vote, arm))
            pane.corrected.connect(lambda text: self._do(lambda turn: self._deeds.correct(turn, arm, text)))
            pane.exampled.connect(lambda: self._do(lambda turn: self._deeds.use_as_example(turn, arm)))
            pane.wanted.connect(partial(self._want, arm))
            pane.continued.connect(lambda: self.flip(arm))
            pane.cited.connect(lambda number: self._do(lambda turn: self._deeds.open_source(turn, number)))
            pane.touched.connect(self.touched)
        return self._panes[arm]

    def _fill(self, arm: Arm, pane: Pane) -> None:
        flow = next((one for one in self.flows if arm in one.arms), None)
        answer = flow.answers.get(arm) if flow else None
        answer = answer or (self.turn.answers.get(arm) if self.turn and not flow else None)
        if answer:
            edit = self.turn.edits.get(arm, "") if self.turn else ""
            vote = self.turn.votes.get(arm, 0) if self.turn else 0
            row = self.turn.comparison if self.turn else None
            run = self._state.runs.get(row.run, row.run) if row else ""
            pane.show_answer(answer, run=run, model=row.model if row else "", edit=edit, vote=vote)
        elif flow and flow.texts.get(arm):
            pane.show_said(flow.texts[arm], len(flow.passages or ()))
        else:
            pane.show_gap(*self._gap(arm, flow))

    def _gap(self, arm: Arm, flow: Flow | None) -> tuple[str, str, str]:
        """Why there is no answer, what to offer, and how that is then asked for."""
        again = self.tr("Answer again")
        if flow:
            return (self.tr("Thinking…") if flow.begun else self.tr("Waits until other work is done…")), "", ""
        if fault := self._faults.get(arm):
            said = f"{fault.what} {fault.remedy}".strip()
            if isinstance(fault, WrongWeights):
                return said, self.tr("Ask again, as things are now"), "anew"
            if isinstance(fault, ContextOverflow):
                return said, self.tr("Edit the question"), "edit"
            return said, again, "more"
        if self.turn and arm in self.turn.missing:
            if self.turn.state == "interrupted":
                return self.tr("Formfact ended before this was answered."), again, "more"
            return self.turn.error or self.tr("Stopped before anything was said."), again, "more"
        if arm in self._state.allowed:
            return self.tr("Not asked yet."), self.tr("Answer"), "more"
        return self._state.why_not, "", ""

    def _want(self, arm: Arm, how: str) -> None:
        if self.turn is None:
            return
        if how == "reseed":
            self._deeds.reseed(self.turn, self._all_shown())
        elif how == "edit":
            self.question.edit()
        elif how == "anew":
            self._deeds.edit(self.turn, self.asked, self._all_shown())
        else:
            cut = [one for one in self.turn.missing if one in self.shown]
            self._deeds.more(self.turn, list(dict.fromkeys([arm, *cut])))

    def _vote(self, arm: Arm, vote: int) -> None:
        self._do(lambda turn: self._deeds.vote(turn, arm, vote))

    def _edit(self, question: str) -> None:
        self._do(lambda turn: self._deeds.edit(turn, question, self._all_shown()))

    def _do(self, deed: Callable[[Turn], None]) -> None:
        """Do something with the turn, once it is in the store."""
        if self.turn:
            deed(self.turn)

    def _all_shown(self) -> tuple[Arm, ...]:
        arms = LAYOUTS.get(self._state.layout, (self.arm,))
        return tuple(arm for arm in arms if arm in self._state.allowed) or (self.arm,)

    def _judge(self, hidden: bool) -> None:
        """Ask what the checks say, once for what has been answered."""
        if self.toggle is None or self.turn is None or self.flows or hidden:
            return
        if self._judged == self.turn.answers:
            return self._show_verdicts(self._verdicts)  # panes may have come since
        self._judged, self._verdicts = self.turn.answers, {}
        self._deeds.judge(self.turn, self._show_verdicts, self)

    def _show_verdicts(self, verdicts: dict[Arm, Verdict]) -> None:
        self._verdicts = verdicts
        for arm, verdict in verdicts.items():
            if arm in self._panes:
                self._panes[arm].show_verdict(verdict)
