"""The keys, as a list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.actions import Action
from ui.theme.tokens import Space
from ui.widgets import Text


class KeyList(QWidget):
    """What the keys do, in two columns."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.XL)
        self._grid.setVerticalSpacing(Space.S)
        for column in (1, 3):
            self._grid.setColumnStretch(column, 1)
        self.setLayout(self._grid)

    def show_actions(self, actions: Sequence[Action]) -> None:
        """Show the actions that have a key."""
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        found = [action for action in actions if action.shortcut]
        rows = (len(found) + 1) // 2
        for place, action in enumerate(found):
            column, row = divmod(place, rows)
            keys = QKeySequence(action.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            self._grid.addWidget(Text(keys, "mono"), row, 2 * column, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(Text(action.title, "secondary", wrap=True), row, 2 * column + 1)
