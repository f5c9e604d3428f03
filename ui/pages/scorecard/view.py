"""One scorecard: the verdict, the picture beside the table, and the answers under them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from engine.compare.verdict import unbroken
from ui import words
from ui.pages.scorecard.answers import Answers
from ui.pages.scorecard.data import Shown, source_name
from ui.pages.scorecard.picture import Picture
from ui.pages.scorecard.scores import Scores, told
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Card, Column, Row, Text


class Content(QWidget):
    """What is scrolled: as high as its width asks for, not as its narrowest form would be."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("content")

    def minimumSizeHint(self) -> QSize:
        """The width that is needed; the height follows from the width in force."""
        return QSize(super().minimumSizeHint().width(), 0)


class CardView(QScrollArea):
    """A scorecard, finished or not.

    Signals:
        continue_asked: go on with this one: its number.
        report_asked: open the report of the one in view.
        edit_asked: edit a question of its set: the set's name, the question's id.
    """

    continue_asked = Signal(int)
    report_asked = Signal()
    edit_asked = Signal(str, str)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shown: Shown | None = None
        self._running = False
        self.about = Text("", "secondary")
        self.verdict = Text("", "title", wrap=True, select=True)
        self.open_report = Button(self.tr("Open the report"), "plain", self.report_asked.emit)
        self.open_report.setToolTip(self.tr("One HTML file, to read, to print and to mail; it opens in the browser"))
        self.go_on = Button(self.tr("Go on"), "plain", self._continue)
        self.picture = Picture(shell.theme)
        self.scores = Scores(shell.theme)
        self.answers = Answers(shell, self)
        self.answers.edit_asked.connect(self._edit)
        self.answers.opened.connect(self._reveal)
        self._lay_out(shell)

    def show_card(self, shown: Shown, *, running: bool) -> None:
        """Show a scorecard; ``running`` is whether it is being answered now."""
        self.shown, self._running = shown, running
        card = shown.card
        answered = len({one.question for one in card.scored})
        parts = [source_name(card.row.source), card.row.model, shown.run, words.when(card.row.created_at)]
        if card.row.state != "done":
            parts.append(self.tr("{0} of {1} questions answered").format(answered, len(card.questions)))
        else:
            parts.append(words.count(len(card.questions), self.tr("question"), self.tr("questions")))
        self.about.setText(" · ".join(part for part in parts if part))
        self.verdict.setText(
            unbroken(card.verdict.sentence) if card.scored else self.tr("No question has been answered yet.")
        )
        self.go_on.setVisible(card.row.state != "done" and not running)
        self.open_report.setEnabled(bool(card.scored))
        self.picture.show_marks(shown.marks, told(card))
        self._pictured.setVisible(bool(shown.marks))
        self.scores.show_card(card)
        self.answers.setVisible(bool(shown.rows))
        self.answers.show_card(shown)

    def _lay_out(self, shell: Shell) -> None:
        self._pictured = Card(self.picture, margin=Space.M)
        facts = Text(
            self.tr(
                "Share of answers that pass all their checks, with the 95 % interval. "
                "Every arm had the same questions, passages and seed."
            ),
            "label",
            wrap=True,
        )
        right = Card(self.verdict, Space.S, self.scores, facts, None, gap=Space.M, margin=Space.L)
        result = Row(gap=Space.M)
        result.addWidget(self._pictured, 5)
        result.addWidget(right, 7)
        head = Row(self.about, None, self.go_on, self.open_report, gap=Space.S)
        self._content = Content()
        margin = (0, 0, Space.L, Space.XL)
        self._content.setLayout(Column(head, result, Space.S, self.answers, None, gap=Space.M, margin=margin))
        self.setWidgetResizable(True)
        self.setWidget(self._content)

    def _reveal(self) -> None:
        """Bring the answers to the chosen question into view: the table at the top, the answers under it."""
        QTimer.singleShot(0, self, self._scroll)

    def _scroll(self) -> None:
        content, bar = self._content, self.verticalScrollBar()
        detail = self.answers.detail
        bottom = detail.mapTo(content, QPoint(0, detail.height())).y()
        if bottom > bar.value() + self.viewport().height():
            bar.setValue(self.answers.table.mapTo(content, QPoint(0, -Space.M)).y())

    def _continue(self) -> None:
        if self.shown:
            self.continue_asked.emit(self.shown.card.row.id)

    def _edit(self, question: str) -> None:
        if self.shown:
            self.edit_asked.emit(self.shown.card.row.source, question)
