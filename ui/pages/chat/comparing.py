"""The words that two answers of a turn do not share: which two, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.types import Arm
from ui.pages.chat.difference import Difference, between
from ui.pages.chat.difference_bar import DifferenceBar
from ui.shell import Shell
from ui.widgets import Column

if TYPE_CHECKING:
    from ui.pages.chat.turn import TurnView


class Comparing:
    """Marks the differences in a turn while that is wanted.

    Args:
        turn: whose panes.
        column: where the line that says which two goes, above the panes.
    """

    def __init__(self, shell: Shell, turn: TurnView, column: Column) -> None:
        self._shell, self._turn, self._column = shell, turn, column
        self._pair: tuple[Arm, Arm] | None = None
        self._bar: DifferenceBar | None = None

    @property
    def pair(self) -> tuple[Arm, Arm]:
        """The two arms whose words are compared: at first the one in view and its counterpart."""
        if self._pair is None:
            arm = self._turn.arm
            self._pair = (arm, Arm.GROUNDED) if arm is not Arm.GROUNDED else (Arm.TUNED, Arm.GROUNDED)
        return self._pair

    def show(self) -> None:
        """Mark the words, or show the answers as they are."""
        self._show_bar()
        panes = self._turn.stage.panes
        texts = [pane.text for pane in panes]
        if not self._turn.differs or len(panes) != 2 or not all(texts) or self._turn.flows:
            for pane in panes:
                pane.show_difference(None)
            return
        left, right = (pane.arm for pane in panes)
        self._shell.look(
            lambda: between(texts[0], texts[1], left, right), self._mark, owner=self._turn, key="difference"
        )

    def _show_bar(self) -> None:
        if self._turn.differs and self._bar is None:
            self._bar = DifferenceBar(self.pair)
            self._bar.chosen.connect(self._compare)
            self._column.insertWidget(self._column.indexOf(self._turn.stage), self._bar)
        elif not self._turn.differs and self._bar:
            self._bar.deleteLater()
            self._bar = self._pair = None

    def _compare(self, left: Arm, right: Arm) -> None:
        self._pair = (left, right)
        self._turn.refresh()
        self._turn.toggled.emit()

    def _mark(self, found: Difference) -> None:
        panes = self._turn.stage.panes
        if self._turn.differs and len(panes) == 2:
            for pane, lines in zip(panes, (found.left, found.right), strict=True):
                pane.show_difference(lines)
            if self._bar:
                self._bar.show_count(found.words)
