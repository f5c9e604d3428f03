"""What can be done with whole question sets: import, new, rename, export, remove with undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QWidget

from engine import resources
from engine.compare.questions import QuestionSet
from engine.errors import FormfactError
from engine.sample import QUESTIONS
from ui import words
from ui.pages.scorecard.reports import where_to_save
from ui.shell import Shell

if TYPE_CHECKING:
    from ui.pages.scorecard.page import ScorecardPage


class SetIntents(QObject):
    """One small function for each thing that a person wants with a question set.

    Args:
        page: where the result is shown.
    """

    def __init__(self, shell: Shell, page: ScorecardPage) -> None:
        super().__init__(page)
        self._shell, self._page = shell, page
        self._sets = shell.workspace.question_sets

    def menu(self, name: str, button: QWidget) -> None:
        """Show what can be done."""
        menu = QMenu(button)
        menu.addAction(self.tr("Import questions…"), self.import_file)
        menu.addAction(self.tr("New question set"), self.new)
        if name:
            menu.addSeparator()
            menu.addAction(self.tr("Rename…"), lambda: self.rename(name))
            menu.addAction(self.tr("Export as JSONL…"), lambda: self.export(name))
            menu.addAction(self.tr("Remove"), lambda: self.remove(name))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def import_file(self) -> None:
        """Ask for a file, and import it."""
        title, kinds = self.tr("Import questions"), self.tr("Question sets (*.jsonl *.json *.ndjson)")
        chosen, _ = QFileDialog.getOpenFileName(self._page, title, "", kinds)
        if chosen:
            self.take(Path(chosen))

    def take(self, path: Path) -> None:
        """Import a file."""
        self._do(lambda: self._sets.import_file(path), self._taken)

    def take_sample(self) -> None:
        """Import the sample's questions."""
        path = resources.SAMPLE / "questions.jsonl"
        self._do(lambda: self._sets.import_file(path, QUESTIONS), self._taken)

    def new(self) -> None:
        """Make an empty set, and edit it."""

        def make() -> str:
            name = self._sets.free(self.tr("New questions"))
            self._sets.save(name, [])
            return name

        self._do(make, self._page.edit)

    def rename(self, name: str) -> None:
        """Ask for another name."""
        new, agreed = QInputDialog.getText(self._page, self.tr("Rename"), self.tr("Name of the set"), text=name)
        if agreed and new.strip():
            self._do(lambda: self._sets.rename(name, new), lambda to: self._renamed(name, to))

    def export(self, name: str) -> None:
        """Ask for a place, and write the set there."""
        if target := where_to_save(self._page, f"{name}.jsonl"):
            said = self.tr("Exported to {0}").format(target.name)
            self._do(lambda: self._sets.export(name, target), lambda _: self._shell.toast(said))

    def remove(self, name: str) -> None:
        """Remove a set; the toast brings it back."""

        def gone(_: object) -> None:
            self._page.editor.left.emit()
            self._shell.toast(self.tr("Removed “{0}”").format(name), lambda: self._restore(name))

        self._do(lambda: self._sets.remove(name), gone)

    def _restore(self, name: str) -> None:
        self._do(lambda: self._sets.restore(name), self._choose)

    def _taken(self, taken: QuestionSet) -> None:
        count = words.count(len(taken.questions), self.tr("question"), self.tr("questions"))
        self._choose(taken.path)
        self._shell.toast(self.tr("Imported {0} as “{1}”").format(count, taken.path))

    def _renamed(self, name: str, new: str) -> None:
        if self._page.editor.name == name:
            self._page.editor.open(new)
        self._choose(new)

    def _choose(self, name: str) -> None:
        self._page.bar.choose_next(name)

    def _do(self, do: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Do it beside the window; then tell everyone. An error is said above the page."""

        def done(result: Any) -> None:
            then(result)
            self._shell.tell("questions")

        def failed(fault: FormfactError) -> None:
            self._shell.fault(fault)

        self._shell.look(do, done, owner=self, failed=failed)
