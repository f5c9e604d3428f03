"""The 4 × 2 table: form and facts of each arm, with their intervals as numbers and as bars."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from engine.compare.checks import Side
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
        self._cells: dict[tuple[Arm, Side], Cell] = {}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.S)
        for bar in (2, 4):
            self._grid.setColumnStretch(bar, 1)
        self.setLayout(self._grid)

    def show_card(self, card: Scorecard) -> None:
        """Show the scores of a scorecard."""
        if tuple(dict.fromkeys(arm for arm, _ in self._cells)) != card.arms:
            self._lay_out(card.arms)
        for (arm, name), cell in self._cells.items():
            side = card.form if name == "form" else card.facts
            cell.show_score(side.arms.get(arm), side.gains.get((arm, Arm.BASE)))

    def _lay_out(self, arms: Sequence[Arm]) -> None:
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        self._cells = {}
        for column, head in ((0, self.tr("Arm")), (1, self.tr("Form")), (3, self.tr("Facts"))):
            self._grid.addWidget(Text(head, "label"), 0, column)
        columns: tuple[tuple[int, Side], ...] = ((1, "form"), (3, "facts"))
        for place, arm in enumerate(arms):
            row = 2 * place + 2
            self._grid.addWidget(Line(), row - 1, 0, 1, 5)
            self._grid.addWidget(_named(arm), row, 0)
            for column, side in columns:
                self._cells[arm, side] = cell = Cell(self._theme, arm)
                self._grid.addWidget(cell.mean, row, column)
                self._grid.addWidget(cell, row, column + 1)


class Cell(QWidget):
    """One score: the mean, which stands in a column of its own, and here the interval as a bar and in numbers."""

    def __init__(self, theme: Theme, arm: Arm) -> None:
        super().__init__()
        self.mean, self._bar, self._between = Text("–", "number"), Bar(theme, arm), Text("", "label")
        self._between.setIndent(_INSET)
        self.setLayout(Column(None, self._bar, self._between, None, gap=2))

    def show_score(self, score: Interval | None, gain: Interval | None) -> None:
        """Show a score, and in the tip how much better it is than Base's."""
        self.mean.setText(words.percent(score.mean) if score else "–")
        self._between.setText(_range(score) if score else "")
        self._bar.show_score(score)
        tip = ""
        if gain is not None:
            points = [f"{100 * one:+.0f}" for one in (gain.mean, gain.low, gain.high)]
            tip = self.tr("Against {0}: {1} points ({2} to {3})").format(arm_name(Arm.BASE), *points)
        for part in (self.mean, self):
            part.setToolTip(tip)


class Bar(QWidget):
    """An interval on the line from 0 to 100 %, with a dot at the mean."""

    def __init__(self, theme: Theme, arm: Arm) -> None:
        super().__init__()
        self._theme, self._arm = theme, arm
        self._score: Interval | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_score(self, score: Interval | None) -> None:
        """Draw this one; None: nothing was checked."""
        self._score = score
        self.setAccessibleName(f"{words.percent(score.mean)}, {_range(score)}" if score else "")
        self.update()

    def sizeHint(self) -> QSize:
        """A line."""
        return QSize(48, Space.S)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The whole line, the interval on it, the mean."""
        if self._score is None:
            return
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
