"""The top of the page: what there is in one line, what needs someone, and the ways to add."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from ui import words
from ui.pages.documents.states import Summary
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
        self.unwell = Button("", "link")
        self.unwell.setCheckable(True)
        self.unwell.setToolTip(self.tr("Show only the documents that need attention"))
        self.unwell.toggled.connect(self._toggle)
        self.unfinished = Button(self.tr("Some are not finished: go on"), "link", self.rescan.emit)
        self.back = Button(self.tr("Undo"), "link", self.undo.emit)
        again = IconButton(theme, "again", self.tr("Look for changes on disk (F5)"), self.rescan.emit)
        add = Button(self.tr("Add documents"), "primary")
        menu = QMenu(add)
        menu.addAction(self.tr("Files…"), self.add_files.emit)
        menu.addAction(self.tr("A folder…"), self.add_folder.emit)
        add.setMenu(menu)
        self.add = add
        line = Row(self._said, self.unwell, self.unfinished, self.back, None, gap=Space.L)
        left = Column(Text(self.tr("Documents"), "title"), line, gap=Space.XS)
        row = Row(gap=Space.S)
        row.addLayout(left, 1)
        row.addWidget(again)
        row.addWidget(add)
        self.setLayout(row)

    def _toggle(self, only: bool) -> None:
        if only:
            self.unwell.setText(self.tr("Show all"))
        self.only_unwell.emit(only)

    def show_summary(self, summary: Summary, *, busy: bool, last: str) -> None:
        """Sum up; ``last`` is what could be taken back."""
        self.back.setText(self.tr("{0}: undo").format(last))
        self.back.setVisible(bool(last))
        parts = [words.count(summary.files, self.tr("file"), self.tr("files"))]
        if summary.pages:
            parts.append(words.count(summary.pages, self.tr("page"), self.tr("pages")))
        parts.append(words.count(summary.chunks, self.tr("chunk"), self.tr("chunks")))
        whole = summary.in_step == summary.files
        said = ", ".join(parts) + (self.tr(" · all in step ✓") if whole else "")
        self._said.setText(said if summary.files else self.tr("Nothing is indexed yet"))
        some = self.tr("{0} needs attention") if summary.unwell == 1 else self.tr("{0} need attention")
        self.unwell.setText(self.tr("Show all") if self.unwell.isChecked() else some.format(summary.unwell))
        self.unwell.setVisible(summary.unwell > 0 or self.unwell.isChecked())
        self.unfinished.setVisible(not busy and summary.unfinished > 0)
