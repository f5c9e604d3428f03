"""What can be done with the chosen documents; nothing is shown while none is chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.theme.tokens import Space
from ui.widgets import Button, Row, Text


class SelectionBar(QWidget):
    """Buttons for the chosen documents.

    Signals:
        wanted: what: ``show``, ``retry``, ``move`` or ``remove``.
    """

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._said = Text("", "secondary")
        self.show_button = Button(self.tr("Show"), "quiet", lambda: self.wanted.emit("show"))
        self.retry_button = Button(self.tr("Read again"), "quiet", lambda: self.wanted.emit("retry"))
        self.move_button = Button(self.tr("Move to…"), "quiet", lambda: self.wanted.emit("move"))
        self.remove_button = Button(self.tr("Remove…"), "quiet", lambda: self.wanted.emit("remove"))
        buttons = (self.show_button, self.retry_button, self.move_button, self.remove_button)
        self.setLayout(Row(self._said, Space.S, *buttons, gap=0))
        self.show_chosen(0)

    def show_chosen(self, many: int) -> None:
        """Say how many are chosen."""
        self._said.setText(self.tr("{0} chosen").format(many))
        self.show_button.setVisible(many == 1)
        self.setVisible(many > 0)
