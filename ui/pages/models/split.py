"""A list and, beside it, what the chosen row is: each as wide as the window and the size of text allow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Column, Line, Row, TableView

NAME = 170
DETAIL = 480
SHARE = 0.35


class Split(QWidget):
    """List to the left, detail to the right.

    Args:
        table: the list; its first column takes what the others leave.
        detail: the pane.
        widths: of the columns after the first, at a scale of 1.
        spare: columns that may go when there is no room, the first to go first.
        below: what stands under the list.
    """

    def __init__(
        self,
        theme: Theme,
        table: TableView,
        detail: QWidget,
        widths: Sequence[int],
        spare: Sequence[int],
        below: QWidget | None = None,
    ) -> None:
        super().__init__()
        self._theme, self._table, self._detail = theme, table, detail
        self._widths, self._spare = tuple(widths), tuple(spare)
        table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = table.horizontalHeader()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        head.setSortIndicatorClearable(True)
        table.setSortingEnabled(True)
        left = Column(gap=Space.M)
        left.addWidget(table, 1)
        if below:
            left.addWidget(below)
        row = Row(gap=Space.L)
        row.addLayout(left, 1)
        row.addWidget(Line(upright=True))
        row.addWidget(detail)
        self.setLayout(row)
        theme.changed.connect(self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Share the room: the detail first, then as many columns as leave the first its width."""
        detail = min(self._theme.px(DETAIL), round(self.width() * SHARE))
        self._detail.setFixedWidth(detail)
        self._table.widths(0, *self._widths)
        room = self.width() - detail - 2 * Space.L
        needed = self._theme.px(NAME) + sum(self._theme.px(width) for width in self._widths)
        hidden = []
        for column in self._spare:
            if needed > room:
                hidden.append(column)
                needed -= self._theme.px(self._widths[column - 1])
        for column in self._spare:
            self._table.setColumnHidden(column, column in hidden)
