"""The upper half of the page: collections, the search for a file, what can be done with the chosen, the table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from store.collections import Collection
from store.documents import Document
from ui.pages.documents.collections import CollectionTabs
from ui.pages.documents.model import DocumentsModel
from ui.pages.documents.selection import SelectionBar
from ui.pages.documents.table import DocumentsTable
from ui.shell import Page
from ui.theme.tokens import Space
from ui.widgets import Column, Row, SearchField


class Browser(QWidget):
    """The documents as a table, filtered by collection, by name and by need.

    Args:
        page: within it Ctrl+F goes to the search.

    Signals:
        collection_chosen: another collection is looked at; empty: all.
    """

    collection_chosen = Signal(str)

    def __init__(self, page: Page) -> None:
        super().__init__()
        theme = page.shell.theme
        self.model = DocumentsModel(theme, self)
        self.table = DocumentsTable(theme, self.model)
        self.tabs = CollectionTabs(theme)
        self.search = SearchField(theme, self.tr("Find a file"), page)
        self.search.setFixedWidth(theme.px(180))
        self.selection = SelectionBar(theme)
        self._only_unwell = False
        tools = Row(gap=Space.S)
        tools.addWidget(self.tabs, 1)
        tools.addWidget(self.selection)
        tools.addWidget(self.search)
        column = Column(tools, gap=Space.S, margin=(0, 0, 0, Space.M))
        column.addWidget(self.table, 1)
        self.setLayout(column)
        self.search.searched.connect(self._filter)
        self.tabs.chosen.connect(self._choose_collection)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._count_chosen())
        self.model.modelReset.connect(self._count_chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, buttons are icons."""
        super().resizeEvent(event)
        self.selection.compact(self.width() < self.table.narrow)

    def fill(self, documents: Sequence[Document], collections: Sequence[Collection]) -> None:
        """Show everything anew; what was chosen stays so."""
        chosen = [one.path for one in self.table.selected]
        self.model.set_documents(documents)
        self.tabs.show_collections(collections)
        self._show_column()
        for path in chosen:
            self._choose_row(path)

    def show_unwell(self, only: bool) -> None:
        """Show only documents that need someone, or all."""
        self._only_unwell = only
        self._filter()

    def select(self, path: str) -> None:
        """Choose a document and bring it into view, if it is shown."""
        self.table.clearSelection()
        self._choose_row(path)
        if (row := self.model.row_of(path)) is not None:
            self.table.scrollTo(self.model.index(row, 0))

    def _choose_row(self, path: str) -> None:
        if (row := self.model.row_of(path)) is not None:
            flags = self.table.selectionModel().SelectionFlag
            self.table.selectionModel().select(self.model.index(row, 0), flags.Select | flags.Rows)

    def _choose_collection(self, name: str) -> None:
        self._show_column()
        self._filter()
        self.collection_chosen.emit(name)

    def _show_column(self) -> None:
        """A column for the collection, where rows of several are shown."""
        self.table.show_collections(not self.tabs.name and len(self.tabs.names) > 1)

    def _filter(self, _: object = None) -> None:
        self.model.filter(self.tabs.name, self.search.text().strip(), self._only_unwell)

    def _count_chosen(self) -> None:
        self.selection.show_chosen(len(self.table.selectionModel().selectedRows()))
