"""The segmented toggle, and how an arm looks: colour and word and mark, always all three."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton

from engine.types import Arm
from ui.theme.tokens import MARKS, Space, Tokens
from ui.widgets.basic import Row


def arm_name(arm: Arm) -> str:
    """An arm's word."""
    return {
        Arm.BASE: QCoreApplication.translate("arms", "Base"),
        Arm.TUNED: QCoreApplication.translate("arms", "Tuned"),
        Arm.GROUNDED: QCoreApplication.translate("arms", "Grounded"),
        Arm.BOTH: QCoreApplication.translate("arms", "Both"),
        Arm.PROMPTED: QCoreApplication.translate("arms", "Prompted"),
    }[arm]


def arm_label(arm: Arm) -> str:
    """An arm's mark and word: "◆ Tuned"."""
    return f"{MARKS[arm]} {arm_name(arm)}"


def arm_colour(tokens: Tokens, arm: Arm) -> str:
    """An arm's colour in a theme."""
    return tokens.arm(arm)


class Segments(QFrame):
    """A pill of choices of which one holds. Arrow keys go from one to the next.

    Args:
        choices: key and label of each. A key that is an arm's name colours its segment.
        name: for screen readers.

    Signals:
        chosen: the key that a person chose.
    """

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str]], name: str) -> None:
        super().__init__()
        self.setProperty("role", "segments")
        self.setAccessibleName(name)
        self._group = QButtonGroup(self, exclusive=True)
        self._buttons: dict[str, QPushButton] = {}
        row = Row(gap=2, margin=2)
        for key, label in choices:
            button = QPushButton(label)
            button.setCheckable(True)
            button.setAccessibleName(f"{name}: {label}")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            if key in set(Arm):
                button.setProperty("arm", key)
            button.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[key] = button
            row.addWidget(button)
        self.setLayout(row)

    def changeEvent(self, event: QEvent) -> None:
        """Another size of text."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._measure()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The style sheet has been applied by now."""
        self._measure()
        super().showEvent(event)

    def _measure(self) -> None:
        """Room for the bold word of the choice that holds, so that nothing moves when another one does."""
        for button in self._buttons.values():
            font = button.font()
            font.setWeight(QFont.Weight.DemiBold)
            button.setMinimumWidth(QFontMetrics(font).horizontalAdvance(button.text()) + 2 * Space.L)

    @property
    def key(self) -> str:
        """The key that holds, empty if none does."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def choose(self, key: str) -> None:
        """Show a choice, without telling it."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)
            return
        self._group.setExclusive(False)
        for button in self._buttons.values():
            button.setChecked(False)
        self._group.setExclusive(True)

    def set_label(self, key: str, label: str, tip: str = "") -> None:
        """Change the words of a segment."""
        self._buttons[key].setText(label)
        if tip:
            self._buttons[key].setToolTip(tip)
        self._measure()

    def set_enabled(self, key: str, enabled: bool, tip: str = "") -> None:
        """Whether a segment can be chosen, and why not."""
        self._buttons[key].setEnabled(enabled)
        self._buttons[key].setToolTip(tip)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right go to the neighbour."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        keys = [key for key, button in self._buttons.items() if button.isEnabled()]
        if step and self.key in keys:
            key = keys[(keys.index(self.key) + step) % len(keys)]
            self._buttons[key].setFocus()
            self._buttons[key].click()
        else:
            super().keyPressEvent(event)
