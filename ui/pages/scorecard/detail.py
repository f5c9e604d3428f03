"""One question with every arm's answer side by side, and why checks failed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from engine.compare.questions import Question
from engine.compare.rows import Row as Answered
from engine.compare.scorecard import Scored
from engine.types import Arm, Passage
from ui import words
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Card, Column, Fold, Row, Text, arm_label, repolish

_COLUMNS = 4


class Detail(Card):
    """The answers to one question.

    Signals:
        edit_asked: edit this question's checks: the question's id.
    """

    edit_asked = Signal(str)

    def __init__(self, shell: Shell) -> None:
        super().__init__(gap=Space.M)
        self._shell = shell
        self._current: tuple[Answered, Sequence[Arm], bool] | None = None
        self._inside = QWidget()
        self.column.addWidget(self._inside)

    def show_row(self, row: Answered, arms: Sequence[Arm], *, editable: bool) -> None:
        """Show a question; ``editable`` is whether its checks can be edited."""
        if self._current == (row, arms, editable):
            return  # a card that is being answered is shown again and again: what is being read stays
        self._current = (row, arms, editable)
        inside = QWidget()
        column = Column(self._head(row.question, editable), gap=Space.M)
        column.addLayout(self._answers(row, arms))
        if row.passages:
            column.addWidget(self._passages(row.passages))
        inside.setLayout(column)
        self.column.replaceWidget(self._inside, inside)
        self._inside.deleteLater()
        self._inside = inside

    def _head(self, question: Question, editable: bool) -> Row:
        words = Text(question.text, "section", wrap=True, select=True)
        ask = Button(self.tr("Ask in Chat"), "quiet", partial(self._shell.go, "chat", question=question.text))
        row = Row(gap=Space.S)
        row.addWidget(words, 1)
        row.addWidget(ask, 0, Qt.AlignmentFlag.AlignTop)
        if editable:
            edit = Button(self.tr("Edit checks"), "quiet", partial(self.edit_asked.emit, question.id))
            row.addWidget(edit, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _answers(self, row: Answered, arms: Sequence[Arm]) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.XL)
        grid.setVerticalSpacing(Space.L)
        said = [row.said[arm] for arm in arms if arm in row.said]
        for place, one in enumerate(said):
            grid.addWidget(_Answer(row.question, one), place // _COLUMNS, place % _COLUMNS, Qt.AlignmentFlag.AlignTop)
        for column in range(min(len(said), _COLUMNS)):
            grid.setColumnStretch(column, 1)
        return grid

    def _passages(self, passages: Sequence[Passage]) -> Fold:
        given = words.count(len(passages), self.tr("passage"), self.tr("passages"))
        fold = Fold(self.tr("{0} that Grounded and Both were given").format(given))
        for number, passage in enumerate(passages, 1):
            page = self.tr(", page {0}").format(passage.page) if passage.page else ""
            heading = f" › {passage.heading}" if passage.heading else ""
            name = Button(f"[{number}] {passage.document}{page}{heading}", "link", partial(self._open, passage))
            name.setToolTip(self.tr("Open the document at this passage"))
            fold.body.addWidget(name)
            fold.body.addWidget(Text(passage.text, "secondary", wrap=True, select=True))
        return fold

    def _open(self, passage: Passage) -> None:
        self._shell.go("documents", path=passage.path, passage=passage)


class _Answer(QWidget):
    """What an arm said, whether it passed, and the reasons if not."""

    def __init__(self, question: Question, one: Scored) -> None:
        super().__init__()
        name = Text(arm_label(one.arm))
        name.setProperty("arm", str(one.arm))
        repolish(name)
        column = Column(name, Text(one.answer.answer.strip() or "–", "answer", wrap=True, select=True), gap=Space.S)
        sides = (
            (self.tr("form"), one.form, one.form_faults, len(question.form)),
            (self.tr("facts"), one.facts, one.facts_faults, len(question.facts)),
        )
        for side, score, faults, checks in sides:
            if score is not None:
                column.addLayout(self._judged(side, faults, checks))
        column.addStretch(1)
        self.setLayout(column)
        self.setAccessibleName(f"{arm_label(one.arm)}: {one.answer.answer}")

    def _judged(self, side: str, faults: Sequence[str], checks: int) -> Column:
        if not faults:
            said = self.tr("✓ {0}: passes all {1} checks") if checks > 1 else self.tr("✓ {0}: passes its check")
        else:
            said = self.tr("✗ {0}: fails {2} of {1} checks") if checks > 1 else self.tr("✗ {0}: fails its check")
        head = Text(said.format(side, checks, len(faults)), wrap=True)
        head.tone("bad" if faults else "good")
        return Column(head, *(Text(fault, "secondary", wrap=True, select=True) for fault in faults), gap=2)
