"""The list of conversations: search, new, rename in place, pin, delete with undo, export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QListView, QMenu, QWidget

from engine.chat.conversations import Conversation
from engine.jobs import Lane
from ui.pages.chat.entries import ConversationDelegate, ConversationModel, named
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Column, SearchField, Text

_SUFFIX = {"markdown": ".md", "json": ".json"}


class ConversationList(QWidget):
    """Conversations of the workspace, pinned ones first.

    Signals:
        opened: the id of a conversation to show.
        created: a new one is wanted; it is in the list once something was asked in it.
    """

    opened = Signal(str)
    created = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell, self._open = shell, ""
        self._conversations = shell.workspace.conversations
        self._add = Button(self.tr("New conversation"), "plain", self.created.emit)
        self._add.setIcon(shell.theme.icon("add", "ink"))
        shell.theme.changed.connect(lambda: self._add.setIcon(shell.theme.icon("add", "ink")))
        self._add.setSizePolicy(self._add.sizePolicy().Policy.Expanding, self._add.sizePolicy().Policy.Fixed)
        self.search = SearchField(shell.theme, self.tr("Search conversations"))
        self.search.searched.connect(lambda _: self.refresh())
        self._nothing = Text("", "secondary", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.view = _View(self.tr("Conversations"))
        self.model = ConversationModel()
        self.view.setModel(self.model)
        self.delegate = ConversationDelegate(shell.theme, self.view)
        self.delegate.closeEditor.connect(lambda: self.refresh())
        self.view.setItemDelegate(self.delegate)
        self.setLayout(Column(self._add, self.search, self._nothing, self.view, gap=Space.S, margin=Space.M))
        self.model.renamed.connect(self._rename)
        self.view.wanted.connect(self._choose)
        self.view.menu_wanted.connect(self._menu)
        self.view.delete_wanted.connect(self._delete)
        shell.changed.connect(lambda what: self.refresh() if what == "conversations" else None)
        self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        wanted = self.search.text()
        self._shell.look(lambda: self._conversations.list(wanted), self._show, owner=self, key="list")

    def show_open(self, conversation: str) -> None:
        """Mark the conversation that is shown; empty: none of them."""
        self._open = conversation
        self._mark()

    def _show(self, found: Sequence[Conversation]) -> None:
        if self.view.editing:  # a list that is made anew would take the field away; it is read again afterwards
            return
        scroll = self.view.verticalScrollBar()
        place = scroll.value()
        self.model.show_all(found)
        self._nothing.setVisible(not found)
        wanted = self.search.text().strip()
        self._nothing.setText(
            self.tr("Nothing found for “{0}”.").format(wanted)
            if wanted
            else self.tr("What you ask is kept here, with all its answers.")
        )
        self.view.setVisible(bool(found))
        self._mark()
        scroll.setValue(place)

    def _mark(self) -> None:
        place = self.model.find(self._open)
        self.view.setCurrentIndex(place)
        if not place.isValid():
            self.view.clearSelection()

    def _choose(self, index: QModelIndex) -> None:
        if row := self.model.at(index):
            self._open = row.id
            self.opened.emit(row.id)

    def _menu(self, index: QModelIndex, place: QPoint) -> None:
        row = self.model.at(index)
        if row is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Rename"), lambda: self.view.edit(index))
        menu.addAction(self.tr("Unpin") if row.pinned else self.tr("Pin"), lambda: self._pin(row))
        menu.addSeparator()
        menu.addAction(self.tr("Export as Markdown…"), lambda: self.export(row, "markdown"))
        menu.addAction(self.tr("Export as JSON…"), lambda: self.export(row, "json"))
        menu.addSeparator()
        menu.addAction(self.tr("Delete"), lambda: self._delete(index))
        menu.popup(place)

    def export(self, row: Conversation, kind: str) -> None:
        """Ask for a file, and write a conversation to it (``markdown`` or ``json``)."""
        suggested = "".join(c if c.isalnum() or c in " -_" else " " for c in named(row)).strip()[:60] or "conversation"
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export the conversation"), str(Path.home() / f"{suggested}{_SUFFIX[kind]}")
        )
        if not path:
            return
        self._shell.run(
            Lane.DATA,
            self.tr("Exporting “{0}”").format(named(row)),
            lambda _: self._conversations.export(row.id, Path(path), kind),
            owner=self,
            on_done=lambda written: self._shell.toast(self.tr("Exported to {0}").format(written.name)),
            page="chat",
        )

    def _rename(self, conversation: str, title: str) -> None:
        self._change(lambda: self._conversations.rename(conversation, title))

    def _pin(self, row: Conversation) -> None:
        self._change(lambda: self._conversations.pin(row.id, not row.pinned))

    def _delete(self, index: QModelIndex) -> None:
        row = self.model.at(index)
        if row is None:
            return
        was_open = row.id == self._open
        if was_open:
            self.created.emit()  # what is open is gone: an empty one takes its place
        self._change(lambda: self._conversations.delete(row.id))
        self._shell.toast(self.tr("Deleted “{0}”").format(named(row)), lambda: self._restore(row.id, was_open))

    def _restore(self, conversation: str, was_open: bool) -> None:
        def back(_: Any) -> None:
            self._shell.tell("conversations")
            if was_open:
                self.opened.emit(conversation)

        self._shell.look(lambda: self._conversations.restore(conversation), back, owner=self)

    def _change(self, write: Callable[[], Any]) -> None:
        self._shell.look(write, lambda _: self._shell.tell("conversations"), owner=self)


class _View(QListView):
    """The list itself: a click or Enter opens, F2 renames, Delete deletes, the menu key and "more" show the menu."""

    wanted = Signal(QModelIndex)
    menu_wanted = Signal(QModelIndex, QPoint)
    delete_wanted = Signal(QModelIndex)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setProperty("role", "side")
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._context)

    @property
    def editing(self) -> bool:
        """Whether a name is being edited."""
        return self.state() == QAbstractItemView.State.EditingState

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the conversation under the mouse, or its menu where "more" is."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return
        more = ConversationDelegate.more(self.visualRect(index))
        if more.contains(event.position().toPoint()):
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(more.bottomLeft()))
        else:
            self.wanted.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Delete deletes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.wanted.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Delete and self.currentIndex().isValid():
            self.delete_wanted.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _context(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid():
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(place))
