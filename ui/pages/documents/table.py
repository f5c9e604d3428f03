"""The table of documents: the view, and the bar that shows how much of a file can be found."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from store.documents import Document
from ui.pages.documents.model import COLLECTION, COVERAGE, KIND, NAME, SHARE, STATE, DocumentsModel
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import TableView

_WIDTHS = (0, 60, 130, 64, 72, 140, 0)
_NARROW = 820
_BAR = 64  # pixels of the coverage bar
_THICK = 4
_LIFT = 3  # the line under a row
_WHOLE = 0.995  # what is said to be 100 %


class DocumentsTable(TableView):
    """The table.

    Signals:
        opened: a document was double-clicked, or Enter was pressed on it.
        unwanted: Delete was pressed on the selection.
    """

    opened = Signal(object)
    unwanted = Signal()

    def __init__(self, theme: Theme, model: DocumentsModel) -> None:
        super().__init__(theme, QCoreApplication.translate("documents", "Documents"))
        self.rows, self._collections = model, False
        self.setModel(model)
        self.setItemDelegateForColumn(COVERAGE, _Coverage(theme, self))
        self.setSortingEnabled(True)
        self.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
        self.widths(*_WIDTHS)
        head = self.horizontalHeader()
        head.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(STATE, QHeaderView.ResizeMode.Stretch)
        head.setStretchLastSection(False)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.rows.at(index.row())))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    @property
    def selected(self) -> list[Document]:
        """The selected documents, in the order of rows."""
        return [self.rows.at(index.row()) for index in sorted(self.selectionModel().selectedRows())]

    @property
    def narrow(self) -> int:
        """The width in pixels below which there is little room."""
        return self._theme.px(_NARROW)

    def show_collections(self, shown: bool) -> None:
        """Whether the collection of each document is of interest."""
        self._collections = shown
        self._hide_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, what matters least goes."""
        super().resizeEvent(event)
        self._hide_columns()

    def _hide_columns(self) -> None:
        narrow = self.width() < self.narrow
        self.setColumnHidden(KIND, narrow)
        self.setColumnHidden(COLLECTION, narrow or not self._collections)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete removes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected:
            self.opened.emit(self.selected[0])
        elif event.key() == Qt.Key.Key_Delete and self.selected:
            self.unwanted.emit()
        else:
            super().keyPressEvent(event)


class _Coverage(QStyledItemDelegate):
    """A bar, and the share in numbers."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The style's own ground, and on it the bar and the share."""
        empty = QStyleOptionViewItem(option)
        self.initStyleOption(empty, index)
        share, words = index.data(SHARE) or 0.0, empty.text
        empty.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, empty, painter, option.widget)
        tokens, bar, rect = self._theme.tokens, self._theme.px(_BAR), option.rect.adjusted(0, 0, 0, -_LIFT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = rect.left() + Space.M
        if share:
            ground = QRectF(left, rect.center().y() - _THICK / 2, bar, _THICK)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hairline))
            painter.drawRoundedRect(ground, _THICK / 2, _THICK / 2)
            ground.setWidth(max(_THICK, bar * share))
            painter.setBrush(QColor(tokens.good if share > _WHOLE else tokens.warn))
            painter.drawRoundedRect(ground, _THICK / 2, _THICK / 2)
            left += bar + Space.S
        painter.setPen(QColor(tokens.ink2))
        where = rect.adjusted(left - rect.left(), 0, 0, 0)
        painter.drawText(where, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()
