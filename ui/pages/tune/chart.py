"""The loss of a run, or of several, as one large picture. pyqtgraph is imported when the first chart is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.tune.journal import Curve
from ui.theme.theme import Theme
from ui.theme.tokens import Space, Tokens, Type

_LINES = (
    ("tuned", Qt.PenStyle.SolidLine, "o"),
    ("both", Qt.PenStyle.DashLine, "s"),
    ("grounded", Qt.PenStyle.DotLine, "t"),
    ("base", Qt.PenStyle.DashDotLine, "d"),
    ("prompted", Qt.PenStyle.DashDotDotLine, "+"),
)
"""How the curves of several runs are told apart: colour, line and mark."""
MOST = len(_LINES)
_POINTS = 800


def load() -> None:
    """Import the library, a third of a second: on a reader thread, once Qt's classes are made (``ui.qt_classes``)."""
    import pyqtgraph  # noqa: F401


@dataclass(frozen=True, slots=True)
class Line:
    """A run in the chart: its name and its curve."""

    name: str
    curve: Curve


def thinned(steps: Sequence[int], losses: Sequence[float], most: int = _POINTS) -> tuple[list[float], list[float]]:
    """A long curve with as many points as can be seen: means of neighbours, so that it is drawn quickly."""
    width = -(-len(steps) // most) or 1
    if width == 1:
        return list(steps), list(losses)
    groups = range(0, len(steps), width)
    return (
        [fmean(steps[start : start + width]) for start in groups],
        [fmean(losses[start : start + width]) for start in groups],
    )


def style(place: int) -> tuple[str, Qt.PenStyle, str]:
    """Colour (an arm's, by name), line and mark of the run at ``place``."""
    return _LINES[place % MOST]


class LossChart(QWidget):
    """Training loss (thin) and held-out loss (with a mark at each measurement) over steps.

    Args:
        theme: gives the colours, also after a change.
    """

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme, self._lines = theme, tuple[Line, ...]()
        self._steps = 0
        self._plot: Any = None
        self._label: Any = None
        self.setAccessibleName(name)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        theme.changed.connect(self._draw)

    def show_lines(self, lines: Sequence[Line], steps: int = 0) -> None:
        """Show these runs; call ``load`` on another thread before the first time.

        Args:
            steps: how many there will be in the end: the curve then grows into its place. 0: as many as there are.
        """
        if (tuple(lines[:MOST]), steps) != (self._lines, self._steps):
            self._lines, self._steps = tuple(lines[:MOST]), steps
            self._draw()

    def _make(self) -> None:
        import pyqtgraph as graph

        self._plot = graph.PlotWidget(antialias=True)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._plot.setAccessibleName(self.accessibleName())
        item = self._plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setContentsMargins(0, Space.S, Space.M, 0)
        item.getViewBox().setMouseEnabled(x=False, y=False)
        item.getViewBox().setDefaultPadding(0.03)
        item.showGrid(x=False, y=True, alpha=0.25)
        item.setLabel("bottom", self.tr("step"))
        item.setLabel("left", self.tr("loss, nats a token"))
        self._plot.scene().sigMouseMoved.connect(self._hover)
        layout = self.layout()
        assert layout
        layout.addWidget(self._plot)

    def _draw(self) -> None:
        if not self._lines:
            return
        if self._plot is None:
            self._make()
        import pyqtgraph as graph

        tokens, item = self._theme.tokens, self._plot.getPlotItem()
        self._plot.setBackground(QColor(tokens.surface))
        self._axes(tokens)
        item.clear()
        for place, line in enumerate(self._lines):
            arm, pen_style, mark = style(place)
            self._add(item, line.curve, tokens.arm(arm), pen_style, mark)
        highest = [max(line.curve.losses, default=0.0) for line in self._lines]
        item.setYRange(0, max(highest) or 1.0)  # from 0, so that a small wobble looks small
        if self._steps:
            item.setXRange(0, self._steps)
        else:
            item.enableAutoRange(x=True)
        self._label = graph.TextItem("", color=tokens.ink, fill=QColor(tokens.raised), border=QColor(tokens.hairline))
        self._label.setZValue(10)
        self._label.hide()
        item.addItem(self._label, ignoreBounds=True)

    def _axes(self, tokens: Tokens) -> None:
        font = self.font()
        font.setPixelSize(self._theme.px(Type.LABEL))
        for side in ("left", "bottom"):
            axis = self._plot.getPlotItem().getAxis(side)
            axis.setPen(QPen(QColor(tokens.hairline)))
            axis.setTextPen(QColor(tokens.ink3))
            axis.setTickFont(font)
            axis.label.setFont(font)
            axis.setStyle(tickLength=0, tickTextOffset=Space.S)

    def _add(self, item: Any, curve: Curve, colour: str, line: Qt.PenStyle, mark: str) -> None:
        """One run: its training loss pale, what was measured on examples it has not seen strong."""
        many = len(self._lines) > 1
        pale = QColor(colour if many else self._theme.tokens.ink3)
        pale.setAlphaF(0.35 if many else 0.8)
        steps, losses = thinned(curve.steps, curve.losses)
        item.plot(steps, losses, pen=_pen(pale, 1.2, Qt.PenStyle.SolidLine), antialias=True)
        if curve.held_out:
            places, values = zip(*curve.held_out, strict=True)
            strong = QColor(colour)
            item.plot(
                list(places), list(values), pen=_pen(strong, 2.4, line), symbol=mark, symbolSize=9,
                symbolBrush=strong, symbolPen=_pen(QColor(self._theme.tokens.surface), 1.0, Qt.PenStyle.SolidLine),
                antialias=True,
            )  # fmt: skip

    def _hover(self, place: QPointF) -> None:
        """Say the losses at the step under the mouse."""
        item = self._plot.getPlotItem()
        if self._label is None or not item.vb.sceneBoundingRect().contains(place):
            if self._label is not None:
                self._label.hide()
            return
        at = item.vb.mapSceneToView(place)
        said = [text for line in self._lines if (text := self._at(line, at.x()))]
        self._label.setText("\n".join(said))
        right = at.x() > sum(item.vb.viewRange()[0]) / 2
        self._label.setAnchor((1.05 if right else -0.05, 0.5))
        self._label.setPos(at)
        self._label.setVisible(bool(said))

    def _at(self, line: Line, place: float) -> str:
        curve = line.curve
        if not curve.steps:
            return ""
        near = min(max(round(place), curve.steps[0]), curve.steps[-1]) - curve.steps[0]
        near = min(near, len(curve.steps) - 1)
        name = f"{line.name} · " if len(self._lines) > 1 else ""
        said = self.tr("{0}step {1} · training {2}").format(name, curve.steps[near], f"{curve.losses[near]:.3f}")
        before = [loss for step, loss in curve.held_out if step <= curve.steps[near]]
        return f"{said} · {self.tr('held out {0}').format(f'{before[-1]:.3f}')}" if before else said


def _pen(colour: QColor, width: float, line: Qt.PenStyle) -> QPen:
    pen = QPen(colour, width, line)
    pen.setCosmetic(True)
    return pen
