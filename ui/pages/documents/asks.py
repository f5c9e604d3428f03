"""What is asked before it is done: which files, whether to remove, what to call, where to move."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMenu

if TYPE_CHECKING:
    from ui.pages.documents.page import DocumentsPage


class Asks(QObject):
    """The questions of the page.

    Args:
        page: whose documents, and whose question line.
    """

    def __init__(self, page: DocumentsPage) -> None:
        super().__init__(page)
        self._page, self._question, self._intents = page, page.question, page.intents

    def files(self) -> None:
        """Let a person choose files to index."""
        names, _ = QFileDialog.getOpenFileNames(self._page, self.tr("Add files"))
        if names:
            self._page.add([Path(name) for name in names])

    def folder(self) -> None:
        """Let a person choose a folder to index."""
        if name := QFileDialog.getExistingDirectory(self._page, self.tr("Add a folder")):
            self._page.add([Path(name)])

    def remove(self) -> None:
        """Whether to remove the chosen documents."""
        chosen = self._page.browser.table.selected
        if not chosen:
            return
        what = chosen[0].name if len(chosen) == 1 else self.tr("{0} documents").format(len(chosen))
        text = self.tr("Remove {0} from the index? The files on disk stay as they are.").format(what)
        self._question.ask(text, self.tr("Remove"), lambda: self._intents.remove(chosen))

    def remove_collection(self, name: str) -> None:
        """Whether to remove a collection."""
        text = self.tr("Remove the collection “{0}” with its documents from the index? The files on disk stay.")
        self._question.ask(text.format(name), self.tr("Remove"), lambda: self._intents.remove_collection(name))

    def new_collection(self) -> None:
        """What to call a new collection."""
        self._question.ask_name(
            self.tr("Name of the new collection"), "", self.tr("Create"), self._intents.new_collection
        )

    def rename(self, name: str) -> None:
        """What to call a collection."""
        self._question.ask_name(
            self.tr("New name of “{0}”").format(name),
            name,
            self.tr("Rename"),
            lambda new: self._intents.rename_collection(name, new),
        )

    def move(self) -> None:
        """A menu of collections to move the chosen documents to."""
        menu = QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen = self._page.browser.table.selected
        for name in self._page.browser.tabs.names:
            menu.addAction(name.replace("&", "&&"), partial(self._intents.move, chosen, name))
        menu.addSeparator()
        ask = self.tr("Name of the new collection")
        menu.addAction(
            self.tr("New collection…"),
            lambda: self._question.ask_name(ask, "", self.tr("Move"), lambda name: self._intents.move(chosen, name)),
        )
        button = self._page.browser.selection.buttons["move"]
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def retry(self) -> None:
        """Read the chosen documents again: nothing to ask."""
        if self._page.browser.table.selected:
            self._intents.retry(self._page.browser.table.selected)

    def menu(self, point: QPoint) -> None:
        """What can be done with the chosen documents, as a menu."""
        if not self._page.browser.table.selected:
            return
        menu = QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Show"), lambda: self._page.show_document(self._page.browser.table.selected[0]))
        menu.addAction(self.tr("Read again"), self.retry)
        menu.addAction(self.tr("Move to…"), self.move)
        menu.addSeparator()
        menu.addAction(self.tr("Remove…"), self.remove)
        menu.popup(self._page.browser.table.viewport().mapToGlobal(point))
