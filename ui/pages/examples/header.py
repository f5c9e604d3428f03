"""The line at the top: which dataset, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from store.datasets import Dataset
from ui import words
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, IconButton, Row, Text


class Header(QWidget):
    """Dataset, version, and actions.

    Signals:
        chosen: another dataset was chosen.
        add_asked, import_asked, tune_asked, rename_asked, export_asked, remove_asked: what a button asked for.
    """

    chosen = Signal(object)
    add_asked = Signal()
    import_asked = Signal()
    tune_asked = Signal()
    rename_asked = Signal()
    export_asked = Signal()
    remove_asked = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._pick = QPushButton()
        self._pick.setProperty("kind", "quiet")
        self._pick.setToolTip(self.tr("Choose another dataset"))
        self._menu = QMenu(self._pick)
        self._pick.setMenu(self._menu)
        self._said = Text("", "secondary")
        more = IconButton(shell.theme, "more", self.tr("More to do with this dataset"))
        menu = QMenu(more)
        for title, signal in (
            (self.tr("Rename…"), self.rename_asked),
            (self.tr("Export as JSON Lines…"), self.export_asked),
            (self.tr("Remove"), self.remove_asked),
        ):
            menu.addAction(title).triggered.connect(lambda _=False, signal=signal: signal.emit())
        more.setMenu(menu)
        more.setPopupMode(more.ToolButtonPopupMode.InstantPopup)
        add = Button(self.tr("Add example"), "plain", self.add_asked.emit)
        add.setToolTip("Ctrl+N")
        take = Button(self.tr("Import…"), "plain", self.import_asked.emit)
        take.setToolTip(self.tr("Ctrl+O; or drop a file on the page"))
        tune = Button(self.tr("Tune with these"), "primary", self.tune_asked.emit)
        parts = (Text(self.tr("Examples"), "title"), Space.S, self._pick, self._said, None, take, add, tune, more)
        self.setLayout(Row(*parts))

    def show_datasets(self, known: Sequence[Dataset], current: Dataset) -> None:
        """Offer the datasets, and say which one is shown."""
        self._pick.setText(f"{current.name} ▾")
        self._pick.setAccessibleName(self.tr("Dataset: {0}").format(current.name))
        if current.edited_at:
            self._said.setText(self.tr("edited {0}").format(words.when(current.edited_at)))
        else:
            self._said.setText(self.tr("imported {0}").format(words.when(current.imported_at)))
        self._said.setToolTip(self.tr("Version {0}").format(current.version[:12]) if current.version else "")
        self._menu.clear()
        newest: set[str] = set()
        for one in known:
            rows = words.count(one.rows, self.tr("example"), self.tr("examples"))
            earlier = self.tr(", earlier import {0}").format(words.when(one.imported_at)) if one.name in newest else ""
            newest.add(one.name)
            action = self._menu.addAction(f"{one.name}{earlier}\t{rows}")
            action.setCheckable(True)
            action.setChecked(one.id == current.id)
            action.triggered.connect(lambda _=False, one=one: self.chosen.emit(one))
