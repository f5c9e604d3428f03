"""Ctrl+K: every action by name. And the sheet of all shortcuts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QListWidget, QListWidgetItem, QWidget

from ui.actions import Action
from ui.theme.tokens import Space
from ui.widgets import Column, Text

WIDTH, HEIGHT = 560, 420


def matches(actions: Sequence[Action], typed: str) -> list[Action]:
    """The actions whose title holds every typed word, those that begin with the first before the others."""
    parts = typed.casefold().split()
    found = [one for one in actions if all(part in one.title.casefold() for part in parts)]
    return sorted(found, key=lambda one: not (parts and one.title.casefold().startswith(parts[0])))


class CommandPalette(QDialog):
    """A field and the actions that fit. Enter does the chosen one.

    Args:
        actions: those that can be done now.
    """

    def __init__(self, actions: Sequence[Action], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(self.tr("Command palette"))
        self._actions = actions
        self._field = QLineEdit()
        self._field.setPlaceholderText(self.tr("What do you want to do?"))
        self._field.setAccessibleName(self._field.placeholderText())
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Actions"))
        self.setLayout(Column(self._field, self._list, margin=Space.M))
        self._field.textChanged.connect(self._fill)
        self._field.returnPressed.connect(self._do)
        self._list.itemClicked.connect(self._do)
        self._field.installEventFilter(self)
        self.setFixedSize(WIDTH, HEIGHT)
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - WIDTH) // 2, corner.y() + parent.height() // 8)
        self._fill("")
        self._field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrow keys move in the list while one types in the field."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step and self._list.count():
                self._list.setCurrentRow((self._list.currentRow() + step) % self._list.count())
                return True
        return super().eventFilter(watched, event)

    def _fill(self, typed: str) -> None:
        self._list.clear()
        for action in matches(self._actions, typed):
            keys = QKeySequence(action.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            item = QListWidgetItem(f"{action.title}    {keys}" if keys else action.title)
            item.setData(Qt.ItemDataRole.UserRole, action)
            self._list.addItem(item)
        self._list.setCurrentRow(0)

    def _do(self) -> None:
        if item := self._list.currentItem():
            action: Action = item.data(Qt.ItemDataRole.UserRole)
            self.close()
            action.run()


class ShortcutSheet(QDialog):
    """All keys, in two columns.

    Args:
        actions: every action that has a shortcut.
    """

    def __init__(self, actions: Sequence[Action], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keys"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.XXL)
        grid.setVerticalSpacing(Space.S)
        for place, action in enumerate(actions):
            keys = QKeySequence(action.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            row, side = place // 2, place % 2 * 2
            grid.addWidget(Text(action.title), row, side)
            grid.addWidget(Text(keys, "mono"), row, side + 1)
        self.setLayout(Column(Text(self.tr("Keys"), "title"), grid, None, gap=Space.L, margin=Space.XL))
