"""One dataset in view: header, meters, filters, the table, and beside it the editor and the preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QInputDialog, QSplitter, QStackedWidget, QWidget

from store.datasets import Dataset
from store.examples import Summary
from ui.pages.examples.edits import Edits
from ui.pages.examples.filters import FilterRow
from ui.pages.examples.gauges import Gauges
from ui.pages.examples.header import Header
from ui.pages.examples.meters import Meters
from ui.pages.examples.side import Side
from ui.pages.examples.table import ExampleTable
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Card, Column, Text

if TYPE_CHECKING:
    from engine.tune.lint import Finding

FIRST = 200
"""Rows that are shown at once when a dataset is opened; the others follow."""


class DatasetView(QWidget):
    """Shows one dataset.

    Signals:
        add_begun: a new example is being written.
    """

    add_begun = Signal()

    def __init__(self, shell: Shell, edits: Edits) -> None:
        super().__init__()
        self.shell, self.edits = shell, edits
        self.dataset: Dataset | None = None
        self._known: list[Dataset] = []
        self._order: tuple[str, bool] = ("position", False)
        self._goal: tuple[str, int] | None = None
        self._reload = False
        self.header = Header(shell)
        self.meters = Meters(shell.theme)
        self.filters = FilterRow(shell.theme, self)
        self.table = ExampleTable(shell.theme)
        self.side = Side(shell, edits)
        self.gauges = Gauges(shell, self.meters, self.filters)
        self._nothing = Text("", "secondary")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._places = QStackedWidget()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._places.addWidget(self.table)
        self._places.addWidget(self._nothing)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._places)
        split.addWidget(self.side)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes([self.shell.theme.px(740), self.shell.theme.px(420)])
        split.setChildrenCollapsible(False)
        column = Column(self.header, self.meters, self.filters, gap=Space.M, margin=Space.L)
        column.addWidget(Card(split, margin=1), 1)
        self.setLayout(column)

    def _connect(self) -> None:
        self.header.chosen.connect(lambda one: self.show_dataset(one, self._known, []))
        self.header.add_asked.connect(self.side.add)
        self.filters.changed.connect(self._read_rows)
        self.meters.check_asked.connect(self.gauges.check)
        self.meters.count_asked.connect(self.gauges.count)
        self.meters.long_asked.connect(lambda: self.filters.long.setChecked(True))
        self.meters.held_out_asked.connect(self._show_held_out)
        self.meters.finding_asked.connect(self._show_finding)
        self.gauges.counted.connect(self._read_rows)
        self.table.rows.ordered.connect(self._reorder)
        self.table.current.connect(self.side.load)
        self.table.edit_asked.connect(self.side.edit)
        self.table.delete_asked.connect(self._delete)
        self.table.duplicate_asked.connect(self._duplicate)
        self.table.tag_asked.connect(self.ask_tag)
        self.side.add_begun.connect(self.add_begun)
        self.side.go_on_asked.connect(lambda: self.table.step(1))
        self.side.editor.left.connect(self.table.setFocus)
        self.side.preview.model_changed.connect(self.gauges.use)
        self.edits.done.connect(self._done)

    # What is shown

    def show_dataset(
        self, dataset: Dataset, known: list[Dataset], first: list[Summary], position: int | None = None
    ) -> None:
        """Show a dataset as it is now.

        Args:
            dataset: which.
            known: all there are.
            first: its first rows, if it is another one than before and they were read already.
            position: of the example to put the cursor on.
        """
        if self.dataset is None or self.dataset.id != dataset.id:
            self.side.save()
            self.side.editor.clear()
            self.table.show_rows([])  # the cursor begins at the top
            self.filters.blockSignals(True)
            self.filters.clear()
            self.filters.blockSignals(False)
            if first and self._order == ("position", False):
                self._show_table(True)
                self.table.show_rows(first)
        self.dataset = self.side.dataset = dataset
        self._known = known
        self.header.show_datasets(known, dataset)
        if position is not None:
            self._goal = ("position", position)
        self._read_rows()
        self.gauges.show_dataset(dataset, self.side.preview.model)
        self.side.preview.look_for_models()

    def close_dataset(self) -> None:
        """Show none."""
        self.dataset = None
        self.side.close_dataset()
        self.table.show_rows([])

    def ask_tag(self) -> None:
        """Give the chosen examples a tag."""
        ids = self.table.chosen
        if not ids:
            return
        tag, good = QInputDialog.getText(self, self.tr("Tag"), self.tr("Tag for the chosen examples"))
        if good and tag.strip():
            self.edits.tag(ids, tag.strip())

    def _read_rows(self) -> None:
        if self.dataset is None:
            return
        dataset, text, chosen = self.dataset, self.filters.text, self.filters.filter
        order, falls = self._order
        datasets = self.shell.workspace.datasets

        def read() -> list[Summary]:
            return datasets.summaries(dataset, text, chosen, order=order, descending=falls)

        self.shell.look(read, self._show_rows, owner=self, key="rows")

    def _show_rows(self, rows: list[Summary]) -> None:
        if self.dataset is None:
            return
        self._show_table(bool(rows))
        self.table.show_rows(rows)
        total = max(self.dataset.rows, len(rows)) if self.filters.active else len(rows)
        self.filters.show_count(len(rows), total)
        if self._goal:
            kind, value = self._goal
            place = next((i for i, row in enumerate(rows) if getattr(row, kind) == value), None)
            if place is not None:
                self.table.go(place)
        if self._reload:
            self.side.load(self.table.example)
        self._goal, self._reload = None, False

    def _show_table(self, any_rows: bool) -> None:
        """The table, or why it is empty; the focus moves only when one takes the place of the other."""
        empty = self.tr("No examples. Add one, or import a file.")
        self._nothing.setText(self.tr("No example matches.") if self.filters.active else empty)
        if any_rows != (self._places.currentWidget() is self.table):
            self._places.setCurrentWidget(self.table if any_rows else self._nothing)

    def _reorder(self, order: str, falls: bool) -> None:
        self._order = (order, falls)
        self._read_rows()

    def _show_held_out(self) -> None:
        self.gauges.divide(lambda divided: self.filters.only(self.tr("Held out"), divided.held_out))

    def _show_finding(self, finding: Finding) -> None:
        self.gauges.rows_of(finding, lambda ids: self.filters.only(self.gauges.title(finding), ids))

    # What the keys ask for

    def _delete(self) -> None:
        if ids := self.table.chosen:
            self.edits.delete(ids)

    def _duplicate(self) -> None:
        if self.table.example:
            self.side.save()
            self.edits.duplicate(self.table.example)

    def _done(self, example: int) -> None:
        if example:
            self._goal, self._reload = ("id", example), True
        self.shell.tell("datasets")  # the page listens too, and reads anew
