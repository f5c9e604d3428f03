"""The row of collections: which one is looked at, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QTabBar, QWidget

from store.collections import Collection
from ui import words
from ui.theme.theme import Theme
from ui.widgets import IconButton, Row

LONGEST = 24  # characters of a name that a tab shows


class CollectionTabs(QWidget):
    """All documents, then each collection.

    Signals:
        chosen: the name of the collection that is looked at; empty: all.
        wanted_new: a new collection is wanted.
        wanted_rename: this one wants another name.
        wanted_remove: this one is not wanted any more.
    """

    chosen = Signal(str)
    wanted_new = Signal()
    wanted_rename = Signal(str)
    wanted_remove = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.tabs = QTabBar(drawBase=False, expanding=False, usesScrollButtons=True)
        self.tabs.setAccessibleName(self.tr("Collections"))
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.tabs.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tabs.customContextMenuRequested.connect(self._menu_at)
        self.tabs.currentChanged.connect(lambda _: self.chosen.emit(self.name))
        self._more = IconButton(theme, "more", self.tr("Rename or remove the collection"), self._menu_below)
        add = IconButton(theme, "add", self.tr("New collection"), self.wanted_new.emit)
        row = Row(self.tabs, add, self._more, None, gap=0)
        self.setLayout(row)
        self.show_collections([])

    @property
    def name(self) -> str:
        """The collection that is looked at; empty: all."""
        return str(self.tabs.tabData(self.tabs.currentIndex()) or "")

    @property
    def names(self) -> list[str]:
        """The collections' names."""
        return [str(self.tabs.tabData(place)) for place in range(1, self.tabs.count())]

    def show_collections(self, collections: Sequence[Collection]) -> None:
        """Show these; the one that was looked at stays, if it is among them."""
        before = self.name
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        self._add("", self.tr("All"), sum(one.documents for one in collections))
        for one in collections:
            self._add(one.name, one.name, one.documents)
        self.tabs.blockSignals(False)
        self.choose(before)
        if self.name != before:
            self.chosen.emit(self.name)
        self._more.setVisible(bool(self.name))

    def choose(self, name: str) -> None:
        """Look at a collection."""
        names = [self.tabs.tabData(place) for place in range(self.tabs.count())]
        self.tabs.setCurrentIndex(names.index(name) if name in names else 0)
        self._more.setVisible(bool(self.name))

    def _add(self, name: str, label: str, documents: int) -> None:
        shown = label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
        place = self.tabs.addTab(f"{shown.replace('&', '&&')}  {words.number(documents)}")
        self.tabs.setTabData(place, name)
        self.tabs.setTabToolTip(place, "" if shown == label else label)

    def _menu_at(self, point: QPoint) -> None:
        if (place := self.tabs.tabAt(point)) > 0:
            self._menu(str(self.tabs.tabData(place)), self.tabs.mapToGlobal(point))

    def _menu_below(self) -> None:
        self._menu(self.name, self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _menu(self, name: str, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Rename…"), lambda: self.wanted_rename.emit(name))
        menu.addAction(self.tr("Remove…"), lambda: self.wanted_remove.emit(name))
        menu.popup(where)
