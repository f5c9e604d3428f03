"""The table of examples and its keys."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QMenu

from store.examples import Summary
from ui.pages.examples.rows import ExampleRows
from ui.theme.theme import Theme
from ui.widgets import TableView


class ExampleTable(TableView):
    """Enter edits, Delete takes away, Ctrl+D duplicates.

    Signals:
        current: the example that the cursor is on now, 0 for none.
        edit_asked, delete_asked, duplicate_asked, tag_asked: what a key or the menu asked for.
    """

    current = Signal(int)
    edit_asked = Signal()
    delete_asked = Signal()
    duplicate_asked = Signal()
    tag_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "")
        self._shown = 0
        self.setAccessibleName(self.tr("Examples"))
        self.rows = ExampleRows(self)
        self.setModel(self.rows)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.horizontalHeader()
        header.setStretchLastSection(False)
        for column, width in ((0, 60), (3, 76), (4, 96)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(column, theme.px(width))
        for column in (ExampleRows.QUESTION, ExampleRows.ANSWER):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self.rows.order_by)
        self.doubleClicked.connect(lambda _: self.edit_asked.emit())

    @property
    def example(self) -> int:
        """The example that the cursor is on, 0 for none."""
        place = self.currentIndex().row()
        return self.rows.rows[place].id if 0 <= place < len(self.rows.rows) else 0

    @property
    def chosen(self) -> list[int]:
        """All selected examples."""
        chosen = self.selectionModel().selection()  # ranges: a selection of everything is one of them
        ranges = [chosen.at(i) for i in range(chosen.size())]
        return self.rows.ids([place for one in ranges for place in range(one.top(), one.bottom() + 1)])

    def show_rows(self, rows: list[Summary]) -> None:
        """Show rows; the cursor stays on its example, or else at its place."""
        example, place, scrolled = self.example, self.currentIndex().row(), self.verticalScrollBar().value()
        if not self.rows.show_rows(rows):
            return
        found = self.rows.place(example) if example else None
        if rows:
            self.go(found if found is not None else min(max(place, 0), len(rows) - 1))
            self.verticalScrollBar().setValue(scrolled)
        self._tell()

    def go(self, place: int) -> None:
        """Put the cursor on a row and bring it into view."""
        index = self.rows.index(place, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def step(self, by: int) -> bool:
        """Go some rows on. Returns whether there is such a row."""
        place = self.currentIndex().row() + by
        if there := 0 <= place < len(self.rows.rows):
            self.go(place)
        return there

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the class."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edit_asked.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_asked.emit()
        elif event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.duplicate_asked.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same as a menu."""
        if not self.chosen:
            return
        menu = QMenu(self)
        for title, signal in (
            (self.tr("Edit\tEnter"), self.edit_asked),
            (self.tr("Duplicate\tCtrl+D"), self.duplicate_asked),
            (self.tr("Tag…\tCtrl+T"), self.tag_asked),
            (self.tr("Delete\tDel"), self.delete_asked),
        ):
            menu.addAction(title).triggered.connect(signal)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell when the cursor's example is another one."""
        super().selectionChanged(selected, deselected)
        self._tell()

    def _tell(self) -> None:
        if self.example != self._shown:
            self._shown = self.example
            self.current.emit(self._shown)
