"""Tables and the field to search in them."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTableView, QWidget

from ui.theme.theme import Theme
from ui.widgets.basic import repolish

TYPING_MS = 150


class TableView(QTableView):
    """A table without grid or numbers, whole rows selected, all rows of one height (so a million open at once)."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme, self._scale = theme, theme.scale
        self._widths: tuple[int, ...] = ()
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setDefaultAlignment(self.horizontalHeader().defaultAlignment().AlignLeft)
        theme.changed.connect(self._rescale)
        self._rescale()

    def widths(self, *pixels: int) -> None:
        """Set the widths of the columns, at a scale of 1; 0 leaves a column as it is."""
        self._widths = pixels
        for column, width in enumerate(pixels):
            if width:
                self.setColumnWidth(column, self._theme.px(width))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The chosen rows show where the keys go."""
        super().focusInEvent(event)
        self._show_keyed(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keys go elsewhere."""
        super().focusOutEvent(event)
        self._show_keyed(False)

    def _show_keyed(self, keyed: bool) -> None:
        self.setProperty("keyed", keyed)
        repolish(self)

    def _rescale(self) -> None:
        if self._scale != self._theme.scale:
            self._scale = self._theme.scale
            self.widths(*self._widths)
        self.verticalHeader().setDefaultSectionSize(self._theme.px(34))


class SearchField(QLineEdit):
    """A field for what to search; tells it a moment after the last key.

    Args:
        placeholder: what is searched.
        host: within it Ctrl+F goes to the field; None: no shortcut.

    Signals:
        searched: what is to be searched now; empty: everything.
    """

    searched = Signal(str)

    def __init__(self, theme: Theme, placeholder: str, host: QWidget | None = None) -> None:
        super().__init__()
        self._theme = theme
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(True)
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        theme.changed.connect(self._draw)
        self._draw()
        self._pause = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._pause.timeout.connect(lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(lambda: self._pause.start())
        if host is not None:
            QShortcut(QKeySequence.StandardKey.Find, host, self._focus)

    def _focus(self) -> None:
        self.setFocus()
        self.selectAll()

    def _draw(self) -> None:
        self._glass.setIcon(self._theme.icon("search", "ink3"))
