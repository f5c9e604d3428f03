"""What came of an import: how many examples, and every row that could not be used, with its line and reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QApplication, QHeaderView, QWidget

from engine.types import BadRow
from store.datasets import Dataset
from ui import words
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Button, Card, Column, Row, TableView, Text

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class ImportResult(QWidget):
    """The last step of the wizard.

    Signals:
        shown: the dataset is to be shown.
        left: it is not.
    """

    shown = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._dataset: Dataset | None = None
        self._bad: Sequence[BadRow] = ()
        self._title, self._said = Text("", "title"), Text("", "body", wrap=True)
        self._rows = BadRows()
        self._table = TableView(theme, self.tr("Rows that could not be used"))
        self._table.setModel(self._rows)
        self._table.widths(72, 320)
        self._table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self._card = Card(self._table, margin=0)
        self._none = Text(self.tr("Every row became an example."), "secondary")
        copy = Button(self.tr("Copy the list"), "quiet", self._copy)
        go = Button(self.tr("Show the examples"), "primary", lambda: self.shown.emit(self._dataset))
        self._copy_button, self._go = copy, go
        column = Column(self._title, self._said, self._none, gap=Space.M, margin=Space.XL)
        column.addWidget(self._card, 1)
        column.addStretch(0)
        column.addLayout(Row(copy, None, go))
        self.setLayout(column)

    def show_result(self, dataset: Dataset, bad: Sequence[BadRow]) -> None:
        """Show what came of an import."""
        self._dataset, self._bad = dataset, bad
        self._title.setText(
            self.tr("✓ {0} in {1}").format(
                words.count(dataset.rows, self.tr("example"), self.tr("examples")), dataset.name
            )
        )
        said = []
        if bad:
            rows = words.count(len(bad), self.tr("row"), self.tr("rows"))
            said.append(self.tr("{0} could not be used. Correct them in the file and import it again.").format(rows))
        if dataset.duplicates:
            rows = words.count(dataset.duplicates, self.tr("row"), self.tr("rows"))
            said.append(self.tr("{0} exactly repeat earlier ones; they are kept.").format(rows))
        self._said.setText(" ".join(said))
        self._said.setVisible(bool(said))
        self._rows.show_rows(bad)
        for widget in (self._card, self._copy_button):
            widget.setVisible(bool(bad))
        self._none.setVisible(not bad)
        self._go.setFocus()

    def _copy(self) -> None:
        lines = (f"{row.line}\t{row.reason}\t{' '.join(row.text.split())}" for row in self._bad)
        QApplication.clipboard().setText("\n".join(lines))


class BadRows(QAbstractTableModel):
    """Line, reason, how the row begins."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[BadRow] = ()
        self._heads = (self.tr("Line"), self.tr("Why"), self.tr("How it begins"))

    def show_rows(self, rows: Sequence[BadRow]) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """As many as there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Three."""
        return 0 if parent is not None and parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """The headings."""
        return self._heads[section] if orientation == Qt.Orientation.Horizontal and role == Role.DisplayRole else None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """What a cell shows."""
        if role not in (Role.DisplayRole, Role.ToolTipRole):
            return None
        row = self._rows[index.row()]
        return (str(row.line), row.reason, " ".join(row.text.split()))[index.column()]
