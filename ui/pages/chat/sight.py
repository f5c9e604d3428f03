"""What is seen of the current question: which arms, beside each other, with their differences, or blind."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from engine.types import FOUR_ARMS, Arm
from store.runs import Run
from ui.pages.chat.deeds import Deeds
from ui.pages.chat.state import PageState
from ui.pages.chat.toggle import ONE, SPLIT
from ui.pages.chat.turns import TurnList
from ui.shell import Shell


class Sight(QObject):
    """The intents of the toggle, and of the keys that stand for it.

    Signals:
        changed: the page is set otherwise now.
    """

    changed = Signal()

    def __init__(self, shell: Shell, state: PageState, turns: TurnList, deeds: Deeds) -> None:
        super().__init__()
        self._shell, self._state, self._turns, self._deeds = shell, state, turns, deeds
        self._owed = False
        turns.toggled.connect(self._connect)

    def show_arm(self, arm: Arm) -> None:
        """Flip the current question to an arm, in place; it is asked if it has not answered."""
        if arm not in self._state.allowed:
            tune = (self.tr("Tune"), lambda: self._shell.go("tune"))
            self._shell.banner("info", self._state.why_not, actions=[tune])
            return
        alone = self._state.layout == ONE and not self._state.difference
        self._state.arm, self._state.layout = arm, ONE
        self._state.difference = self._state.blind = False
        self._remember()
        if current := self._turns.current:
            if alone:
                self._turns.stay()
            current.flip(arm)
        if not alone:
            self._renew()
        self.changed.emit()
        self.complete(asked=True)

    def show_layout(self, layout: str) -> None:
        """One pane, tuned beside grounded, or all four."""
        self._state.layout, self._state.difference = layout, False
        self._state.blind = self._state.blind and layout != ONE
        self._remember()
        self._renew()
        self.complete()

    def flip(self) -> None:
        """Tuned gives way to grounded, anything else to tuned."""
        current = self._turns.current
        seen = current.arm if current else self._state.arm
        self.show_arm(Arm.GROUNDED if seen is Arm.TUNED else Arm.TUNED)

    def toggle_difference(self) -> None:
        """Mark the words that two answers do not share, or show the answers as they are."""
        if self._turns.current is None or self._state.blind:
            return
        self._state.difference = not self._state.difference
        self._renew()
        self.complete()

    def toggle_blind(self) -> None:
        """Hide whose answer is whose until votes are cast, or show it again."""
        self._state.blind = not self._state.blind
        self._state.difference = False
        if self._state.blind and self._state.layout == ONE:
            self._state.layout = SPLIT
        self._renew()
        self.complete()

    def allow(self, runs: Sequence[Run]) -> None:
        """What has been tuned decides which arms can answer."""
        tuned = any(run.adapter for run in runs)
        self._state.runs = {run.id: run.name or run.id for run in runs}
        self._state.allowed = FOUR_ARMS if tuned else tuple(arm for arm in FOUR_ARMS if not arm.adapted)
        self._state.why_not = "" if tuned else self.tr("Nothing has been tuned here yet. Tune first, then flip.")
        self._turns.refresh()

    def complete(self, *, asked: bool = False) -> None:
        """Let arms that came into view answer.

        Args:
            asked: a person asked for them. Otherwise only the last question is completed, not any that is looked at.
        """
        current = self._turns.current
        if current and current.turn is None:
            self._owed = True  # its question is on its way to the store; then
        elif current and current.turn and current.missing and (asked or current is self._turns.views[-1]):
            self._deeds.more(current.turn, current.missing)

    def catch_up(self) -> None:
        """The turns are as the store has them: what was owed can be asked."""
        if self._owed:
            self._owed = False
            self.complete()

    def _renew(self) -> None:
        self._turns.refresh()
        self._turns.show_current()
        self.changed.emit()

    def _remember(self) -> None:
        self._shell.remember("chat.layout", self._state.layout)
        self._shell.remember("chat.arm", str(self._state.arm))

    def _connect(self) -> None:
        """A turn's toggle is new, or other arms came into its view."""
        current = self._turns.current
        toggle = current.toggle if current else None
        if toggle and not toggle.property("heard"):
            toggle.setProperty("heard", True)
            toggle.arm_chosen.connect(lambda key: self.show_arm(Arm(key)))
            toggle.layout_chosen.connect(self.show_layout)
            toggle.difference_asked.connect(self.toggle_difference)
            toggle.blind_asked.connect(self.toggle_blind)
        self.complete()
