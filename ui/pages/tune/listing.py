"""The runs of the workspace, the newest first. One is shown; several together are compared."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.tune.overview import Overview
from ui.pages.tune import said
from ui.shell import Shell
from ui.theme.theme import Theme
from ui.theme.tokens import Radius, Space, Type
from ui.widgets import Column, SearchField, Text

Index = QModelIndex | QPersistentModelIndex
_ROW = Qt.ItemDataRole.UserRole


class RunsModel(QAbstractListModel):
    """The runs, as frozen rows."""

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[Overview, ...] = ()
        self._search = ""
        self.rows: tuple[Overview, ...] = ()

    def show_rows(self, rows: Sequence[Overview]) -> None:
        """Show these, or what is searched of them."""
        self._all = tuple(rows)
        self._filter()

    def search(self, text: str) -> None:
        """Show the runs in whose name, model, data or note the text is."""
        self._search = text.casefold()
        self._filter()

    def _filter(self) -> None:
        self.beginResetModel()
        self.rows = tuple(one for one in self._all if self._search in _haystack(one))
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many runs there are."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A run, its title, or its line for screen readers."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        one = self.rows[index.row()]
        if role == _ROW:
            return one
        if role == Qt.ItemDataRole.DisplayRole:
            return one.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{one.title}, {said.state(one)}, {said.what(one)}"
        return None


class RunList(QWidget):
    """The list with its search.

    Args:
        host: within it Ctrl+F goes to the search.

    Signals:
        chosen: the ids of the runs that are chosen now, in the order of the list.
    """

    chosen = Signal(list)

    def __init__(self, shell: Shell, host: QWidget) -> None:
        super().__init__()
        self._model = RunsModel()
        self.view = QListView()
        self.view.setModel(self._model)
        self.view.setItemDelegate(_Drawn(shell.theme, self.view))
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setMouseTracking(True)
        self.view.setProperty("role", "side")
        self.view.setAccessibleName(self.tr("Runs"))
        self.search = SearchField(shell.theme, self.tr("Search runs"), host)
        self.hint = Text(self.tr("Choose several with Ctrl to compare their curves."), "label", wrap=True)
        self.search.searched.connect(self._search)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._tell())
        column = Column(self.search, gap=Space.S)
        column.addWidget(self.view, 1)
        column.addWidget(self.hint)
        self.setLayout(column)
        self._quiet = False

    @property
    def rows(self) -> tuple[Overview, ...]:
        """The runs that are listed."""
        return self._model.rows

    @property
    def ids(self) -> list[str]:
        """The runs that are chosen."""
        return [self.rows[row].run.id for row in sorted(index.row() for index in self.view.selectedIndexes())]

    def show_rows(self, rows: Sequence[Overview]) -> None:
        """Show the runs; what was chosen stays chosen."""
        held = self.ids
        self._quiet = True
        self._model.show_rows(rows)
        self._select(held)
        self._quiet = False
        self.hint.setVisible(len(rows) > 1)

    def choose(self, *runs: str) -> None:
        """Choose runs, without telling it."""
        self._quiet = True
        self.view.clearSelection()
        self._select(list(runs))
        self._quiet = False

    def _select(self, runs: list[str]) -> None:
        flag = self.view.selectionModel().SelectionFlag
        for row, one in enumerate(self.rows):
            if one.run.id in runs:
                index = self._model.index(row)
                self.view.selectionModel().select(index, flag.Select)
                self.view.selectionModel().setCurrentIndex(index, flag.NoUpdate)

    def _search(self, text: str) -> None:
        held = self.ids
        self._quiet = True
        self._model.search(text)
        self._select(held)
        self._quiet = False

    def _tell(self) -> None:
        if not self._quiet:
            self.chosen.emit(self.ids)


class _Drawn(QStyledItemDelegate):
    """A run in two lines: its name; a mark and a word for how it stands, its loss, and when."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._view = theme, parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines with room around them."""
        return QSize(0, self._theme.px(54))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one run."""
        one, tokens = index.data(_ROW), self._theme.tokens
        at: QRect = option.rect.adjusted(0, 1, 0, -1)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = ""
        if state & QStyle.StateFlag.State_Selected:
            ground = tokens.chosen
        elif state & QStyle.StateFlag.State_MouseOver:
            ground = tokens.hover
        if ground:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(at, Radius.CONTROL, Radius.CONTROL)
        if state & QStyle.StateFlag.State_HasFocus and self._keyboard():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(at.adjusted(1, 1, -1, -1), Radius.CONTROL, Radius.CONTROL)
        inside = at.adjusted(Space.M, Space.S, -Space.M, -Space.S)
        half = inside.height() // 2
        upper, lower = inside.adjusted(0, 0, 0, -half), inside.adjusted(0, half, 0, 0)
        self._line(painter, upper, one.title, tokens.ink, Type.BODY, QFont.Weight.Medium)
        size = self._theme.px(Type.BODY)
        tone = said.tone(one)
        square = QRect(lower.left(), lower.top() + (lower.height() - size) // 2, size, size)
        self._theme.icon(said.icon(one), tone or "ink2").paint(painter, square)
        lower = lower.adjusted(size + Space.XS, 0, 0, 0)
        words = " · ".join(part for part in (said.state(one), said.moment(one.run.created_at)) if part)
        self._line(painter, lower, words, tokens.ink2, Type.SECONDARY)
        if one.held_out is not None:
            self._line(painter, lower, said.loss(one.held_out), tokens.ink2, Type.SECONDARY, right=True)
        painter.restore()

    def _keyboard(self) -> bool:
        """Whether the focus came by a key: only then a ring is wanted."""
        return self._view.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)

    def _line(
        self, painter: QPainter, at: QRect, text: str, colour: str, size: int,
        weight: QFont.Weight = QFont.Weight.Normal, *, right: bool = False,
    ) -> None:  # fmt: skip
        font = QFont(painter.font())
        font.setPixelSize(self._theme.px(size))
        font.setWeight(weight)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        short = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, at.width())
        painter.drawText(at, side | Qt.AlignmentFlag.AlignVCenter, short)


def _haystack(one: Overview) -> str:
    run = one.run
    return " ".join((run.id, run.name, run.model, run.dataset, run.remark, said.state(one))).casefold()
