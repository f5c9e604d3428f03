"""The catalogue: well-known open models, what each needs here, and how far it is on its way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.models.catalogue import Entry
from engine.models.overview import Suggested, suggested
from ui import words
from ui.pages.models.facts import TONES, fit, run_words, short, tune_words
from ui.pages.models.offer import OfferPane
from ui.pages.models.rows import Col, RowsModel
from ui.pages.models.split import Split
from ui.pages.models.transfers import Transfers
from ui.shell import Shell
from ui.widgets import Column, TableView

WIDTHS = (112, 236, 92, 92, 110, 110, 106)
SPARE = (2, 1, 3, 4, 7, 6)
"""Columns that go when there is no room; what they say is in the pane, too."""


class CatalogueView(QWidget):
    """List and detail of the catalogue.

    Args:
        shell: what pages are given.

    Signals:
        asked_installed: an installed model is to be shown: its source on the hub.
    """

    asked_installed = Signal(str)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.transfers = Transfers(shell, self)
        self._model = RowsModel[Suggested](shell.theme, self._columns())
        self.table = TableView(shell.theme, self.tr("Catalogue of models"))
        self.table.setModel(self._model)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show())
        self.pane = OfferPane(shell)
        split = Split(shell.theme, self.table, self.pane, WIDTHS, SPARE)
        self.setLayout(Column(split, gap=0))
        self._listen()

    @property
    def chosen(self) -> Suggested | None:
        """The entry that is chosen in the list."""
        rows = self.table.selectionModel().selectedRows()
        return self._model.all[rows[0].row()] if rows else None

    def reload(self) -> None:
        """Read anew what is here."""
        workspace = self._shell.workspace
        self._shell.look(lambda: suggested(workspace), self._filled, owner=self, key="catalogue")

    def search(self, text: str) -> None:
        """Show the entries that have ``text`` in a column."""
        kept = self.chosen.entry.key if self.chosen else ""
        self._model.look_for(text)
        self._choose(kept)

    def _listen(self) -> None:
        pane = self.pane
        pane.asked_offer.connect(self._ask)
        pane.asked_fetch.connect(self._fetch)
        for signal, do in (
            (pane.asked_pause, self.transfers.pause),
            (pane.asked_discard, self.transfers.discard),
            (pane.asked_forget, self.transfers.forget),
            (pane.asked_installed, lambda entry: self.asked_installed.emit(entry.source)),
        ):
            signal.connect(partial(self._with_chosen, do))
        pane.asked_network.connect(lambda: self._shell.configure(network=True))
        self.transfers.changed.connect(self._moved)
        self._shell.settings_changed.connect(self._show)

    def _with_chosen(self, do: Callable[[Entry], None]) -> None:
        if one := self.chosen:
            do(one.entry)

    def _ask(self) -> None:
        if one := self.chosen:
            self.transfers.ask(one.entry, twin=self.pane.twin.isChecked())

    def _fetch(self) -> None:
        if one := self.chosen:
            self.transfers.fetch(one.entry, twin=self.pane.twin.isChecked())

    def _moved(self, key: str) -> None:
        """A transfer has moved; one that has ended may have left something on disk."""
        one = next((one for one in self._model.all if one.entry.key == key), None)
        transfer = self.transfers.of(one.entry) if one else None
        if transfer is None or transfer.step == "failed":
            self.reload()
        self.table.viewport().update()
        self._show()

    def _filled(self, found: list[Suggested]) -> None:
        key = self.chosen.entry.key if self.chosen else ""
        self._model.show_rows(found)
        self._choose(key)

    def _choose(self, key: str) -> None:
        keys = [one.entry.key for one in self._model.all]
        self.table.selectRow(keys.index(key) if key in keys else 0)
        self._show()

    def _show(self) -> None:
        one = self.chosen
        self.pane.show_entry(one, self.transfers.of(one.entry) if one else None)

    def _here(self, one: Suggested) -> str:
        transfer = self.transfers.of(one.entry)
        if one.held.state == "installed":
            return self.tr("✓ Installed")
        if transfer and transfer.step == "fetching":
            progress = transfer.progress
            return words.percent(progress.done / progress.total) if progress and progress.total else self.tr("waiting")
        if transfer and transfer.step == "failed":
            return self.tr("! Failed")
        return self.tr("Paused") if one.held.state == "part" else ""

    def _columns(self) -> list[Col[Suggested]]:
        return [
            Col(self.tr("Model"), lambda one: one.entry.name, tip=lambda one: one.entry.note),
            Col(self.tr("Maker"), lambda one: one.entry.maker),
            Col(self.tr("Licence"), lambda one: one.entry.licence.name),
            Col(
                self.tr("Parameters"),
                lambda one: short(one.entry.parameters),
                lambda one: one.entry.parameters,
                right=True,
            ),
            Col(self.tr("Download"), lambda one: words.size(one.entry.bytes), lambda one: one.entry.bytes, right=True),
            Col(
                self.tr("Runs here"),
                lambda one: fit(one.needs.run_fit),
                lambda one: one.needs.run,
                lambda one: TONES[one.needs.run_fit],
                lambda one: run_words(one.needs),
            ),
            Col(
                self.tr("Tunes here"),
                lambda one: fit(one.needs.tune_fit),
                lambda one: one.needs.tune,
                lambda one: TONES[one.needs.tune_fit],
                lambda one: tune_words(one.needs),
            ),
            Col(self.tr("Here"), self._here),
        ]
