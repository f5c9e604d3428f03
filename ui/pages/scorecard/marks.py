"""The marks of the arms, drawn, so that they look the same in every font: ○ ◆ ▣ ◈, and ◇ for prompted."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from engine.types import Arm

_LINE = 2.5


def draw(painter: QPainter, arm: Arm, centre: QPointF, r: float, colour: QColor, ground: QColor) -> None:
    """Draw an arm's mark of radius ``r``; ``ground`` fills what is open."""
    painter.save()
    painter.translate(centre)
    painter.setPen(QPen(colour, _LINE))
    painter.setBrush(ground)
    if arm is Arm.BASE:
        painter.drawEllipse(QPointF(0, 0), r, r)
    elif arm is Arm.TUNED:
        painter.setBrush(colour)
        painter.drawPolygon(_diamond(1.15 * r))
    elif arm is Arm.GROUNDED:
        painter.drawRect(QRectF(-r, -r, 2 * r, 2 * r))
        painter.fillRect(QRectF(-0.45 * r, -0.45 * r, 0.9 * r, 0.9 * r), colour)
    elif arm is Arm.BOTH:
        painter.drawPolygon(_diamond(1.3 * r))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(_diamond(0.6 * r))
    else:
        painter.drawPolygon(_diamond(1.15 * r))
    painter.restore()


def _diamond(r: float) -> QPolygonF:
    return QPolygonF([QPointF(0, -r), QPointF(r, 0), QPointF(0, r), QPointF(-r, 0)])
