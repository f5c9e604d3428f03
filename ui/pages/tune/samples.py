"""The sample answers of a run: a column for each question, a row for each measurement, the newest on top."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from engine.events import Sample
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Line, Text

_COLUMNS = 3
_CHARS = 420  # of an answer that are shown; all of it in its tip


class SampleAnswers(QWidget):
    """Watches the form arrive."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._shown: tuple[Sample, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.M)
        for column in range(1, _COLUMNS + 1):
            self._grid.setColumnStretch(column, 1)

    def show_samples(self, samples: Sequence[Sample]) -> None:
        """Show the answers so far."""
        if tuple(samples) == self._shown:
            return
        self._shown = tuple(samples)
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        questions = list(dict.fromkeys(one.question for one in samples))[:_COLUMNS]
        steps = sorted({one.step for one in samples}, reverse=True)
        self._add(Text(self.tr("Asked"), "label"), 0, 0)
        for column, question in enumerate(questions, 1):
            self._add(self._text(question, "secondary"), 0, column)
        for place, step in enumerate(steps):
            row = 2 * place + 1
            self._grid.addWidget(Line(), row, 0, 1, _COLUMNS + 1)
            self._add(Text(self._when(step), "label"), row + 1, 0)
            answers = {one.question: one.answer for one in samples if one.step == step}
            for column, question in enumerate(questions, 1):
                self._add(self._text(answers.get(question, ""), "body"), row + 1, column)

    def _when(self, step: int) -> str:
        return self.tr("step {0}").format(step) if step else self.tr("before")

    def _text(self, text: str, role: str) -> Text:
        short = text if len(text) <= _CHARS else text[:_CHARS].rstrip() + "…"
        made = Text(short, role, wrap=True, select=True)
        if short != text:
            made.setToolTip(text)
        return made

    def _add(self, widget: QWidget, row: int, column: int) -> None:
        if isinstance(widget, Text):
            widget.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._grid.addWidget(widget, row, column)
