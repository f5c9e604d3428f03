"""The toggle: which arm is seen, or two or four of them beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.types import FOUR_ARMS, Arm
from ui.shell import Shell
from ui.theme.tokens import MARKS, Space
from ui.widgets import IconButton, Row, Segments, arm_label

ONE, SPLIT, GRID = "one", "split", "grid"
LAYOUTS = {SPLIT: (Arm.TUNED, Arm.GROUNDED), GRID: FOUR_ARMS}


class Toggle(QWidget):
    """The largest control of the page.

    Signals:
        arm_chosen: an arm's name.
        layout_chosen: ``one``, ``split`` or ``grid``.
        difference_asked: the words that two panes do not share are to be marked, or no longer.
        blind_asked: whose answer is whose is to be hidden, or shown again.
    """

    arm_chosen = Signal(str)
    layout_chosen = Signal(str)
    difference_asked = Signal()
    blind_asked = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._arms = Segments([(str(arm), arm_label(arm)) for arm in FOUR_ARMS], self.tr("Whose answer"))
        self._layouts = Segments([(SPLIT, self.tr("Split")), (GRID, self.tr("Grid"))], self.tr("Beside each other"))
        self._difference = IconButton(shell.theme, "difference", self.tr("Mark the words that differ (D)"))
        self._blind = IconButton(shell.theme, "blind", self.tr("Hide whose answer is whose until you have voted"))
        for button, signal in ((self._difference, self.difference_asked), (self._blind, self.blind_asked)):
            button.setCheckable(True)
            button.clicked.connect(signal)
        self._arms.chosen.connect(self.arm_chosen)
        self._layouts.chosen.connect(self._choose_layout)
        self._layout, self._arm, self._whole = ONE, Arm.BASE, 0
        self.setLayout(Row(self._arms, self._layouts, self._difference, self._blind, None, gap=Space.S))
        self._words = True

    def show_state(self, layout: str, arm: Arm, *, difference: bool, blind: bool) -> None:
        """Show what holds."""
        self._layout = layout
        self._arms.choose(str(arm) if layout == ONE else "")
        self._layouts.choose("" if layout == ONE else layout)
        self._difference.setChecked(difference)
        self._blind.setChecked(blind)
        self._arms.setVisible(not blind)
        self._arm = arm
        self._spell()

    def allow(self, arms: Sequence[Arm], why_not: str) -> None:
        """Which arms can answer, and why the others cannot."""
        for arm in FOUR_ARMS:
            tip = {
                Arm.BASE: self.tr("The model as it is"),
                Arm.TUNED: self.tr("With your tuned form (Ctrl+T flips tuned and grounded)"),
                Arm.GROUNDED: self.tr("With passages of your documents (Ctrl+T flips tuned and grounded)"),
                Arm.BOTH: self.tr("With your tuned form and with passages of your documents"),
            }[arm]
            self._arms.set_enabled(str(arm), arm in arms, tip if arm in arms else why_not)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for four words, only the arm that is seen has one; the others have their marks."""
        super().resizeEvent(event)
        self._choose_words()

    def minimumSizeHint(self) -> QSize:
        """It can do without its words."""
        return QSize(0, super().minimumSizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """At another size of text the words have another width."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._words = True
            self._spell()
            self._choose_words()

    def _choose_words(self) -> None:
        words = self.width() >= self._whole
        if words != self._words:
            self._words = words
            self._spell()

    def _spell(self) -> None:
        for arm in FOUR_ARMS:
            self._arms.set_label(str(arm), arm_label(arm) if self._words or arm is self._arm else MARKS[arm])
        if self._words:
            self._whole = self.sizeHint().width()

    def _choose_layout(self, layout: str) -> None:
        """A second click on a layout goes back to one pane."""
        self.layout_chosen.emit(ONE if layout == self._layout else layout)
