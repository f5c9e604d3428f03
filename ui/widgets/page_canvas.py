"""A drawn page of a document with marked places, at any size."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from engine.ground.pages import Box
from ui.theme.tokens import LIGHT, Space

SMALLEST, LARGEST = 0.3, 6.0  # pixels a point


class _Sheet(QWidget):
    """The page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.image = QImage()
        self.marks: Sequence[Box] = ()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The page, and over it the marks as a highlighter would leave them (paper is light in any theme)."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(LIGHT.surface))
        painter.drawImage(self.rect(), self.image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        for mark in self.marks:
            painter.fillRect(self.place(mark), QColor(LIGHT.mark))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setPen(QPen(QColor(LIGHT.warn), 1.5))
        for mark in self.marks:
            where = self.place(mark)
            painter.drawLine(where.bottomLeft(), where.bottomRight())
        painter.setPen(QColor(LIGHT.hairline))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def place(self, box: Box) -> QRectF:
        """A box in pixels, with a little air."""
        left, top, right, bottom = box
        return QRectF(
            QPointF(left * self.width() - 1, top * self.height() - 1),
            QPointF(right * self.width() + 1, bottom * self.height() + 1),
        )


class PageCanvas(QScrollArea):
    """Shows a page, fitted to the width or at a chosen size, scrolled to what is marked.

    Signals:
        sharper: the page is shown larger than it was drawn; pixels a point that would be sharp.
    """

    sharper = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._sheet = _Sheet()
        self._points = QSize(1, 1)
        self._zoom = 0.0  # pixels a point; 0 fits the width
        self._drawn = 0.0
        self.setWidget(self._sheet)
        self.setAccessibleName(self.tr("Page of the document"))
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setViewportMargins(0, Space.S, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def marks(self) -> Sequence[Box]:
        """The marked places, as shares of the page."""
        return self._sheet.marks

    @property
    def scale(self) -> float:
        """Pixels a point."""
        if self._zoom:
            return self._zoom
        return max(SMALLEST, (self.viewport().width() - 2 * Space.S) / max(1, self._points.width()))

    def show_page(self, image: QImage, width: float, height: float, marks: Sequence[Box], *, keep: bool) -> None:
        """Show a page of ``width`` × ``height`` points; ``keep`` leaves the place that is in view."""
        self._points = QSize(round(width), round(height))
        self._drawn = image.width() / max(1.0, width)
        self._sheet.image, self._sheet.marks = image, marks
        self._fit()
        if not keep:
            self._scroll()
        self._sheet.update()

    def zoom(self, factor: float) -> None:
        """Show it larger or smaller; 0 fits it to the width."""
        self._zoom = min(LARGEST, max(SMALLEST, self.scale * factor)) if factor else 0.0
        self._fit()
        self._scroll()

    def resizeEvent(self, event: object) -> None:
        """A page that is fitted stays so."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl the wheel zooms."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1.15 if event.angleDelta().y() > 0 else 1 / 1.15)
        else:
            super().wheelEvent(event)

    def _fit(self) -> None:
        scale = self.scale
        self._sheet.resize(round(self._points.width() * scale), round(self._points.height() * scale))
        needed = scale * self.devicePixelRatioF()
        if self._drawn and needed > 1.25 * self._drawn:
            self.sharper.emit(needed)

    def _scroll(self) -> None:
        """Bring the first mark into the upper third of the view."""
        top = min((self._sheet.place(mark).top() for mark in self.marks), default=0.0)
        self.verticalScrollBar().setValue(round(top - self.viewport().height() / 3))
