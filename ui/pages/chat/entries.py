"""The rows of the conversation list: conversations under headings of when they were last used, and how they look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QCoreApplication,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.chat.conversations import Conversation
from ui import words
from ui.theme.theme import Theme
from ui.theme.tokens import Radius, Space, Type

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ROW, _HEADING, _MORE = 32, 34, 28


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("conversations", text)


def heading(conversation: Conversation, today: date) -> str:
    """What a conversation stands under: pinned, or when it was last used."""
    if conversation.pinned:
        return tr("Pinned")
    moment = datetime.fromisoformat(conversation.updated_at)
    day = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone().date()
    ago = (today - day).days
    if ago <= 0:
        return tr("Today")
    if ago == 1:
        return tr("Yesterday")
    if ago < 7:
        return tr("This week")
    if ago < 31:
        return tr("This month")
    return f"{QLocale().standaloneMonthName(day.month)} {day.year}"


def named(conversation: Conversation) -> str:
    """A conversation's name, also while it has none."""
    return conversation.title or tr("New conversation")


class ConversationModel(QAbstractListModel):
    """Conversations with their headings.

    Signals:
        renamed: the id and the new title of a conversation that was edited in place.
    """

    renamed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[str | Conversation] = []

    def show_all(self, conversations: Sequence[Conversation]) -> None:
        """Show these, in their order."""
        today = datetime.now().astimezone().date()
        rows: list[str | Conversation] = []
        last = ""
        for conversation in conversations:
            if (group := heading(conversation, today)) != last:
                rows.append(group)
                last = group
            rows.append(conversation)
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def at(self, index: Index) -> Conversation | None:
        """The conversation of a row, None for a heading."""
        row = self._rows[index.row()] if index.isValid() else ""
        return row if isinstance(row, Conversation) else None

    def find(self, conversation: str) -> QModelIndex:
        """The place of a conversation; invalid if it is not listed."""
        for number, row in enumerate(self._rows):
            if isinstance(row, Conversation) and row.id == conversation:
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many rows, with the headings."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A row's text, and more of it on hover."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if isinstance(row, str):
            return row if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        if role == Qt.ItemDataRole.ToolTipRole:
            asked = words.count(row.turns, tr("question"), tr("questions"))
            return f"{named(row)}\n{asked} · {words.when(row.updated_at)}"
        if role == Qt.ItemDataRole.EditRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{named(row)}, {tr('pinned')}" if row.pinned else named(row)
        return named(row) if role == Qt.ItemDataRole.DisplayRole else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell that a title was edited; it shows once it is stored."""
        row = self.at(index)
        title = " ".join(str(value).split())
        if row is None or not title or title == row.title:
            return False
        self.renamed.emit(row.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings can neither be chosen nor edited."""
        if self.at(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable


class ConversationDelegate(QStyledItemDelegate):
    """Paints a row: a heading small, a conversation on one line, and under the mouse the way to more."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    @staticmethod
    def more(row: QRect) -> QRect:
        """Where "more" is in a row."""
        return QRect(row.right() - _MORE, row.top(), _MORE, row.height())

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All conversations of one height, headings with room above."""
        model = index.model()
        assert isinstance(model, ConversationModel)
        return QSize(0, self._theme.px(_ROW if model.at(index) else _HEADING))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        model = index.model()
        assert isinstance(model, ConversationModel)
        rect: QRect = option.rect
        conversation = model.at(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if conversation is None:
            self._heading(painter, rect, str(index.data()))
        else:
            self._conversation(painter, rect, conversation, option.state)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A field in the row."""
        editor = QLineEdit(parent)
        editor.setAccessibleName(tr("Name of the conversation"))
        return editor

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand the new title to the model."""
        assert isinstance(editor, QLineEdit)
        model.setData(index, editor.text())

    def _heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        font = painter.font()
        font.setPixelSize(self._theme.px(Type.LABEL))
        painter.setFont(font)
        painter.setPen(QColor(self._theme.tokens.ink3))
        place = rect.adjusted(Space.S, 0, -Space.S, -Space.XS)
        painter.drawText(place, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)

    def _conversation(self, painter: QPainter, rect: QRect, row: Conversation, state: QStyle.StateFlag) -> None:
        tokens = self._theme.tokens
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.chosen if chosen else tokens.hover))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), Radius.CONTROL, Radius.CONTROL)
        text = rect.adjusted(Space.S, 0, -Space.S, 0)
        if chosen or hovered:
            text.setRight(rect.right() - _MORE)
            self._theme.icon("more", "ink2").paint(painter, self.more(rect).adjusted(6, 8, -6, -8))
        painter.setPen(QColor(tokens.ink if chosen or hovered else tokens.ink2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        title = painter.fontMetrics().elidedText(named(row), Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
