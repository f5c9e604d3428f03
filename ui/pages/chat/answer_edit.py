"""Changing an answer in place. What the model said is kept beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ui.theme.tokens import Space
from ui.widgets import Button, Column, Row, Text

LINES = (4, 16)
"""How many lines the field shows, at least and at most."""


class AnswerEdit(QWidget):
    """A field with the answer's Markdown.

    Args:
        text: the answer as it stands.
        changed: whether it is an edit already.

    Signals:
        saved: the new text.
        closed: nothing is to be changed.
    """

    saved = Signal(str)
    closed = Signal()

    def __init__(self, text: str, *, changed: bool = False) -> None:
        super().__init__()
        self._field = QPlainTextEdit(text)
        self._field.setAccessibleName(self.tr("The answer as it should be"))
        self._field.setTabChangesFocus(True)
        lines = min(max(text.count("\n") + 2 + len(text) // 70, LINES[0]), LINES[1])
        self._field.setFixedHeight(lines * self._field.fontMetrics().lineSpacing() + 2 * Space.S)
        hint = Text(self.tr("Ctrl+Enter saves, Esc leaves it as it was."), "label")
        buttons = Row(
            hint,
            None,
            Button(self.tr("Cancel"), "quiet", self.closed.emit),
            Button(self.tr("Save"), "plain", self.save),
        )
        self.setLayout(Column(self._field, buttons))

    def take_focus(self) -> None:
        """Put the cursor into the field."""
        self._field.setFocus()

    def save(self) -> None:
        """Keep the text; an empty one changes nothing."""
        text = self._field.toPlainText()
        if text.strip():
            self.saved.emit(text)
        else:
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter and Esc."""
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if entered and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.save()
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
