"""Which two answers are compared word by word, and in how many words they differ."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from engine.types import FOUR_ARMS, Arm
from ui import words
from ui.theme.tokens import Space
from ui.widgets import Row, Text, arm_label


class DifferenceBar(QWidget):
    """Two choices and a count.

    Args:
        pair: what is compared at first.

    Signals:
        chosen: the two arms to compare.
    """

    chosen = Signal(object, object)

    def __init__(self, pair: tuple[Arm, Arm]) -> None:
        super().__init__()
        self._boxes = [QComboBox(), QComboBox()]
        for box, arm, name in zip(self._boxes, pair, (self.tr("Left answer"), self.tr("Right answer")), strict=True):
            box.setAccessibleName(name)
            for one in FOUR_ARMS:
                box.addItem(arm_label(one), one)
            box.setCurrentIndex(FOUR_ARMS.index(arm))
            box.activated.connect(self._choose)
        self._count = Text("", "secondary")
        between, and_ = Text(self.tr("Words that differ between"), "secondary"), Text(self.tr("and"), "secondary")
        self.setLayout(Row(between, self._boxes[0], and_, self._boxes[1], self._count, None, gap=Space.S))

    def show_count(self, count: int) -> None:
        """Say how many words differ."""
        self._count.setText(
            words.count(count, self.tr("word"), self.tr("words")) if count else self.tr("none: they say the same")
        )

    def _choose(self) -> None:
        left, right = (FOUR_ARMS[box.currentIndex()] for box in self._boxes)
        if left is not right:
            self.chosen.emit(left, right)
