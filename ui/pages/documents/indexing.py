"""The line that says how far indexing is, with pause, resume and cancel."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.events import Event, Progress, Started
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import IconButton, ProgressLine, Row


class IndexingLine(QWidget):
    """Shown while documents are indexed.

    Signals:
        pausing: a person wants it to pause (True) or to go on (False).
        cancelled: a person wants it to stop.
    """

    pausing = Signal(bool)
    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.line = ProgressLine()
        self.paused = False
        self._last: Progress | None = None
        self._pause = IconButton(theme, "pause", self.tr("Pause"), self.flip)
        self._stop = IconButton(theme, "close", self.tr("Cancel; what is finished stays"), self.cancelled.emit)
        row = Row(gap=Space.S)
        row.addWidget(self.line, 1)
        row.addWidget(self._pause)
        row.addWidget(self._stop)
        self.setLayout(row)
        self.hide()

    def begin(self) -> None:
        """Work has begun."""
        self._last = None
        self._set_paused(False)
        self.line.show_progress(None, prefix=self.tr("Looking for documents"))
        self.show()

    def hear(self, event: Event) -> None:
        """Something was told of the work."""
        if isinstance(event, Started) and self._last is None:
            self.line.show_progress(None, prefix=event.what)
        elif isinstance(event, Progress):
            self._last = event
            self._draw()

    def flip(self) -> None:
        """Pause, or go on."""
        self._set_paused(not self.paused)
        self._draw()
        self.pausing.emit(self.paused)

    def end(self) -> None:
        """Work has ended, however."""
        self.hide()

    def _draw(self) -> None:
        prefix = self.tr("Paused") if self.paused else self._last.detail if self._last else ""
        last = self._last
        if last and self.paused:
            last = Progress(last.what, last.done, last.total, last.unit)
        self.line.show_progress(last, prefix=prefix)

    def _set_paused(self, paused: bool) -> None:
        self.paused = paused
        self._pause.show_icon("play" if paused else "pause", self.tr("Resume") if paused else self.tr("Pause"))
