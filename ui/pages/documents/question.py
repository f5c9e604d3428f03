"""A question in place: asked in a line of the page, not in a window over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit

from ui.theme.tokens import Space
from ui.widgets import Button, Row, Text


class QuestionLine(QFrame):
    """One question at a time: yes or no, or a name. Escape takes it back."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("banner", "info")
        self._text = Text("", wrap=True)
        self.field = QLineEdit()
        self.yes = Button("", "plain", self._accept)
        self._no = Button(self.tr("Cancel"), "quiet", self.hide)
        self._then: Callable[[str], object] = lambda _: None
        row = Row(gap=Space.S, margin=(Space.M, Space.S, Space.S, Space.S))
        row.addWidget(self._text, 1)
        row.addWidget(self.field, 1)
        row.addWidget(self.yes)
        row.addWidget(self._no)
        self.setLayout(row)
        self.field.returnPressed.connect(self._accept)
        self.hide()

    def ask(self, text: str, verb: str, then: Callable[[], object]) -> None:
        """Ask whether to do something."""
        self.field.hide()
        self._begin(text, verb, lambda _: then())
        self.yes.setFocus()

    def ask_name(self, text: str, name: str, verb: str, then: Callable[[str], object]) -> None:
        """Ask for a name."""
        self.field.setText(name)
        self.field.setAccessibleName(text)
        self.field.show()
        self._begin(text, verb, then)
        self.field.setFocus()
        self.field.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes the question back."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _begin(self, text: str, verb: str, then: Callable[[str], object]) -> None:
        self._text.setText(text)
        self.yes.setText(verb)
        self._then = then
        self.show()

    def _accept(self) -> None:
        name = self.field.text().strip()
        if self.field.isVisible() and not name:
            return
        self.hide()
        self._then(name)
