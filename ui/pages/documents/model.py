"""The table's rows: frozen documents, filtered and sorted here, so that 20,000 of them stay quick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from store.documents import Document
from ui import words
from ui.pages.documents.states import state, tr, unwell, urgency
from ui.theme.theme import Theme

NAME, KIND, COLLECTION, PAGES, CHUNKS, COVERAGE, STATE = range(7)
SHARE = Qt.ItemDataRole.UserRole  # the coverage as a number from 0 to 1
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class DocumentsModel(QAbstractTableModel):
    """Documents as a table.

    Args:
        theme: gives the states their colours.
    """

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._all: dict[str, Document] = {}
        self._shown: list[Document] = []
        self._places: dict[str, int] = {}
        self._collection, self._text, self._unwell = "", "", False
        self._column, self._order = NAME, Qt.SortOrder.AscendingOrder
        self.busy = False

    # What it holds

    @property
    def documents(self) -> list[Document]:
        """Every document, also those that are filtered out."""
        return list(self._all.values())

    def at(self, row: int) -> Document:
        """The document of a row."""
        return self._shown[row]

    def row_of(self, path: str) -> int | None:
        """The row of the document at ``path``, if it is shown."""
        return self._places.get(path)

    def set_documents(self, documents: Sequence[Document]) -> None:
        """Replace all."""
        self._all = {one.path: one for one in documents}
        self._arrange()

    def update(self, documents: Sequence[Document]) -> None:
        """Take over what became of some; rows stay where they are, new ones come where they belong."""
        fresh = any(one.path not in self._all for one in documents)
        self._all.update({one.path: one for one in documents})
        if fresh:
            self._arrange()
            return
        for one in documents:
            if (row := self._places.get(one.path)) is not None:
                self._shown[row] = one
                self.dataChanged.emit(self.index(row, 0), self.index(row, STATE))

    def set_busy(self, busy: bool) -> None:
        """Say whether documents are indexed now, which decides what an unfinished one is called."""
        if busy != self.busy:
            self.busy = busy
            if self._shown:
                self.dataChanged.emit(self.index(0, STATE), self.index(len(self._shown) - 1, STATE))

    def filter(self, collection: str, text: str, only_unwell: bool) -> None:
        """Show what is in a collection (empty: all), has ``text`` in its path, and (or not) needs someone."""
        wanted = (collection, text.casefold(), only_unwell)
        if wanted != (self._collection, self._text, self._unwell):
            self._collection, self._text, self._unwell = wanted
            self._arrange()

    # Qt's questions

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many documents are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Seven."""
        return 0 if parent.isValid() else STATE + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The columns' names."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        names = ("Name", "Type", "Collection", "Pages", "Chunks", "Coverage", "State")
        return tr(names[section])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        one, column = self._shown[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(one, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return one.path if column == NAME else self._words(one, STATE) if column == STATE else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(one, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.headerData(column, Qt.Orientation.Horizontal)}: {self._words(one, column)}"
        return one.coverage if role == SHARE and column == COVERAGE else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column."""
        self._column, self._order = column, order
        self._arrange()

    # How

    def _words(self, one: Document, column: int) -> str:
        if column == NAME:
            return one.name
        if column == KIND:
            return _kind(one)
        if column == COLLECTION:
            return one.collection
        if column == PAGES:
            return words.number(one.pages) if one.pages else "–"
        if column == CHUNKS:
            return words.number(one.chunks) if one.chunks else "–"
        if column == COVERAGE:
            return words.percent(one.coverage) if one.chunks else "–"
        now = state(one, busy=self.busy)
        return f"{now.mark}  {now.text}"

    def _colour(self, one: Document, column: int) -> QColor | None:
        tokens = self._theme.tokens
        if column == NAME:
            return None
        tone = state(one, busy=self.busy).tone if column == STATE else ""
        return QColor(str(getattr(tokens, tone)) if tone else tokens.ink2)

    def _arrange(self) -> None:
        self.beginResetModel()
        keys: dict[int, Callable[[Document], Any]] = {
            NAME: lambda one: one.name.casefold(),
            KIND: lambda one: (_kind(one), one.name.casefold()),
            COLLECTION: lambda one: (one.collection.casefold(), one.name.casefold()),
            PAGES: lambda one: one.pages or 0,
            CHUNKS: lambda one: one.chunks,
            COVERAGE: lambda one: one.coverage,
            STATE: lambda one: (urgency(one, busy=self.busy), one.reason, one.name.casefold()),
        }
        shown = [one for one in self._all.values() if self._fits(one)]
        shown.sort(key=keys[self._column], reverse=self._order == Qt.SortOrder.DescendingOrder)
        self._shown = shown
        self._places = {one.path: row for row, one in enumerate(shown)}
        self.endResetModel()

    def _fits(self, one: Document) -> bool:
        return (
            (not self._collection or one.collection == self._collection)
            and (not self._text or self._text in one.path.casefold())
            and (not self._unwell or unwell(one, busy=self.busy))
        )


def _kind(one: Document) -> str:
    """The ending of a file's name."""
    name, _, ending = one.name.rpartition(".")
    return ending.lower() if name else ""


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in (PAGES, CHUNKS) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
