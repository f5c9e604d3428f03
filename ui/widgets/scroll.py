"""A column that scrolls up and down: as wide as its place, as high as its words need at that width."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget


def settle() -> None:
    """Lay out now what has another size. Otherwise Qt takes a pass of the event loop for each widget around it, and
    paints in between what overlaps."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


class Scroll(QScrollArea):
    """Scrolls a widget with a layout.

    Qt's own ``widgetResizable`` takes the height that wrapped text would have at its smallest width, and shows a bar
    where none is needed.

    Args:
        inside: what scrolls.
        widest: its width at most, in pixels; 0: that of the place.
    """

    def __init__(self, inside: QWidget, *, widest: int = 0) -> None:
        super().__init__()
        self.widest = widest
        inside.setObjectName("content")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)
        inside.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit anew when something inside has another size."""
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit anew."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Give the widget its size."""
        inside, place = self.widget(), self.viewport().size()
        if inside is None or (layout := inside.layout()) is None:
            return
        width = min(place.width(), self.widest) if self.widest else place.width()
        needed = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        inside.resize(width, max(needed, place.height()))
