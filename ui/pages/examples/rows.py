"""The table's model: light rows of examples, as the engine gave them, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from operator import eq, itemgetter
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from store.examples import Summary
from ui import words

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
_ID = itemgetter(0)
_ORDERS = ("position", "question", "answer", "tokens", "tags")


class ExampleRows(QAbstractTableModel):
    """Examples: number, question, answer, tokens, tags.

    Signals:
        ordered: a heading was clicked: the order as the engine calls it, and whether it falls.
    """

    NUMBER, QUESTION, ANSWER, TOKENS, TAGS = range(5)
    ordered = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Summary] = []
        self._order: tuple[int, bool] = (self.NUMBER, False)
        self._heads = ("#", self.tr("Question"), self.tr("Answer"), self.tr("Tokens"), self.tr("Tags"))

    def show_rows(self, rows: list[Summary]) -> bool:
        """Show these rows. Returns whether they are others than before; else only what changed is drawn anew."""
        shown = len(self.rows)
        if 0 < shown <= len(rows) and all(map(eq, map(_ID, rows), map(_ID, self.rows))):
            if len(rows) > shown:
                self.beginInsertRows(QModelIndex(), shown, len(rows) - 1)
            self.rows = rows
            if len(rows) > shown:
                self.endInsertRows()
            self.dataChanged.emit(self.index(0, 0), self.index(shown - 1, self.TAGS))
            return False
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()
        return True

    def place(self, example: int) -> int | None:
        """Where an example is in the table."""
        return next((place for place, row in enumerate(self.rows) if row.id == example), None)

    def ids(self, places: Sequence[int]) -> list[int]:
        """The examples at these places."""
        return [self.rows[place].id for place in sorted(places) if place < len(self.rows)]

    def rowCount(self, parent: Index | None = None) -> int:
        """As many as there are."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Five."""
        return 0 if parent is not None and parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """The headings; numbers stand right."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Role.DisplayRole:
            sorted_by, falls = self._order
            arrow = (" ↓" if falls else " ↑") if section == sorted_by and self._order != (self.NUMBER, False) else ""
            return self._heads[section] + arrow
        if role == Role.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """What a cell shows."""
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Role.DisplayRole:
            return self._text(row, column)
        if role == Role.TextAlignmentRole:
            return _alignment(column)
        if role == Role.ToolTipRole:
            return self._tip(row, column)
        return None

    def order_by(self, column: int) -> None:
        """Ask for the order of a column, and if it is that already the other way round; the engine sorts."""
        sorted_by, falls = self._order
        self._order = (column, column == sorted_by and not falls)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.TAGS)
        self.ordered.emit(_ORDERS[column], self._order[1])

    def _text(self, row: Summary, column: int) -> str:
        if column == self.NUMBER:
            return f"{row.position + 1} ✎" if row.edited else str(row.position + 1)
        if column == self.QUESTION:
            return row.question or "–"
        if column == self.ANSWER:
            return row.answer or "–"
        if column == self.TOKENS:
            return words.number(row.tokens) if row.tokens else "–"
        return ", ".join(row.tags)

    def _tip(self, row: Summary, column: int) -> str | None:
        if column == self.NUMBER:
            where = self.tr("Line {0} of the file").format(row.line)
            return self.tr("{0}, edited since").format(where) if row.edited else where
        if column == self.TAGS and row.tagged:
            return ", ".join(row.tags)
        if column == self.TOKENS and row.tokens is None:
            return self.tr("Not counted yet")
        if column == self.TOKENS and row.tokens == 0:
            return self.tr("The model's template cannot hold this conversation")
        return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = (
        Qt.AlignmentFlag.AlignRight
        if column in (ExampleRows.NUMBER, ExampleRows.TOKENS)
        else Qt.AlignmentFlag.AlignLeft
    )
    return side | Qt.AlignmentFlag.AlignVCenter
