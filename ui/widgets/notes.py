"""What a page shows when it has nothing yet, and how far work is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QWidget

from engine.events import Progress
from ui import words
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets.basic import Button, Column, Row, Text


class EmptyState(QWidget):
    """Nothing here yet: what it would be, why one wants it, and the button that makes the first.

    Args:
        actions: buttons as label and what it does; the first is the primary one.
    """

    def __init__(
        self, theme: Theme, icon: str, title: str, text: str, actions: Sequence[tuple[str, Callable[[], object]]] = ()
    ) -> None:
        super().__init__()
        self._theme, self._icon = theme, icon
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        words_ = Text(text, "secondary", wrap=True)
        words_.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words = words_
        head = Text(title, "section")
        row = Row(None, gap=Space.S)
        for place, (label, do) in enumerate(actions):
            row.addWidget(Button(label, "plain" if place else "primary", do))
        row.addStretch(1)
        column = Column(None, self._picture, head, gap=Space.M, margin=Space.XXL)
        column.setAlignment(head, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(words_, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(Space.S)
        column.addLayout(row)
        column.addStretch(2)
        self.setLayout(column)
        theme.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self._picture.setPixmap(self._theme.icon(self._icon, "ink3").pixmap(40, 40))
        self._words.setFixedWidth(self._theme.px(440))
        self._words.ensurePolished()  # the height follows from the font that the style sheet gives it
        self._words.setFixedHeight(self._words.heightForWidth(self._words.width()))


class ProgressLine(QWidget):
    """A thin bar and, under it, how far the work is, in words."""

    def __init__(self) -> None:
        super().__init__()
        self._bar = QProgressBar(textVisible=False)
        self._text = Text("", "secondary")
        self.setLayout(Column(self._bar, self._text, gap=Space.XS))

    def show_progress(self, event: Progress | None, *, prefix: str = "") -> None:
        """Show a progress; None: begun, and nothing known yet."""
        if event is None or not event.total:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * min(1.0, event.done / event.total)))
        said = words.progress(event) if event else ""
        self._text.setText(" · ".join(part for part in (prefix, said) if part))
        self._bar.setAccessibleName(self._text.text())
