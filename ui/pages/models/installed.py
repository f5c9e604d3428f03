"""The models that are installed: a list, and what the chosen one is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from engine.events import Event, Notice
from engine.jobs import Lane
from engine.models.overview import Installed, installed
from ui import words
from ui.pages.models.facts import TONES, fit, run_words, short, tune_words
from ui.pages.models.installed_detail import InstalledDetail
from ui.pages.models.rows import Col, RowsModel
from ui.pages.models.split import Split
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Card, Column, Row, TableView, Text

WIDTHS = (112, 130, 92, 104, 84, 110, 110)
SPARE = (2, 1, 4, 3, 5, 7)
"""Columns that go when there is no room; what they say is in the pane, too."""


class InstalledView(QWidget):
    """List and detail of the installed models.

    Args:
        shell: what pages are given.

    Signals:
        asked_catalogue: the user wants to see the catalogue.
    """

    asked_catalogue = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._model = RowsModel[Installed](shell.theme, self._columns())
        self.table = TableView(shell.theme, self.tr("Installed models"))
        self.table.setModel(self._model)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show())
        self.detail = InstalledDetail(shell.theme)
        self.detail.asked_chat.connect(self._chat)
        self.detail.asked_remove.connect(self.remove)
        self.detail.asked_folder.connect(self._choose_folder)
        self._hint = self._made_hint()
        split = Split(shell.theme, self.table, self.detail, WIDTHS, SPARE, self._hint)
        self.setLayout(Column(split, gap=0))
        self._wanted = ""

    @property
    def chosen(self) -> Installed | None:
        """The model that is chosen in the list."""
        rows = self.table.selectionModel().selectedRows()
        return self._model.all[rows[0].row()] if rows else None

    def reload(self) -> None:
        """Read the list anew."""
        workspace = self._shell.workspace
        self._shell.look(lambda: installed(workspace), self._filled, owner=self, key="installed")

    def show_source(self, source: str) -> None:
        """Choose the model that was downloaded from there, once the list has been read."""
        self._wanted = source
        self.reload()

    def search(self, text: str) -> None:
        """Show the models that have ``text`` in a column."""
        kept = self.chosen.model.name if self.chosen else ""
        self._model.look_for(text)
        self._choose(kept)

    def add(self, path: Path, pair: Path | None = None) -> None:
        """Install a GGUF file or a Hugging Face folder; with ``pair`` both forms of one model."""
        said: list[str] = []

        def heard(event: Event) -> None:
            if isinstance(event, Notice):
                said.append(event.text)

        models = self._shell.workspace.models
        self._shell.run(
            Lane.DATA,
            self.tr("Adding {0}").format(path.name),
            lambda task: models.add(str(path), task, pair=pair),
            owner=self,
            on_event=heard,
            on_done=lambda model: self._added(model.name, said),
            page="models",
        )

    def remove(self) -> None:
        """Take the chosen model off the list, with a way back; its files go only if they are the workspace's own."""
        one, models, shell = self.chosen, self._shell.workspace.models, self._shell
        if one is None or one.builtin:
            return
        model = one.model

        def undo() -> None:
            self._wanted = model.name
            shell.look(lambda: models.restore(model), self._told, owner=self)

        def erase() -> None:
            shell.look(lambda: models.erase(model), lambda _: None, owner=shell)

        def removed(_: object) -> None:
            text = self.tr("Deleted {0}") if one.owned else self.tr("Removed {0}; its file stays where it is")
            shell.toast(text.format(model.name), undo, gone=erase if one.owned else None)
            self._told()

        shell.look(lambda: models.remove(model.name), removed, owner=self)

    def _chat(self) -> None:
        if one := self.chosen:
            self._shell.go("chat", model=one.model.name)

    def _choose_folder(self) -> None:
        if one := self.chosen:
            title = self.tr("The Hugging Face folder of {0}").format(one.model.name)
            if folder := QFileDialog.getExistingDirectory(self, title):
                self.add(Path(one.model.gguf), Path(folder))

    def _added(self, name: str, said: list[str]) -> None:
        self._wanted = name
        self._told()
        kind = "warn" if said else "good"
        self._shell.banner(kind, self.tr("{0} is installed.").format(name), remedy=" ".join(said))

    def _told(self, _: object = None) -> None:
        self._shell.tell("models")

    def _filled(self, found: list[Installed]) -> None:
        wanted = self._wanted or (self.chosen.model.name if self.chosen else "")
        self._wanted = ""
        self._model.show_rows(found)
        self._choose(wanted)
        self._hint.setVisible(all(one.builtin for one in found))

    def _choose(self, wanted: str) -> None:
        """Choose a model by its name or its source on the hub; the first if it is not there."""
        names = [one.model.name for one in self._model.all]
        sources = [one.model.source for one in self._model.all]
        known = names if wanted in names else sources
        self.table.selectRow(known.index(wanted) if wanted and wanted in known else 0)
        self._show()

    def _show(self) -> None:
        self.detail.show_model(self.chosen)

    def _columns(self) -> list[Col[Installed]]:
        def tunable(one: Installed) -> str:
            return fit(one.needs.tune_fit) if one.tunable.can else self.tr("✗ No")

        def runs(one: Installed) -> str:
            states = {"missing": self.tr("✗ File gone"), "changed": self.tr("✗ File changed")}
            return states.get(one.state) or fit(one.needs.run_fit)

        return [
            Col(self.tr("Model"), lambda one: one.model.name, tip=lambda one: one.model.name),
            Col(self.tr("Architecture"), lambda one: one.model.architecture),
            Col(self.tr("Licence"), lambda one: one.model.licence or "–"),
            Col(
                self.tr("Parameters"),
                lambda one: short(one.model.parameters),
                lambda one: one.model.parameters,
                right=True,
            ),
            Col(self.tr("Quantisation"), lambda one: one.model.quantisation),
            Col(self.tr("On disk"), lambda one: words.size(one.model.bytes), lambda one: one.model.bytes, right=True),
            Col(
                self.tr("Runs here"),
                runs,
                lambda one: one.needs.run,
                lambda one: "bad" if one.state else TONES[one.needs.run_fit],
                lambda one: run_words(one.needs),
            ),
            Col(
                self.tr("Tunes here"),
                tunable,
                lambda one: one.needs.tune if one.tunable.can else 0,
                lambda one: TONES[one.needs.tune_fit] if one.tunable.can else "bad",
                lambda one: tune_words(one.needs) if one.tunable.can else one.tunable.why,
            ),
        ]

    def _made_hint(self) -> Card:
        text = self.tr(
            "The starter model is tiny: it is here so that everything works at once. For real work choose a larger one."
        )
        words_ = Text(text, "secondary", wrap=True)
        row = Row(gap=Space.L)
        row.addWidget(words_, 1)
        row.addWidget(Button(self.tr("See the catalogue"), "plain", self.asked_catalogue.emit), 0)
        row.setAlignment(words_, Qt.AlignmentFlag.AlignVCenter)
        card = Card()
        card.column.addLayout(row)
        return card
