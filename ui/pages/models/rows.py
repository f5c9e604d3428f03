"""A table of frozen rows: what each column says of a row, how it sorts, and in which tone it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from ui.theme.theme import Theme

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Col(Generic[R]):
    """A column.

    Attributes:
        title: its heading.
        text: what it says of a row.
        sort: what rows are ordered by; None: by the text.
        tone: the token of its colour; empty: plain.
        tip: more, when the mouse rests on it.
        right: numbers stand to the right.
    """

    title: str
    text: Callable[[R], str]
    sort: Callable[[R], Any] | None = None
    tone: Callable[[R], str] | None = None
    tip: Callable[[R], str] | None = None
    right: bool = False


class RowsModel(QAbstractTableModel, Generic[R]):
    """Rows as a table.

    Args:
        theme: gives tones their colours.
        columns: from left to right.
    """

    def __init__(self, theme: Theme, columns: Sequence[Col[R]]) -> None:
        super().__init__()
        self._theme, self._columns = theme, tuple(columns)
        self._given: list[R] = []
        self._rows: list[R] = []
        self._wanted = ""
        self._order: tuple[int, Qt.SortOrder] | None = None
        theme.changed.connect(self._repaint)

    @property
    def all(self) -> list[R]:
        """The rows in the order they are shown."""
        return self._rows

    def show_rows(self, rows: Sequence[R]) -> None:
        """Show other rows, in the order that was chosen."""
        self.beginResetModel()
        self._given = list(rows)
        self._arrange()
        self.endResetModel()

    def look_for(self, text: str) -> None:
        """Show only rows that say ``text`` in one of their columns; empty: all."""
        self.beginResetModel()
        self._wanted = text.casefold()
        self._arrange()
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a cell shows."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self._columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and column.tone and (tone := column.tone(row)):
            return QColor(str(getattr(self._theme.tokens, tone)))
        if role == Qt.ItemDataRole.ToolTipRole and column.tip:
            return column.tip(row)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A column's heading."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self._columns[section].right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows by a column; -1: as they came. What was chosen stays chosen."""
        self.layoutAboutToBeChanged.emit()
        before, kept = list(self._rows), self.persistentIndexList()
        self._order = (column, order) if 0 <= column < len(self._columns) else None
        self._arrange()
        places = {id(row): place for place, row in enumerate(self._rows)}
        moved = [self.index(places[id(before[one.row()])], one.column()) for one in kept]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        self._rows = [row for row in self._given if self._matches(row)]
        if self._order:
            column, order = self._columns[self._order[0]], self._order[1]
            self._rows.sort(key=column.sort or column.text, reverse=order == Qt.SortOrder.DescendingOrder)

    def _matches(self, row: R) -> bool:
        return not self._wanted or any(self._wanted in column.text(row).casefold() for column in self._columns)

    def _repaint(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self._columns) - 1))
