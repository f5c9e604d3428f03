"""The turns of a conversation, one below the other. Older ones are only made when they are scrolled to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.chat.asking import Turn
from engine.events import Event
from ui import words
from ui.pages.chat.deeds import Deeds
from ui.pages.chat.flows import Flow
from ui.pages.chat.state import PageState
from ui.pages.chat.toggle import ONE
from ui.pages.chat.turn import TurnView
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Column, Text
from ui.widgets.scroll import Scroll, settle

PAUSE_MS = 10
FIRST = 1
"""Turns that are made at once. Older ones follow one by one, so that the window is never busy for long."""
NARROW, WIDE = 720, 1240
NEAR = 24
"""Pixels from the end that still count as the end."""


class TurnList(Scroll):
    """The middle of the page.

    Signals:
        current_changed: another turn is the current one.
        toggled: a turn's toggle is new, or it shows other arms.
    """

    current_changed = Signal()
    toggled = Signal()

    def __init__(self, shell: Shell, deeds: Deeds, state: PageState) -> None:
        self._inner = QWidget()
        super().__init__(self._inner)
        self._shell, self._deeds, self._state = shell, deeds, state
        self._turns: list[Turn] = []
        self._first = 0
        self.views: list[TurnView] = []
        self.current: TurnView | None = None
        self._from_end: int | None = 0
        self._filler = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._filler.timeout.connect(self._fill)
        self._older = Text("", "label")
        self._older.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column = Column(self._older, None, gap=Space.XXL, margin=(Space.L, Space.L, Space.L, Space.XL))
        self._inner.setLayout(self._column)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._hold)
        bar.valueChanged.connect(lambda _: self._filler.start())
        bar.actionTriggered.connect(lambda _: QTimer.singleShot(0, self, self._follow))
        shell.theme.changed.connect(self.measure)
        self.measure()

    # What it shows

    def show_turns(self, turns: Sequence[Turn], flows: Callable[[int], list[Flow]], *, afresh: bool) -> None:
        """Show a conversation. ``afresh``: another than before, so from its end."""
        if afresh:
            self.clear()
        self._turns = list(turns)
        known: dict[int | None, TurnView] = {view.comparison: view for view in self.views}
        self._first = max(0, len(turns) - FIRST if afresh else min(self._first, len(turns)))
        wanted = [known.get(turn.comparison.id) or self._made() for turn in turns[self._first :]]
        for view in self.views:
            if view not in wanted:
                self._drop(view)
        for place, view in enumerate(wanted):
            if self._column.indexOf(view) != place + 1:
                self._column.insertWidget(place + 1, view)
            turn = turns[self._first + place]
            view.show_turn(turn, flows(turn.comparison.id))
        self.views = wanted
        self._show_older()
        settle()
        if self.current not in wanted:
            self.set_current(wanted[-1] if wanted else None)

    def begin(self, flow: Flow) -> None:
        """Show a question that is being asked: at the end, or in the place of the version that it stands beside."""
        place = next((at for at, view in enumerate(self.views) if flow.after and view.comparison == flow.after), None)
        if place is not None:
            for view in self.views[place:]:
                self._drop(view)
            del self.views[place:]
        view = self._made()
        view.show_flow(flow)
        self.views.append(view)
        self._column.insertWidget(self._column.count() - 1, view)
        self._from_end = 0
        self.set_current(view)

    def hear(self, flow: Flow, event: Event) -> None:
        """Pass an event on to the turn that it concerns."""
        for view in reversed(self.views):
            if flow in view.flows:
                view.hear(flow, event)
                return

    def view_of(self, comparison: int | None) -> TurnView | None:
        """The turn of a comparison, if it is one of those that are made."""
        return next((view for view in self.views if comparison and view.comparison == comparison), None)

    def shows(self, flow: Flow) -> bool:
        """Whether one of its turns is about a flow."""
        return any(flow in view.flows for view in self.views)

    def show_current(self) -> None:
        """What was changed on the current turn is to be seen."""
        if self.views and self.current is self.views[-1]:
            self._from_end = 0

    def clear(self) -> None:
        """Show nothing."""
        for view in self.views:
            self._drop(view)
        self.views, self._turns, self._first, self._from_end = [], [], 0, 0
        self.set_current(None)
        self._show_older()

    def set_current(self, view: TurnView | None) -> None:
        """Make a turn the one that keys and sources are about."""
        if view is self.current:
            return
        before, self.current = self.current, view
        if before and before in self.views:
            before.make_current(False)
        if view:
            view.make_current(True)
        self.current_changed.emit()

    def refresh(self) -> None:
        """The page is set otherwise now."""
        self.measure()
        for view in self.views:
            view.refresh()

    def stay(self) -> None:
        """Whatever grows now, the page does not move."""
        self._from_end = None

    def measure(self) -> None:
        """As wide as reads well: one pane as wide as a line of an answer, several of them wider."""
        one = self._state.layout == ONE and not self._state.difference
        self.widest = self._shell.theme.px(NARROW if one else WIDE)
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There may be room for older turns."""
        super().resizeEvent(event)
        self._filler.start()

    # Parts

    def _made(self) -> TurnView:
        view = TurnView(self._shell, self._deeds, self._state)
        view.touched.connect(lambda: self._choose(view))
        view.toggled.connect(self.toggled)
        return view

    def _choose(self, view: TurnView) -> None:
        """Make a turn that was clicked the current one; its answers stay under the mouse."""
        if view is self.current:
            return
        before = view.stage.mapTo(self, QPoint(0, 0)).y()
        self.stay()
        self.set_current(view)
        settle()
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + view.stage.mapTo(self, QPoint(0, 0)).y() - before)

    def _drop(self, view: TurnView) -> None:
        if view is self.current:
            self.current = None
        self._column.removeWidget(view)
        view.hide()
        view.deleteLater()

    def _show_older(self) -> None:
        earlier = words.count(self._first, self.tr("earlier question"), self.tr("earlier questions"))
        self._older.setText(self.tr("{0} above").format(earlier))
        self._older.setVisible(self._first > 0)
        self._filler.start()

    def _fill(self) -> None:
        """Make the next older turn while the end of those that there are is near."""
        bar = self.verticalScrollBar()
        if self._first == 0 or not self.isVisible() or bar.value() > self.viewport().height():
            return
        self._from_end = bar.maximum() - bar.value()
        self._first -= 1
        view = self._made()
        view.show_turn(self._turns[self._first], [])
        self._column.insertWidget(1, view)
        settle()
        self.views.insert(0, view)
        self._show_older()

    def _hold(self, _low: int, high: int) -> None:
        """Something above or below has another height: what was in view stays in view."""
        if self._from_end is not None:
            self.verticalScrollBar().setValue(high - self._from_end)

    def _follow(self) -> None:
        """The person has scrolled: at the end the page follows what is said, elsewhere it stays."""
        bar = self.verticalScrollBar()
        self._from_end = 0 if bar.maximum() - bar.value() <= NEAR else None
