"""The import wizard: a file, how it is read (with the first rows as they would be), then what came of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from engine.errors import FormfactError
from engine.events import Event, Progress
from engine.jobs import Job, Lane
from engine.tune.mapping import MappingPreview
from engine.types import BadRow
from store.datasets import Dataset
from ui import words
from ui.pages.examples.mapped import MappingForm, RowsSeen
from ui.pages.examples.result import ImportResult
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Button, Card, Column, ProgressLine, Row, Text


class ImportWizard(QWidget):
    """Imports one file.

    Signals:
        finished: a dataset was imported and is to be shown.
        left: nothing more is to be done here.
    """

    finished = Signal(object)
    left = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell, self._path, self._job = shell, Path(), None  # type: Shell, Path, Job | None
        self._title = Text("", "title")
        self._kind = Text("", "secondary", wrap=True)
        self._name = QLineEdit()
        self._name.setAccessibleName(self.tr("Name of the dataset"))
        self._form = MappingForm(self._name)
        self._form.changed.connect(self._look)
        self._taken = Text(
            self.tr("There is a dataset of this name. This becomes its newest version; the one before stays."),
            "secondary",
            wrap=True,
        )
        self._names: set[str] = set()
        self._name.textChanged.connect(lambda _: self._show_taken())
        self._rows = RowsSeen(shell.theme)
        self._fault = Text("", "secondary", wrap=True)
        self._go = Button(self.tr("Import"), "primary", self._import)
        self._cancel = Button(self.tr("Cancel"), "quiet", self._leave)
        self._progress = ProgressLine()
        self._result = ImportResult(shell.theme)
        self._result.shown.connect(self.finished)
        self._result.left.connect(self.left)
        self._steps = QStackedWidget()
        self._steps.addWidget(self._made_mapping())
        self._steps.addWidget(self._result)
        self.setLayout(Column(self._steps, gap=0))

    def begin(self, path: Path) -> None:
        """Look at a file."""
        self._path, self._job = path, None
        self._steps.setCurrentIndex(0)
        self._title.setText(self.tr("Import {0}").format(path.name))
        self._kind.setText(self.tr("Reading the first rows…"))
        self._name.setText(path.stem)
        self._name.setFocus()
        self._form.clear()
        self._rows.clear()
        self._fault.setVisible(False)
        self._progress.setVisible(False)
        self._go.setEnabled(False)
        self._show_taken()
        datasets = self._shell.workspace.datasets
        self._shell.look(lambda: datasets.list(versions=False), self._know, owner=self, key="names")
        self._look()

    def _know(self, datasets: list[Dataset]) -> None:
        self._names = {one.name for one in datasets}
        self._show_taken()

    def _show_taken(self) -> None:
        self._taken.setVisible(self._name.text().strip() in self._names)

    def _made_mapping(self) -> QWidget:
        left = Card(Text(self.tr("How it is read"), "section"), self._kind, gap=Space.M)
        left.column.addWidget(self._form)
        left.column.addWidget(self._taken)
        left.column.addWidget(self._fault)
        left.column.addStretch(1)
        left.setFixedWidth(self._shell.theme.px(372))
        foot = Row(self._progress, None, self._cancel, self._go)
        foot.setStretch(0, 1)
        middle = Row(left, gap=Space.L)
        middle.addWidget(self._rows, 1)
        page = QWidget()
        column = Column(self._title, gap=Space.L, margin=Space.XL)
        column.addLayout(middle, 1)
        column.addLayout(foot)
        page.setLayout(column)
        return page

    def _look(self) -> None:
        path, mapping, format = self._path, self._form.mapping, self._form.format
        self._shell.look(
            lambda: self._shell.workspace.datasets.preview_mapping(path, mapping, format),
            self._show,
            owner=self,
            failed=self._refuse,
            key="mapping",
        )

    def _show(self, seen: MappingPreview) -> None:
        encoding = "" if seen.encoding in ("", "utf-8") else self.tr(" in {0}").format(seen.encoding)
        more = self.tr("first {0} rows looked at") if seen.more else self.tr("{0} rows")
        self._kind.setText(f"{seen.kind}{encoding} · {more.format(words.number(seen.rows))}")
        self._form.show_fields(seen)
        self._rows.show_rows(seen)
        self._say(seen.fault)
        self._go.setEnabled(not seen.fault and bool(seen.examples))
        if not seen.fault and not seen.examples:
            self._say(self.tr("None of these rows can be learnt from like this. The reasons are on the right."))

    def _refuse(self, fault: FormfactError) -> None:
        self._kind.setText("")
        self._go.setEnabled(False)
        self._say(str(fault))

    def _say(self, text: str) -> None:
        self._fault.setText(text)
        self._fault.tone("bad" if text else "")
        self._fault.setVisible(bool(text))

    def _import(self) -> None:
        path, mapping, name = self._path, self._form.mapping, self._name.text().strip()
        self._go.setEnabled(False)
        self._form.setEnabled(False)
        self._progress.setVisible(True)
        self._progress.show_progress(None)
        datasets = self._shell.workspace.datasets
        self._job = self._shell.run(
            Lane.DATA,
            self.tr("Importing {0}").format(path.name),
            lambda task: datasets.import_file(path, task, name=name or None, mapping=mapping),
            owner=self,
            on_event=self._told,
            on_done=self._imported,
            on_failed=self._refuse,
            on_end=self._ended,
            page="examples",
        )

    def _told(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._progress.show_progress(event)

    def _ended(self, job: Job) -> None:
        self._job = None
        self._progress.setVisible(False)
        self._form.setEnabled(True)
        self._go.setEnabled(True)
        if job.state == "cancelled":
            self.left.emit()

    def _imported(self, dataset: Dataset) -> None:
        self._shell.tell("datasets")
        bad_rows = self._shell.workspace.datasets.bad_rows
        self._shell.look(lambda: bad_rows(dataset), lambda bad: self._show_result(dataset, bad), owner=self)

    def _show_result(self, dataset: Dataset, bad: list[BadRow]) -> None:
        self._result.show_result(dataset, bad)
        self._steps.setCurrentIndex(1)

    def _leave(self) -> None:
        if self._job:
            self._job.cancel()
        else:
            self.left.emit()
