"""The earlier scorecards: a list on the left, the newest on top."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QMenu, QWidget

from engine.types import Arm
from store.scores import Summary
from ui import words
from ui.pages.scorecard.data import source_name
from ui.shell import Shell
from ui.theme.tokens import MARKS, Space
from ui.widgets import Column, Text

WIDTH = 220


class History(QWidget):
    """Scorecards by question set, time and arms.

    Signals:
        chosen: the number of the scorecard to show.
        remove_asked: the number of the scorecard to remove.
    """

    chosen = Signal(int)
    remove_asked = Signal(int)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._theme = shell.theme
        self._theme.changed.connect(self._rescale)
        self._rescale()
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Earlier scorecards"))
        self.list.setProperty("role", "side")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.currentItemChanged.connect(self._tell)
        QShortcut(QKeySequence.StandardKey.Delete, self.list, self._remove, context=Qt.ShortcutContext.WidgetShortcut)
        head = Text(self.tr("Scorecards"), "section")
        self.setLayout(Column(head, self.list, gap=Space.M, margin=(Space.L, Space.L, Space.S, Space.L)))

    def show_cards(self, cards: Sequence[Summary], current: int | None, running: int | None) -> None:
        """List these; the current one is marked, without telling it. ``running`` is being answered."""
        self.list.blockSignals(True)
        self.list.clear()
        for card in cards:
            item = QListWidgetItem(f"{source_name(card.source)}\n{_about(self, card, card.id == running)}")
            item.setData(Qt.ItemDataRole.UserRole, card.id)
            item.setToolTip(self.tr("{0} with seed {1}, run {2}").format(card.model, card.seed, card.run or "–"))
            self.list.addItem(item)
            if card.id == current:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)

    def _rescale(self) -> None:
        self.setFixedWidth(self._theme.px(WIDTH))

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _remove(self) -> None:
        if item := self.list.currentItem():
            self.remove_asked.emit(item.data(Qt.ItemDataRole.UserRole))

    def _menu(self, place: object) -> None:
        if self.list.currentItem() is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Remove"), self._remove)
        menu.popup(self.list.viewport().mapToGlobal(place))  # type: ignore[call-overload]


def _about(widget: QWidget, card: Summary, running: bool) -> str:
    if running:
        return widget.tr("is being answered")
    if card.state != "done":
        return widget.tr("stopped at {0} of {1}").format(card.answered, card.questions)
    arms = " ".join(MARKS[arm] for arm in msgspec.json.decode(card.arms, type=list[Arm]))
    return f"{words.when(card.created_at)} · {arms}"
