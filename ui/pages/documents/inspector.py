"""The search inspector: what a question finds, by meaning and by words, and what chat would be given of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHeaderView, QWidget

from engine.errors import FormfactError
from engine.ground.candidates import Candidate
from ui.pages.documents.candidates import PASSAGE, CandidatesModel, PassageDelegate, row_height
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Column, Row, SearchField, TableView, Text

LIMIT = 20
MOST = 16_777_215  # Qt's own limit of a height
_WIDTHS = (92, 92, 72, 0, 160)


class Inspector(QWidget):
    """Type a question, see what a search makes of it.

    Args:
        shell: the window.

    Signals:
        opened: a passage is to be shown where it stands.
        grown: whether there is something to show, which needs room.
    """

    opened = Signal(object)
    grown = Signal(bool)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self.collection = ""
        self.field = SearchField(shell.theme, self.tr("Try a question: what would it find?"))
        self.field.setAccessibleName(self.tr("Search inspector"))
        self.model = CandidatesModel(shell.theme, self)
        self.table = TableView(shell.theme, self.tr("What was found"))
        self._said = Text("", "secondary", wrap=True)
        self._hint = self.tr(
            "Each row is a passage that the search considered, with its rank by meaning and by words. "
            "It shows why chat was given one passage and not another."
        )
        self._dress_table()
        head = Row(Text(self.tr("Search inspector"), "section"), gap=Space.L)
        head.addWidget(self.field, 1)
        column = Column(head, self._said, gap=Space.S, margin=(0, Space.M, 0, 0))
        column.addWidget(self.table, 1)
        self.setLayout(column)
        self.field.searched.connect(self.search)
        self.field.returnPressed.connect(lambda: self.search(self.field.text().strip()))
        self._say(self._hint)

    def search(self, question: str) -> None:
        """Look what a question finds."""
        if not question:
            self.model.show_candidates("", ())
            self._say(self._hint)
            return
        collection, documents = self.collection or None, self.shell.workspace.documents
        if not self.model.candidates:
            self._say(self.tr("Searching…"))
        self.shell.look(
            lambda: documents.inspect(question, LIMIT, collection=collection),
            lambda found: self._show(question, found),
            owner=self,
            failed=self._fail,
            key="inspect",
        )

    def look_into(self, collection: str) -> None:
        """Search in a collection from now on; empty: in all."""
        if collection != self.collection:
            self.collection = collection
            self.search(self.field.text().strip())

    def _show(self, question: str, found: list[Candidate]) -> None:
        self.model.show_candidates(question, found)
        self._say("" if found else self.tr("Nothing found."))

    def _fail(self, fault: FormfactError) -> None:
        self.model.show_candidates("", ())
        self._say(f"{fault.what} {fault.remedy}".strip())

    def _say(self, text: str) -> None:
        """Say something instead of rows, which takes little room; nothing: show the rows."""
        self._said.setText(text)
        self._said.setVisible(bool(text))
        self.table.setVisible(not text)
        self.setMaximumHeight(self.sizeHint().height() if text else MOST)
        self.grown.emit(not text)

    def _dress_table(self) -> None:
        table, theme = self.table, self.shell.theme
        table.setModel(self.model)
        table.setItemDelegateForColumn(PASSAGE, PassageDelegate(theme, self.model, table))
        table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        head = table.horizontalHeader()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(PASSAGE, QHeaderView.ResizeMode.Stretch)
        table.widths(*_WIDTHS)
        self._rescale()
        theme.changed.connect(self._rescale)
        table.selectionModel().currentRowChanged.connect(lambda index, _: self._open(index.row()))
        table.clicked.connect(lambda index: self._open(index.row()))

    def _rescale(self) -> None:
        self.table.verticalHeader().setDefaultSectionSize(self.shell.theme.px(row_height()))

    def _open(self, row: int) -> None:
        if 0 <= row < len(self.model.candidates):
            self.opened.emit(self.model.candidates[row].passage)
