"""Text to read, scrolled to what is marked in it."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from ui.theme.theme import Theme
from ui.theme.tokens import Space, Type


class _Headings(QSyntaxHighlighter):
    """Lines that begin with # are headings."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._bold = QTextCharFormat()
        self._bold.setFontWeight(QFont.Weight.DemiBold)

    def highlightBlock(self, text: str) -> None:
        """Make a heading bold."""
        if text.startswith("#"):
            self.setFormat(0, len(text), self._bold)


class Reading(QPlainTextEdit):
    """A document's text, read only; what is in it stays text."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._factor = theme, 1.0
        self._mark: tuple[int, int] | None = None
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setProperty("bare", "true")
        self.setAccessibleName(self.tr("Text of the document"))
        self.document().setDocumentMargin(Space.L)
        self._headings = _Headings(self.document())
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def marked(self) -> str:
        """The text that is marked."""
        return "\n".join(one.cursor.selectedText().replace("\u2029", "\n") for one in self.extraSelections())

    def show_text(self, text: str, mark: tuple[int, int] | None, place: int | None = None) -> None:
        """Show ``text`` with the characters of ``mark`` (from, to) marked, and those, or ``place``, in view."""
        self.setPlainText(text.replace("\r", " ").replace("\0", " "))
        self._mark = (_units(text[: mark[0]]), _units(text[: mark[1]])) if mark and mark[0] < mark[1] else None
        self._highlight()
        cursor = QTextCursor(self.document())
        start = self._mark[0] if self._mark else 0
        cursor.setPosition(start if place is None else _units(text[:place]))
        self.setTextCursor(cursor)
        self.centerCursor()

    def zoom(self, factor: float) -> None:
        """Larger or smaller letters; 0: the usual size."""
        self._factor = min(3.0, max(0.6, self._factor * factor)) if factor else 1.0
        self._dress()

    def _dress(self) -> None:
        size = round(self._theme.px(Type.ANSWER) * self._factor)
        self.setStyleSheet(f"font-size: {size}px;")
        self._highlight()

    def _highlight(self) -> None:
        selections = []
        if self._mark:
            one = QTextEdit.ExtraSelection()
            one.cursor = QTextCursor(self.document())
            one.cursor.setPosition(self._mark[0])
            one.cursor.setPosition(self._mark[1], QTextCursor.MoveMode.KeepAnchor)
            one.format.setBackground(QColor(self._theme.tokens.mark))
            one.format.setForeground(QColor(self._theme.tokens.ink))
            selections.append(one)
        self.setExtraSelections(selections)


def _units(text: str) -> int:
    """How many of Qt's characters (UTF-16) a text has."""
    return len(text) + sum(character > "\uffff" for character in text)
