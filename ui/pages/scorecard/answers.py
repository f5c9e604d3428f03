"""The answers of a scorecard: filters, the table of questions, and the chosen question in full."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from engine.compare.rows import TITLES, Tag, matching
from ui.pages.scorecard.data import Shown
from ui.pages.scorecard.detail import Detail
from ui.pages.scorecard.table import Questions, ScoreDelegate
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Card, Column, Row, SearchField, Segments, TableView, Text

_ALL = "all"
_LINES, _MORE_LINES, _HIGH = 6, 10, 900
_ARM_WIDTH = 104


class Answers(QWidget):
    """Every answer one click away.

    Signals:
        opened: a person chose a question, and its answers are shown.
        edit_asked: edit the checks of a question: its id.
    """

    opened = Signal()
    edit_asked = Signal(str)

    def __init__(self, shell: Shell, host: QWidget) -> None:
        super().__init__()
        self._shell = shell
        self._shown: Shown | None = None
        titles = [(str(tag), self.tr(title)) for tag, title in TITLES.items()]
        self.filter = Segments([(_ALL, self.tr("All")), *titles], self.tr("Which questions"))
        self.filter.choose(_ALL)
        self.search = SearchField(shell.theme, self.tr("Find in questions and answers"), host)
        self.model = Questions(self)
        self.table = TableView(shell.theme, self.tr("Questions and how each arm did"))
        self.detail = Detail(shell)
        self._none = Text(self.tr("No question matches."), "secondary")
        self._lay_out()
        self.filter.chosen.connect(self._refill)
        self.search.searched.connect(self._refill)
        self.detail.edit_asked.connect(self.edit_asked)
        shell.theme.changed.connect(lambda: self._fit(self.model.rowCount()))

    def show_card(self, shown: Shown) -> None:
        """Show the questions of a scorecard; the one in view stays in view."""
        before = self._current_id()
        self._shown = shown
        for tag, title in [(None, self.tr("All")), *((tag, self.tr(title)) for tag, title in TITLES.items())]:
            count = len(matching(shown.rows, tag))
            self.filter.set_label(str(tag) if tag else _ALL, f"{title}  {count}")
            self.filter.set_enabled(str(tag) if tag else _ALL, bool(count) or tag is None)
        self._refill(keep=before)

    def _lay_out(self) -> None:
        self.table.setModel(self.model)
        self.table.setItemDelegate(ScoreDelegate(self._shell.theme, self.table))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.horizontalHeader().setStretchLastSection(False)
        self.table.selectionModel().currentRowChanged.connect(self._open)
        card = Card(self.table, self._none, margin=Space.XS)
        self.search.setMaximumWidth(self._shell.theme.px(260))
        head = Row(Text(self.tr("The answers"), "section"), None, gap=Space.M)
        head.addWidget(self.search, 1)
        self.setLayout(Column(head, Row(self.filter, None), card, self.detail, gap=Space.M))

    def _refill(self, _chosen: str = "", *, keep: str = "") -> None:
        if self._shown is None:
            return
        tag = None if self.filter.key == _ALL else Tag(self.filter.key)
        rows = matching(self._shown.rows, tag, self.search.text().strip())
        keep = keep or self._current_id()
        self.model.set_rows(rows, self._shown.card.arms)
        self._fit(len(rows))
        place = next((at for at, row in enumerate(rows) if row.question.id == keep), 0)
        if rows:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.table.selectionModel().setCurrentIndex(self.model.index(place, 0), flags)
            self.table.scrollTo(self.model.index(place, 0))
        self._none.setVisible(not rows)
        self.table.setVisible(bool(rows))
        self.detail.setVisible(bool(rows))

    def _fit(self, count: int) -> None:
        """Columns over the whole width, and a height for the first questions."""
        header = self.table.horizontalHeader()
        for column in range(self.model.columnCount()):
            mode = QHeaderView.ResizeMode.Fixed if column else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(column, mode)
            if column:
                header.resizeSection(column, self._shell.theme.px(_ARM_WIDTH))
        line = self.table.verticalHeader().defaultSectionSize()
        lines = _MORE_LINES if self.window().height() > _HIGH else _LINES
        self.table.setFixedHeight(header.sizeHint().height() + min(count, lines) * line + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A high window shows more questions at once."""
        super().resizeEvent(event)
        self._fit(self.model.rowCount())

    def _current_id(self) -> str:
        place = self.table.currentIndex().row()
        return self.model.rows[place].question.id if 0 <= place < len(self.model.rows) else ""

    def _open(self, index: QModelIndex) -> None:
        if self._shown is None or not index.isValid():
            return
        row = self.model.rows[index.row()]
        self.detail.show_row(row, self._shown.card.arms, editable=self._shown.editable)
        if self.table.hasFocus():
            self.opened.emit()
