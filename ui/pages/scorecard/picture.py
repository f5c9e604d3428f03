"""The picture of a scorecard: form to the right, facts up, each arm with the cross of its intervals."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.compare.picture import LEFT, SIZE, TOP, Mark
from ui.pages.scorecard.marks import draw
from ui.theme.theme import Theme
from ui.theme.tokens import Type
from ui.widgets import arm_colour, arm_name

WIDTH, HEIGHT, PAD = 548.0, 540.0, 20.0  # the drawing's own units, as in the report
_NEAR = 20.0
_HIGHEST, _SMALL = 460, 0.66


class Picture(QWidget):
    """Four marks in a square; hovering over one tells its numbers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._marks: Sequence[Mark] = ()
        self._told: dict[str, str] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(
            self.tr("Form on the horizontal axis, facts on the vertical axis, one mark for each arm")
        )
        theme.changed.connect(self._rescale)
        self._rescale()

    def show_marks(self, marks: Sequence[Mark], told: dict[str, str]) -> None:
        """Draw these; ``told`` has the numbers of each arm in words."""
        self._marks, self._told = marks, told
        self.setAccessibleDescription("\n".join(told.values()))
        self.update()

    def sizeHint(self) -> QSize:
        """A square of the size of a hand."""
        return QSize(self._theme.px(380), self._theme.px(374))

    def minimumSizeHint(self) -> QSize:
        """Small enough for the smallest window."""
        return QSize(260, 256)

    def heightForWidth(self, width: int) -> int:
        """Nearly square."""
        return min(round(width * HEIGHT / WIDTH), self.maximumHeight())

    def event(self, event: QEvent) -> bool:
        """The tip of the mark under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._unscaled(QPointF(event.pos()))
            near = [mark for mark in self._marks if _distance(mark, place) < _NEAR]
            QToolTip.showText(event.globalPos(), "\n".join(self._told.get(mark.arm, "") for mark in near), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame and words, then crosses, then marks with their names."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = self._scale()
        painter.translate((self.width() - WIDTH * scale) / 2, (self.height() - HEIGHT * scale) / 2)
        painter.scale(scale, scale)
        self._frame(painter)
        for mark in self._marks:
            self._cross(painter, mark)
        for mark in self._marks:
            colour = QColor(arm_colour(self._theme.tokens, mark.arm))
            draw(painter, mark.arm, QPointF(mark.x, mark.y), 9, colour, QColor(self._theme.tokens.surface))
            self._name(painter, mark, colour)

    def _rescale(self) -> None:
        self.setMaximumHeight(self._theme.px(_HIGHEST))
        self.updateGeometry()
        self.update()

    def _scale(self) -> float:
        return min(self.width() / WIDTH, self.height() / HEIGHT)

    def _unscaled(self, place: QPointF) -> QPointF:
        scale = self._scale()
        corner = QPointF((self.width() - WIDTH * scale) / 2, (self.height() - HEIGHT * scale) / 2)
        return (place - corner) / scale

    def _frame(self, painter: QPainter) -> None:
        tokens = self._theme.tokens
        goal = QColor(tokens.both)
        goal.setAlphaF(0.07)
        painter.fillRect(QRectF(LEFT + SIZE / 2, TOP - PAD, SIZE / 2 + PAD, SIZE / 2 + PAD), goal)
        line = QColor(tokens.hairline)
        painter.setPen(QPen(line, 1.4))
        painter.drawRect(QRectF(LEFT - PAD, TOP - PAD, SIZE + 2 * PAD, SIZE + 2 * PAD))
        painter.setPen(QPen(line, 1.4, Qt.PenStyle.DashLine))
        middle = QPointF(LEFT + SIZE / 2, TOP + SIZE / 2)
        painter.drawLine(QPointF(middle.x(), TOP - PAD), QPointF(middle.x(), TOP + SIZE + PAD))
        painter.drawLine(QPointF(LEFT - PAD, middle.y()), QPointF(LEFT + SIZE + PAD, middle.y()))
        self._words(painter)

    def _words(self, painter: QPainter) -> None:
        tokens, below = self._theme.tokens, TOP + SIZE + PAD
        painter.setPen(QColor(tokens.ink3))
        self._font(painter, Type.LABEL)
        for share in (0, 50, 100):
            along = SIZE * share / 100
            _centred(painter, LEFT + along, below + 14, f"{share}")
            _centred(painter, LEFT - PAD - 18, TOP + SIZE - along, f"{share}")
        self._axis(painter, below + 40, self.tr("Form, % of answers"), self.tr("says it right →"))
        painter.save()
        painter.translate(16, TOP + SIZE)
        painter.rotate(-90)
        painter.translate(-LEFT, 0)
        self._axis(painter, 0, self.tr("Facts, % of answers"), self.tr("says the right thing →"))
        painter.restore()

    def _axis(self, painter: QPainter, y: float, unit: str, half: str) -> None:
        painter.setPen(QColor(self._theme.tokens.ink3))
        self._font(painter, Type.LABEL)
        _centred(painter, LEFT + SIZE * 0.25, y, unit)
        painter.setPen(QColor(self._theme.tokens.ink2))
        self._font(painter, Type.BODY if self._scale() > _SMALL * self._theme.scale else Type.LABEL, bold=True)
        _centred(painter, LEFT + SIZE * 0.75, y, half)

    def _cross(self, painter: QPainter, mark: Mark) -> None:
        colour = QColor(arm_colour(self._theme.tokens, mark.arm))
        colour.setAlphaF(0.55)
        painter.setPen(QPen(colour, 2))
        painter.drawLine(QPointF(mark.left, mark.y), QPointF(mark.right, mark.y))
        painter.drawLine(QPointF(mark.x, mark.top), QPointF(mark.x, mark.bottom))

    def _name(self, painter: QPainter, mark: Mark, colour: QColor) -> None:
        self._font(painter, Type.BODY, bold=True)
        name = arm_name(mark.arm)
        width = painter.fontMetrics().horizontalAdvance(name)
        x = mark.label_x - (width if mark.anchor == "end" else 0)
        painter.setPen(colour)
        painter.drawText(QPointF(x, mark.label_y), name)

    def _font(self, painter: QPainter, size: int, *, bold: bool = False) -> None:
        """A font of ``size`` on the screen, whatever the scale of the drawing."""
        font = QFont(self.font())
        font.setPixelSize(max(1, round(self._theme.px(size) / self._scale())))
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        painter.setFont(font)


def _centred(painter: QPainter, x: float, y: float, text: str) -> None:
    painter.drawText(QRectF(x - 200, y - 20, 400, 40), Qt.AlignmentFlag.AlignCenter, text)


def _distance(mark: Mark, place: QPointF) -> float:
    return max(abs(mark.x - place.x()), abs(mark.y - place.y()))
