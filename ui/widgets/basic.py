"""Text, buttons, cards, rows and columns. Their looks come from the style sheet, by the properties set here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.theme.theme import Theme
from ui.theme.tokens import Space

Item = QWidget | QLayout | int | None
"""What a row or column holds: a widget, a layout, a space in pixels, or None for a stretch."""


def repolish(widget: QWidget) -> None:
    """Let the style sheet look again at a widget whose property was changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class Text(QLabel):
    """A label. Plain text only: nothing in it becomes markup.

    Args:
        role: ``title``, ``section``, ``body``, ``secondary``, ``label``, ``number``, ``mono`` or ``answer``.
        wrap: whether it may take several lines.
        select: whether the mouse can select it.
    """

    def __init__(self, text: str = "", role: str = "body", *, wrap: bool = False, select: bool = False) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setWordWrap(wrap)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
            self.setMinimumWidth(40)
        if select:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def tone(self, name: str) -> None:
        """Colour it ``good``, ``warn``, ``bad``, or plainly (empty)."""
        self.setProperty("tone", name)
        repolish(self)


class Button(QPushButton):
    """A button whose text is a verb.

    Args:
        kind: ``primary`` (one on a page), ``plain``, ``quiet``, ``danger`` or ``link``.
        clicked: what it does.
    """

    def __init__(self, text: str, kind: str = "plain", clicked: Callable[[], object] | None = None) -> None:
        super().__init__(text)
        self.setProperty("kind", kind)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)
        if clicked:
            self.clicked.connect(lambda: clicked())


class IconButton(QToolButton):
    """A small button with an icon alone; its tip is also its name for screen readers.

    Args:
        theme: gives the icon its colour, also after a change.
        name: of ``ui.theme.icons``.
        tip: what it does.
        clicked: does it.
        size: of the icon, in pixels.
    """

    def __init__(
        self, theme: Theme, name: str, tip: str, clicked: Callable[[], object] | None = None, *, size: int = 18
    ) -> None:
        super().__init__()
        self._theme, self._name, self._colour = theme, name, "ink2"
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setIconSize(QSize(size, size))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._recolour()
        theme.changed.connect(self._recolour)
        if clicked:
            self.clicked.connect(lambda: clicked())

    def show_icon(self, name: str, tip: str = "", colour: str = "ink2") -> None:
        """Change what it shows, and its tip."""
        self._name, self._colour = name, colour
        if tip:
            self.setToolTip(tip)
            self.setAccessibleName(tip)
        self._recolour()

    def _recolour(self) -> None:
        self.setIcon(self._theme.icon(self._name, self._colour))


class Line(QFrame):
    """A hairline across, or upright."""

    def __init__(self, *, upright: bool = False) -> None:
        super().__init__()
        self.setProperty("role", "upright" if upright else "line")


def _fill(box: QBoxLayout, items: tuple[Item, ...], gap: int, margin: int | tuple[int, int, int, int]) -> None:
    box.setSpacing(gap)
    box.setContentsMargins(*((margin,) * 4 if isinstance(margin, int) else margin))
    for item in items:
        if item is None:
            box.addStretch(1)
        elif isinstance(item, int):
            box.addSpacing(item)
        elif isinstance(item, QLayout):
            box.addLayout(item)
        else:
            box.addWidget(item)


class Row(QHBoxLayout):
    """Things beside each other; ``None`` is a stretch, a number a space."""

    def __init__(self, *items: Item, gap: int = Space.S, margin: int | tuple[int, int, int, int] = 0) -> None:
        super().__init__()
        _fill(self, items, gap, margin)


class Column(QVBoxLayout):
    """Things below each other; ``None`` is a stretch, a number a space."""

    def __init__(self, *items: Item, gap: int = Space.S, margin: int | tuple[int, int, int, int] = 0) -> None:
        super().__init__()
        _fill(self, items, gap, margin)


class Card(QFrame):
    """A surface with a hairline around it and a column in it.

    Args:
        items: what is in its column.
        role: ``card``, or ``panel`` for a surface without border.
    """

    def __init__(self, *items: Item, gap: int = Space.S, margin: int = Space.L, role: str = "card") -> None:
        super().__init__()
        self.setProperty("role", role)
        self.column = Column(*items, gap=gap, margin=margin)
        self.setLayout(self.column)
