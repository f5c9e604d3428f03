"""The question box: Enter asks, Shift+Enter makes a new line, Esc stops. A long paste becomes an attachment."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from ui import words
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Card, Column, IconButton, Row, Text

LONG = 8_000
"""Pasted text from here on is kept beside the box: laying out a megabyte in it would stop the window."""
LINES = 8
PREVIEW = 600


class QuestionField(QPlainTextEdit):
    """The text of a question, as high as its lines.

    Signals:
        entered: Enter was pressed.
        escaped: Esc was pressed.
        pasted: a long text that was not put in.
    """

    entered = Signal()
    escaped = Signal()
    pasted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("bare", "true")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(Space.XS)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Take pasted or dropped text, as plain text; a long one is handed on instead."""
        text = source.text()
        if len(text) >= LONG:
            self.pasted.emit(text)
        elif text:
            self.insertPlainText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Esc."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Another size of text."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        lines = max(1, round(self.document().size().height()))
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if lines > LINES else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        self.setFixedHeight(min(lines, LINES) * self.fontMetrics().lineSpacing() + 2 * Space.XS + 2)


class AskBox(Card):
    """The box in which questions are written, with the button that asks or stops.

    Signals:
        asked: the question.
        stopped: what is being answered is to stop.
        escaped: Esc was pressed while nothing is being answered.
    """

    asked = Signal(str)
    stopped = Signal()
    escaped = Signal()

    def __init__(self, shell: Shell, hint: str) -> None:
        super().__init__(gap=Space.XS, margin=Space.S)
        self._attached = ""
        self._busy = False
        self.field = QuestionField()
        self.field.setPlaceholderText(hint)
        self.field.setAccessibleName(self.tr("Question"))
        self.field.entered.connect(self.ask)
        self.field.escaped.connect(self._escape)
        self.field.pasted.connect(self.attach)
        self.button = IconButton(shell.theme, "send", self.tr("Ask (Enter)"), self._act, size=20)
        self._chip, self._chip_text = self._made_chip(shell)
        row = Row(self.field, gap=Space.S)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        self.column.addWidget(self._chip)
        self.column.addLayout(row)
        self.setFocusProxy(self.field)

    @property
    def question(self) -> str:
        """What is written, then what was attached."""
        return "\n\n".join(part for part in (self.field.toPlainText().strip(), self._attached.strip()) if part)

    def put(self, question: str) -> None:
        """Show a question to be changed or asked."""
        self.attach("")
        if len(question) >= LONG:
            self.field.clear()
            self.attach(question)
        else:
            self.field.setPlainText(question)
            self.field.moveCursor(self.field.textCursor().MoveOperation.End)

    def attach(self, text: str) -> None:
        """Keep a long text beside what is written; empty takes it away."""
        self._attached = "\n\n".join(part for part in (self._attached, text) if part) if text else ""
        self._chip.setVisible(bool(self._attached))
        size = words.size(len(self._attached.encode(errors="replace")))
        self._chip_text.setText(self.tr("Pasted text, {0}").format(size))
        self._chip_text.setToolTip(self._attached[:PREVIEW])

    def show_busy(self, busy: bool) -> None:
        """Whether an answer is on its way, which can be stopped."""
        self._busy = busy
        if busy:
            self.button.show_icon("stop", self.tr("Stop (Esc)"), "ink")
        else:
            self.button.show_icon("send", self.tr("Ask (Enter)"), "ink")

    def ask(self) -> None:
        """Ask what is written, if anything is."""
        question = self.question
        if question:
            self.asked.emit(question)

    def clear(self) -> None:
        """The question was taken."""
        self.field.clear()
        self.attach("")

    def _act(self) -> None:
        if self._busy:
            self.stopped.emit()
        else:
            self.ask()

    def _escape(self) -> None:
        (self.stopped if self._busy else self.escaped).emit()

    def _made_chip(self, shell: Shell) -> tuple[QWidget, Text]:
        text = Text("", "secondary")
        close = IconButton(shell.theme, "close", self.tr("Remove the pasted text"), lambda: self.attach(""), size=14)
        chip = QWidget()
        chip.setLayout(Column(Row(text, close, None, gap=Space.XS), margin=(Space.XS, 0, 0, 0)))
        chip.hide()
        return chip, text
