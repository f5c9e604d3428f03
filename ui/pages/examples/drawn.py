"""The pictures of the meters: small, exact, in the theme's colours, with their words for screen readers."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.tune import amount
from engine.tune.lengths import Lengths
from ui import words
from ui.theme.theme import Theme
from ui.theme.tokens import Space

_BAR = 8
_BINS = 48


class Picture(QWidget):
    """A widget that paints itself, and again when the theme changes."""

    def __init__(self, theme: Theme, height: int) -> None:
        super().__init__()
        self.theme, self._height = theme, height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._rescale)

    def sizeHint(self) -> QSize:
        """As high as its kind, scaled."""
        return QSize(self.theme.px(120), self.theme.px(self._height))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Hand over to ``draw`` with a smooth painter."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        painter.end()

    def draw(self, painter: QPainter) -> None:
        """Paint."""

    def colour(self, token: str) -> QColor:
        """A colour of the theme in force."""
        return QColor(str(getattr(self.theme.tokens, token)))

    def bar(self, painter: QPainter, left: float, right: float, token: str) -> None:
        """A rounded piece of the bar between two shares of the width."""
        high, top = self.theme.px(_BAR), (self.height() - self.theme.px(_BAR)) / 2
        painter.setPen(self.colour(token))
        painter.setBrush(self.colour(token))
        painter.drawRoundedRect(
            QRectF(left * self.width(), top, max(1.0, (right - left) * self.width()), high), high / 2, high / 2
        )

    def _rescale(self) -> None:
        self.updateGeometry()
        self.update()


class Amount(Picture):
    """Where a number of examples lies between ten and a hundred thousand, with the range that works marked."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, 20)
        self._rows = 0

    def show_rows(self, rows: int) -> None:
        """Show a number of examples."""
        self._rows = rows
        self.setAccessibleName(self.tr("{0} on a scale where 200 to 5,000 work best").format(words.number(rows)))
        tip = self.tr("The marked range, {0} to {1} examples, is where tuning for form works best")
        self.setToolTip(tip.format(words.number(amount.ENOUGH), words.number(amount.PLENTY)))
        self.update()

    def draw(self, painter: QPainter) -> None:
        """The scale, the good range on it, and a pin."""
        edge = 0.005
        self.bar(painter, edge, 1 - edge, "hairline")
        self.bar(painter, amount.place(amount.ENOUGH), amount.place(amount.PLENTY), "good")
        x = edge + amount.place(self._rows) * (1 - 2 * edge)
        wide = self.theme.px(4)
        left = min(self.width() - wide - 1.0, max(1.0, x * self.width() - wide / 2))
        painter.setPen(self.colour("surface"))
        painter.setBrush(self.colour("ink"))
        painter.drawRoundedRect(QRectF(left, 1, wide, self.height() - 2), wide / 2, wide / 2)


class Shares(Picture):
    """Two shares of a whole."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, 20)
        self._share = 1.0

    def show_shares(self, one: int, other: int) -> None:
        """Show how a whole divides."""
        self._share = one / max(1, one + other)
        self.setAccessibleName(self.tr("{0} learnt from, {1} held out").format(words.number(one), words.number(other)))
        self.update()

    def draw(self, painter: QPainter) -> None:
        """A filled bar, and the rest in outline colour."""
        gap = 0.008 if 0 < self._share < 1 else 0
        if self._share < 1:
            self.bar(painter, self._share + gap, 0.995, "control")
        if self._share > 0:
            self.bar(painter, 0.005, self._share - gap, "tuned")


class Histogram(Picture):
    """How long examples are, with a line where the context ends."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, 34)
        self._lengths: Lengths | None = None
        self._counts: tuple[int, ...] = ()
        self._width = 1

    def show_lengths(self, lengths: Lengths | None) -> None:
        """Show lengths; None: not known."""
        self._lengths = lengths if lengths and lengths.tokens else None
        if self._lengths:
            self._width, self._counts = self._lengths.histogram(_BINS)
            tip = self.tr("Each bar is {0} tokens wide. The line: {1} tokens, the longest example that fits.")
            self.setToolTip(tip.format(words.number(self._width), words.number(self._lengths.limit)))
            self.setAccessibleName(self.tr("Lengths from 1 to {0} tokens").format(words.number(self._lengths.longest)))
        self.update()

    def draw(self, painter: QPainter) -> None:
        """Bars from the left, the limit as an upright line; what is beyond it in another colour and hatched off."""
        base = self.height() - 1.0
        painter.fillRect(QRectF(0, base, self.width(), 1), self.colour("hairline"))
        if self._lengths is None:
            return
        step, most = self.width() / len(self._counts), max(self._counts)
        for place, count in enumerate(self._counts):
            if count:
                over = place * self._width > self._lengths.limit
                high = max(2.0, (base - Space.XS) * count / most)
                bar = QRectF(place * step, base - high, max(1.0, step - 1), high)
                painter.fillRect(bar, self.colour("warn" if over else "base"))
        limit = step * self._lengths.limit / self._width
        if limit > self.width():  # far off: the axis is broken before it
            painter.fillRect(QRectF(self.width() - Space.L, base - 1, Space.S, 3), self.colour("surface"))
        painter.fillRect(QRectF(min(limit, self.width() - 1.0), 0, 1, base), self.colour("ink"))
