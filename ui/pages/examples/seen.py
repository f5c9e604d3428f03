"""An example exactly as the model gets it: every token, structure too, and which tokens are learnt."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from engine.tune.browsing import SeenToken, Taught
from ui import words
from ui.theme.theme import Theme
from ui.theme.tokens import Space, Tokens, Type
from ui.widgets import Column, Row, Text

MOST = 6000
"""Tokens that are drawn; the rest is counted."""


class SeenView(QWidget):
    """The preview."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._taught: Taught | None = None
        self._learnt, self._read = Text("", "secondary"), Text("", "secondary")
        self._note = Text("", "secondary", wrap=True)
        self.text = QTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("bare", True)
        self.text.setAccessibleName(self.tr("The example as the model gets it"))
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._learnt.setToolTip(self.tr("Underlined: training learns to write these tokens"))
        self._read.setToolTip(self.tr("Not underlined: the model reads these and does not learn to write them"))
        legend = Row(self._learnt, self._read, None, gap=Space.L)
        column = Column(legend, self._note, gap=Space.S, margin=(Space.L, Space.M, Space.L, Space.M))
        column.addWidget(self.text, 1)
        self.setLayout(column)
        self._learnt.setTextFormat(Qt.TextFormat.RichText)
        self._read.setTextFormat(Qt.TextFormat.RichText)
        theme.changed.connect(self._draw)

    def wait(self) -> None:
        """Say that the model's tokenizer is at work."""
        if self._taught is None:
            self._say(self.tr("Reading…"))

    def refuse(self, reason: str) -> None:
        """Say why there is no preview."""
        self._taught = None
        self.text.clear()
        self._learnt.clear()
        self._read.clear()
        self._say(reason, "warn")

    def clear(self) -> None:
        """Show nothing."""
        self.refuse("")

    def show_taught(self, taught: Taught) -> None:
        """Show an example's tokens."""
        self._taught = taught
        self._draw()

    def _draw(self) -> None:
        if self._taught is None:
            return
        taught, tokens = self._taught, self._theme.tokens
        learnt = sum(token.learnt for token in taught.tokens)
        self._learnt.setText(
            f'<span style="color:{tokens.tuned}"><u>{words.number(learnt)} {self.tr("learnt")}</u></span>'
        )
        self._read.setText(self.tr("{0} only read").format(words.number(len(taught.tokens) - learnt)))
        for words_ in (self._learnt, self._read):
            words_.setVisible(not taught.bad)
        self._say(*self._remark(taught))
        self.text.clear()
        cursor = self.text.textCursor()
        cursor.beginEditBlock()
        for place, token in enumerate(taught.tokens[:MOST]):
            cursor.insertText(_visible(token), self._format(token, place, tokens))
        cursor.endEditBlock()
        self.text.moveCursor(QTextCursor.MoveOperation.Start)

    def _remark(self, taught: Taught) -> tuple[str, str]:
        if taught.bad:
            return self.tr("Left out of training: {0}.").format(taught.bad), "bad"
        if taught.cut:
            said = self.tr("{0} more tokens are cut: the oldest turns go first.")
            return said.format(words.number(taught.cut)), "warn"
        if len(taught.tokens) > MOST:
            return self.tr("The first {0} tokens are drawn.").format(words.number(MOST)), ""
        return "", ""

    def _format(self, token: SeenToken, place: int, tokens: Tokens) -> QTextCharFormat:
        made = QTextCharFormat()
        font = QFont("monospace")
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPixelSize(self._theme.px(Type.BODY))
        made.setFont(font)
        colour = tokens.tuned if token.learnt else tokens.ink3 if token.control else tokens.ink
        made.setForeground(QColor(colour))
        made.setFontUnderline(token.learnt)
        if place % 2:
            made.setBackground(QColor(tokens.hover))
        kind = self.tr("learnt") if token.learnt else self.tr("only read")
        made.setToolTip(self.tr("token {0}, {1}").format(token.id, kind))
        return made

    def _say(self, text: str, tone: str = "") -> None:
        self._note.setText(text)
        self._note.tone(tone)
        self._note.setVisible(bool(text))


def _visible(token: SeenToken) -> str:
    """The token's text with line ends that one sees; structure without any text shows its number."""
    text = token.text.replace("\r", "␍").replace("\n", "↵\n")
    return text or ("" if not token.control else f"⟨{token.id}⟩")
