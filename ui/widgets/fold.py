"""A heading that opens and closes what is under it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from ui.theme.tokens import Space
from ui.widgets.basic import Column


class Fold(QWidget):
    """A fold, closed at first. Put things into ``body``.

    Signals:
        toggled: whether it is open.
    """

    toggled = Signal(bool)

    def __init__(self, title: str, *, opened: bool = False) -> None:
        super().__init__()
        self.head = QToolButton()
        self.head.setText(title)
        self.head.setCheckable(True)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setAccessibleName(title)
        self.head.setCursor(Qt.CursorShape.PointingHandCursor)
        self._inside = QWidget()
        self.body = Column(margin=(Space.L, Space.XS, 0, 0))
        self._inside.setLayout(self.body)
        self.setLayout(Column(self.head, self._inside, gap=0))
        self.head.toggled.connect(self._toggle)
        self._toggle(False)
        self.head.setChecked(opened)

    @property
    def opened(self) -> bool:
        """Whether it is open."""
        return self.head.isChecked()

    def _toggle(self, opened: bool) -> None:
        self._inside.setVisible(opened)
        self.head.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        self.toggled.emit(opened)
