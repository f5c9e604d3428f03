"""What can be done with the chosen documents; nothing is shown while none is chosen."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Button, Row, Text


class SelectionBar(QWidget):
    """Buttons for the chosen documents: words, or where there is little room, icons.

    Signals:
        wanted: what: ``show``, ``retry``, ``move`` or ``remove``.
    """

    wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._compact = theme, False
        self._said = Text("", "secondary")
        self._parts = {
            "show": (self.tr("Show"), "show"),
            "retry": (self.tr("Read again"), "again"),
            "move": (self.tr("Move to…"), "folder"),
            "remove": (self.tr("Remove…"), "delete"),
        }
        self.buttons = {
            key: Button(label, "quiet", partial(self.wanted.emit, key)) for key, (label, _) in self._parts.items()
        }
        self.setLayout(Row(self._said, Space.S, *self.buttons.values(), gap=0))
        theme.changed.connect(self._dress)
        self._dress()
        self.show_chosen(0)

    def show_chosen(self, many: int) -> None:
        """Say how many are chosen."""
        self._said.setText(self.tr("{0} chosen").format(many))
        self.buttons["show"].setVisible(many == 1)
        self.setVisible(many > 0)

    def compact(self, compact: bool) -> None:
        """Take little room, or as much as words need."""
        if compact != self._compact:
            self._compact = compact
            self._dress()

    def _dress(self) -> None:
        for key, (label, icon) in self._parts.items():
            button = self.buttons[key]
            button.setText("" if self._compact else label)
            button.setIcon(self._theme.icon(icon) if self._compact else QIcon())
            button.setToolTip(label if self._compact else "")
            button.setAccessibleName(label)
