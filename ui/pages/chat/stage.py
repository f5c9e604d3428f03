"""Where panes stand: one alone, two or four beside each other; one gives way to another without a jump."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.pages.chat.pane import Pane
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets.scroll import settle


class Stage(QWidget):
    """Holds a turn's panes."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._shown: list[Pane] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.M)

    @property
    def panes(self) -> list[Pane]:
        """The panes in view."""
        return list(self._shown)

    def show_panes(self, panes: Sequence[Pane], *, columns: int, flip: bool = False) -> None:
        """Bring panes into view. ``flip``: one takes the place of another, so the page must not move under it."""
        if list(panes) == self._shown and self._columns() == columns:
            return
        picture = self._picture() if flip else None
        self.setMinimumHeight(max(self.minimumHeight(), self.height()) if flip and self.isVisible() else 0)
        for pane in self._shown:
            self._grid.removeWidget(pane)
            pane.setVisible(pane in panes)
        for place, pane in enumerate(panes):
            self._grid.addWidget(pane, place // columns, place % columns)
            pane.show()
        for column in range(2):
            self._grid.setColumnStretch(column, int(column < columns))
        self._shown = list(panes)
        settle()
        self._grid.invalidate()  # Qt gives a pane that has just come no height where it asked before it was shown
        self._grid.activate()
        if picture:
            _Fade(self, picture, self._shell.theme.motion_ms)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """At another width everything has another height."""
        if event.oldSize().width() != event.size().width():
            self.setMinimumHeight(0)
        super().resizeEvent(event)

    def _columns(self) -> int:
        return 2 if self._grid.columnStretch(1) else 1

    def _picture(self) -> QPixmap | None:
        """How it looks now, if that is to fade away."""
        moves = self._shell.theme.motion_ms > 0 and self.isVisible() and bool(self._shown)
        return self.grab() if moves else None


class _Fade(QWidget):
    """A picture over its parent that fades away, and then is gone."""

    def __init__(self, parent: QWidget, picture: QPixmap, duration_ms: int) -> None:
        super().__init__(parent)
        self._picture, self._opacity = picture, 1.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(parent.rect())
        self._motion = QVariantAnimation(self, duration=duration_ms, startValue=1.0, endValue=0.0)
        self._motion.valueChanged.connect(self._step)
        self._motion.finished.connect(self.deleteLater)
        self.show()
        self.raise_()
        self._motion.start()

    def _step(self, opacity: float) -> None:
        self._opacity = opacity
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, as faint as it is by now."""
        painter = QPainter(self)
        painter.setOpacity(self._opacity)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()
