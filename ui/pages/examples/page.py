"""The page “Examples”: a table to find and edit examples in, meters over it, an editor and a preview beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QStackedWidget

from store.datasets import Dataset
from store.examples import Summary
from ui.actions import Action
from ui.pages.examples.edits import Edits
from ui.pages.examples.view import FIRST, DatasetView
from ui.pages.examples.wizard import ImportWizard
from ui.shell import Page, Shell
from ui.widgets import Column, EmptyState

_Found = tuple[list[Dataset], Dataset | None, list[Summary]]
"""All datasets, the one to show, and if it is another one than before its first rows."""
_FILES = "*.jsonl *.json *.csv *.tsv *.parquet"


class ExamplesPage(Page):
    """What the model is to learn from."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.edits = Edits(shell)
        self.view = DatasetView(shell, self.edits)
        self._empty = EmptyState(
            shell.theme,
            "examples",
            self.tr("No examples yet"),
            self.tr(
                "Examples show the model how to answer: a question and the answer as you would write it. Hundreds to"
                " thousands work best. Bring a file (JSON Lines, JSON, CSV, TSV, Parquet), or write the first one."
            ),
            [(self.tr("Import a file…"), self.ask_file), (self.tr("Write an example"), self.view.side.add)],
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.view)
        self._wizard: ImportWizard | None = None
        self.setLayout(Column(self._stack, gap=0))
        self._wanted: tuple[str, int | None] = ("", None)
        self._connect()

    def _connect(self) -> None:
        self.view.add_begun.connect(lambda: self._stack.setCurrentWidget(self.view))
        header = self.view.header
        header.import_asked.connect(self.ask_file)
        header.rename_asked.connect(self._ask_name)
        header.export_asked.connect(self._ask_target)
        header.remove_asked.connect(self._remove)
        header.tune_asked.connect(self._tune)
        self.edits.removed.connect(self._removed)
        self.edits.renamed.connect(self._renamed)
        self.shell.changed.connect(self._changed)

    @property
    def wizard(self) -> ImportWizard:
        """The import wizard; made when it is first needed."""
        if self._wizard is None:
            self._wizard = ImportWizard(self.shell)
            self._wizard.finished.connect(self._imported)
            self._wizard.left.connect(self._left)
            self._stack.addWidget(self._wizard)
        return self._wizard

    @property
    def importing(self) -> bool:
        """Whether the wizard is in view."""
        return self._wizard is not None and self._stack.currentWidget() is self._wizard

    # What the shell asks for

    def shown(self) -> None:
        """Look what there is."""
        if not self.importing:
            self.refresh()

    def arrive(self, dataset: str = "", position: int | None = None, **_: Any) -> None:
        """Show a dataset, and in it the example at a position."""
        self._wanted = (dataset, position)
        self.refresh()

    def dropped(self, paths: list[Path]) -> bool:
        """Import the file that was dropped."""
        files = [path for path in paths if path.is_file()]
        if files:
            self.begin_import(files[0])
        if len(files) > 1:
            self.shell.banner("info", self.tr("One file at a time: the first one is being imported."))
        return bool(files)

    def leave(self) -> str:
        """Save what is being edited."""
        return self.view.side.save_now()

    def actions_offered(self) -> list[Action]:
        """See the titles."""
        there = lambda: self.view.dataset is not None and self._stack.currentWidget() is self.view  # noqa: E731
        return [
            Action("examples.import", self.tr("Import examples"), self.ask_file, "Ctrl+O"),
            Action("examples.add", self.tr("Add an example"), self.view.side.add, "Ctrl+N"),
            Action("examples.save", self.tr("Save the example"), self.view.side.save, "Ctrl+S", there),
            Action("examples.tag", self.tr("Tag the chosen examples"), self.view.ask_tag, "Ctrl+T", there),
            Action("examples.seen", self.tr("Show what the model sees"), self.view.side.flip, "Ctrl+P", there),
            Action("examples.check", self.tr("Look for problems in the examples"), self.view.gauges.check, "", there),
            Action("examples.rename", self.tr("Rename this dataset"), self._ask_name, "", there),
            Action("examples.export", self.tr("Export this dataset"), self._ask_target, "", there),
        ]

    # Intents

    def refresh(self) -> None:
        """Look which datasets there are, and show the one in view as it is now."""
        datasets, wanted, position = self.shell.workspace.datasets, *self._wanted
        current = self.view.dataset.id if self.view.dataset else 0

        def read() -> _Found:
            known = datasets.list(versions=False)
            chosen = next((one for one in known if one.name == wanted), None)
            chosen = chosen or next((one for one in known if one.id == current), known[0] if known else None)
            other = chosen is not None and chosen.id != current
            return known, chosen, datasets.summaries(chosen, most=FIRST) if chosen and other else []

        self.shell.look(read, lambda found: self._listed(found, position), owner=self, key="datasets")

    def ask_file(self) -> None:
        """Choose a file to import."""
        chosen, _ = QFileDialog.getOpenFileName(
            self, self.tr("Import examples"), "", self.tr("Examples ({0});;All files (*)").format(_FILES)
        )
        if chosen:
            self.begin_import(Path(chosen))

    def begin_import(self, path: Path) -> None:
        """Open the wizard on a file."""
        self.view.side.save()
        self._stack.setCurrentWidget(self.wizard)
        self.wizard.begin(path)

    def _listed(self, found: _Found, position: int | None) -> None:
        known, chosen, first = found
        if chosen is None:
            self.view.close_dataset()
            self._stack.setCurrentWidget(self._empty)
            self._empty.focusNextChild()
            return
        self._wanted = ("", None)
        elsewhere = not self.view.isAncestorOf(QApplication.focusWidget() or self)
        self._stack.setCurrentWidget(self.view)
        self.view.show_dataset(chosen, known, first, position)
        if elsewhere:
            self.view.table.setFocus()

    def _left(self) -> None:
        self._stack.setCurrentWidget(self.view)
        self.refresh()

    def _imported(self, dataset: Dataset) -> None:
        self._wanted = (dataset.name, None)
        self._left()

    def _removed(self) -> None:
        self.view.close_dataset()
        self.refresh()
        self.shell.tell("datasets")

    def _renamed(self, dataset: Dataset) -> None:
        self._wanted = (dataset.name, None)
        self.refresh()
        self.shell.tell("datasets")

    def _changed(self, what: str) -> None:
        if what == "datasets" and self.isVisible() and not self.importing:
            self.refresh()

    def _remove(self) -> None:
        if self.view.dataset:
            self.edits.remove(self.view.dataset)

    def _tune(self) -> None:
        if self.view.dataset:
            self.view.side.save()
            self.shell.go("tune", data=self.view.dataset.name)

    def _ask_name(self) -> None:
        dataset = self.view.dataset
        if dataset is None:
            return
        name, good = QInputDialog.getText(self, self.tr("Rename"), self.tr("New name"), text=dataset.name)
        if good and name.strip() and name.strip() != dataset.name:
            self.edits.rename(dataset, name.strip())

    def _ask_target(self) -> None:
        dataset = self.view.dataset
        if dataset is None:
            return
        proposed = f"{dataset.name}.jsonl".replace("/", "-")
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Export"), proposed, "JSON Lines (*.jsonl)")
        if chosen:
            self.edits.export(dataset, Path(chosen))
