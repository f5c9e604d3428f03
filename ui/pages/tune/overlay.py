"""Several runs in one picture: their curves, how they ended, and what they were made differently with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.tune.overview import differences
from ui import words
from ui.pages.tune import said
from ui.pages.tune.chart import MOST, LossChart, style
from ui.pages.tune.chart import Line as ChartLine
from ui.pages.tune.data import Shown
from ui.pages.tune.fields import title_of
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Card, Column, Text
from ui.widgets.scroll import Scroll

_CHART = 360
_MARKS = {"o": "●", "s": "■", "t": "▼", "d": "◆", "+": "✚"}


class Overlay(QWidget):
    """The comparison of several runs."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._shown: list[Shown] = []
        self.title = Text("", "title")
        self.hint = Text("", "secondary", wrap=True)
        self.chart = LossChart(shell.theme, self.tr("Losses of several runs"))
        self.chart.setFixedHeight(shell.theme.px(_CHART))
        self._table = QGridLayout()
        self._table.setHorizontalSpacing(Space.L)
        self._table.setVerticalSpacing(Space.S)
        holder = QWidget()
        holder.setLayout(self._table)
        inside = QWidget()
        inside.setLayout(
            Column(
                self.title,
                self.hint,
                Card(self.chart),
                Card(holder),
                None,
                gap=Space.L,
                margin=(0, 0, Space.M, Space.L),
            )
        )
        self.setLayout(Column(Scroll(inside), gap=0))
        shell.theme.changed.connect(lambda: self.show_runs(self._shown))

    def show_runs(self, shown: Sequence[Shown]) -> None:
        """Compare these runs; more than can be told apart are left out, and that is said."""
        self._shown = list(shown)
        kept = self._shown[:MOST]
        self.title.setText(self.tr("{0} runs").format(len(kept)))
        text = self.tr("Strong: loss on examples that were kept aside. Pale: training loss.")
        if len(shown) > MOST:
            text += " " + self.tr("Only the first {0} are shown.").format(MOST)
        self.hint.setText(text)
        self.chart.show_lines([ChartLine(one.one.title, one.curve) for one in kept])
        self._fill(kept)

    def _fill(self, kept: Sequence[Shown]) -> None:
        while item := self._table.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        heads = (self.tr("Run"), self.tr("Held-out loss"), self.tr("Steps"), self.tr("Took"))
        unlike = differences([one.one for one in kept])
        for column, head in enumerate((*heads, *(title_of(name) for name, _ in unlike))):
            self._table.addWidget(Text(head, "label"), 0, column)
        for row, shown in enumerate(kept, 1):
            self._table.addWidget(self._key(row - 1, shown), row, 0)
            totals = shown.one.totals
            cells = [said.loss(shown.one.held_out)]
            cells.append(words.number(totals.step) if totals else "–")
            cells.append(words.duration(totals.seconds) if totals else "–")
            for column, cell in enumerate([*cells, *(values[row - 1] for _, values in unlike)], 1):
                self._table.addWidget(Text(cell, "body", select=True), row, column)
        self._table.setColumnStretch(self._table.columnCount(), 1)

    def _key(self, place: int, shown: Shown) -> QLabel:
        """A run's name with the mark and colour that its curve has."""
        arm, _, mark = style(place)
        key = Text(f"{_MARKS[mark]} {shown.one.title}", "body")
        key.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        key.setProperty("arm", arm)
        return key
