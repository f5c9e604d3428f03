"""The 4 × 2 table: form and facts of each arm, with their intervals as numbers and as bars."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from engine.compare.scorecard import SideScores
from engine.compare.scoring import Scorecard
from engine.types import Arm, Interval
from ui import words
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Column, Line, Text, arm_colour, arm_label, arm_name, repolish

_INSET = 4


class Scores(QWidget):
    """An arm a line; the differences to Base are in the tips."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.S)
        for bar in (2, 4):
            self._grid.setColumnStretch(bar, 1)
        self.setLayout(self._grid)

    def show_card(self, card: Scorecard) -> None:
        """Show the scores of a scorecard."""
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for column, head in ((0, self.tr("Arm")), (1, self.tr("Form")), (3, self.tr("Facts"))):
            self._grid.addWidget(Text(head, "label"), 0, column)
        for place, arm in enumerate(card.arms):
            row = 2 * place + 2
            self._grid.addWidget(Line(), row - 1, 0, 1, 5)
            self._grid.addWidget(_named(arm), row, 0)
            for column, side in ((1, card.form), (3, card.facts)):
                self._fill(row, column, side, arm)

    def _fill(self, row: int, column: int, side: SideScores, arm: Arm) -> None:
        """Mean, bar and interval of one score."""
        score = side.arms.get(arm)
        if score is None:
            self._grid.addWidget(Text("–", "secondary"), row, column)
            return
        mean, between, cell = Text(words.percent(score.mean), "number"), Text(_range(score), "label"), QWidget()
        between.setIndent(_INSET)
        cell.setLayout(Column(None, Bar(self._theme, arm, score), between, None, gap=2))
        self._grid.addWidget(mean, row, column)
        self._grid.addWidget(cell, row, column + 1)
        if (gain := side.gains.get((arm, Arm.BASE))) is not None:
            told = self.tr("Against {0}: {1} points ({2} to {3})")
            points = [f"{100 * one:+.0f}" for one in (gain.mean, gain.low, gain.high)]
            for part in (mean, cell):
                part.setToolTip(told.format(arm_name(Arm.BASE), *points))


class Bar(QWidget):
    """An interval on the line from 0 to 100 %, with a dot at the mean."""

    def __init__(self, theme: Theme, arm: Arm, score: Interval) -> None:
        super().__init__()
        self._theme, self._arm, self._score = theme, arm, score
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{words.percent(score.mean)}, {_range(score)}")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """A line."""
        return QSize(48, Space.S)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The whole line, the interval on it, the mean."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.tokens.hairline), 2))
        painter.drawLine(self._at(0), self._at(1))
        colour = QColor(arm_colour(self._theme.tokens, self._arm))
        painter.setPen(QPen(colour, 2))
        painter.drawLine(self._at(self._score.low), self._at(self._score.high))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(self._at(self._score.mean), 3.5, 3.5)

    def _at(self, share: float) -> QPointF:
        return QPointF(_INSET + share * (self.width() - 2 * _INSET), self.height() / 2)


def told(card: Scorecard) -> dict[str, str]:
    """Each arm's numbers in one line, for tips and screen readers."""
    found = {}
    for arm in card.arms:
        sides = (("form", card.form), ("facts", card.facts))
        parts = [
            f"{name} {words.percent(score.mean)} ({_range(score)})"
            for name, side in sides
            if (score := side.arms.get(arm)) is not None
        ]
        found[str(arm)] = f"{arm_label(arm)}: {', '.join(parts)}"
    return found


def _named(arm: Arm) -> Text:
    name = Text(arm_label(arm))
    name.setProperty("arm", str(arm))
    repolish(name)
    return name


def _range(score: Interval) -> str:
    return f"{100 * score.low:.0f}–{100 * score.high:.0f}"
