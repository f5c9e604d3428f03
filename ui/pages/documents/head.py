"""The top of the page: what there is in one line, what needs someone, and the ways to add."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from store.documents import Document
from ui import words
from ui.pages.documents.states import SETTLED, unwell
from ui.theme.theme import Theme
from ui.theme.tokens import Space
from ui.widgets import Button, Column, IconButton, Row, Text


class Head(QWidget):
    """Title, summary and buttons.

    Signals:
        add_files, add_folder, rescan, undo: what a person wants.
        only_unwell: whether only documents that need someone are to be shown.
    """

    add_files = Signal()
    add_folder = Signal()
    rescan = Signal()
    undo = Signal()
    only_unwell = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._said = Text("", "secondary")
        self.unwell = Button("", "quiet")
        self.unwell.setCheckable(True)
        self.unwell.setToolTip(self.tr("Show only the documents that need attention"))
        self.unwell.toggled.connect(self.only_unwell)
        self.unfinished = Button(self.tr("Go on"), "plain", self.rescan.emit)
        self.back = Button(self.tr("Undo"), "link", self.undo.emit)
        again = IconButton(theme, "again", self.tr("Look for changes on disk (F5)"), self.rescan.emit)
        add = Button(self.tr("Add documents"), "primary")
        menu = QMenu(add)
        menu.addAction(self.tr("Files…"), self.add_files.emit)
        menu.addAction(self.tr("A folder…"), self.add_folder.emit)
        add.setMenu(menu)
        self.add = add
        line = Row(self._said, self.unwell, self.unfinished, self.back, None, gap=Space.S)
        left = Column(Text(self.tr("Documents"), "title"), line, gap=Space.XS)
        row = Row(gap=Space.S)
        row.addLayout(left, 1)
        row.addWidget(again)
        row.addWidget(add)
        self.setLayout(row)

    def show_documents(self, documents: Sequence[Document], *, busy: bool, last: str) -> None:
        """Sum up; ``last`` is what could be taken back."""
        self.back.setText(self.tr("{0}: undo").format(last))
        self.back.setVisible(bool(last))
        pages = sum(one.pages or 0 for one in documents)
        chunks = sum(one.chunks for one in documents)
        parts = [words.count(len(documents), self.tr("file"), self.tr("files"))]
        if pages:
            parts.append(words.count(pages, self.tr("page"), self.tr("pages")))
        parts.append(words.count(chunks, self.tr("chunk"), self.tr("chunks")))
        sick = sum(unwell(one, busy=busy) for one in documents)
        whole = all(one.status == "indexed" for one in documents) and bool(documents)
        said = ", ".join(parts) + (self.tr(" · all in step ✓") if whole else "")
        self._said.setText(said if documents else self.tr("Nothing is indexed yet"))
        self.unwell.setText(
            self.tr("{0} needs attention").format(sick) if sick == 1 else self.tr("{0} need attention").format(sick)
        )
        self.unwell.setVisible(sick > 0 or self.unwell.isChecked())
        self.unfinished.setVisible(not busy and any(one.status not in SETTLED for one in documents))
