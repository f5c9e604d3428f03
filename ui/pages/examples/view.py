"""One dataset in view: header, meters, filters, the table, and beside it the editor and the preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QInputDialog, QSplitter, QTabWidget, QWidget

from engine.errors import FormfactError, NotFound
from engine.types import Example
from store.datasets import Dataset
from store.examples import Summary
from ui.pages.examples.editor import Draft, Editor
from ui.pages.examples.edits import Edits, beginning
from ui.pages.examples.filters import FilterRow
from ui.pages.examples.gauges import Gauges
from ui.pages.examples.header import Header
from ui.pages.examples.meters import Meters
from ui.pages.examples.preview import Preview
from ui.pages.examples.table import ExampleTable
from ui.shell import Shell
from ui.theme.tokens import Space
from ui.widgets import Card, Column

if TYPE_CHECKING:
    from engine.tune.lint import Finding

_PAUSE_MS = 250
_FIRST = 200
"""Rows that are shown at once when a dataset is opened; the others follow."""


class DatasetView(QWidget):
    """Shows and edits one dataset.

    Signals:
        add_begun: a new example is being written.
    """

    add_begun = Signal()

    def __init__(self, shell: Shell, edits: Edits) -> None:
        super().__init__()
        self.shell, self.edits = shell, edits
        self.dataset: Dataset | None = None
        self._order: tuple[str, bool] = ("position", False)
        self._goal: tuple[str, int] | None = None
        self._known: list[Dataset] = []
        self._focus_next = self._adding = self._reload = False
        self.header = Header(shell)
        self.meters = Meters(shell.theme)
        self.filters = FilterRow(shell.theme, self)
        self.table = ExampleTable(shell.theme)
        self.editor = Editor(shell.theme)
        self.preview = Preview(shell)
        self.gauges = Gauges(shell, self.meters, self.filters)
        self._side = QTabWidget()
        self._side.addTab(self.editor, self.tr("Edit"))
        self._side.addTab(self.preview, self.tr("As the model sees it"))
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.table)
        split.addWidget(self._side)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes([self.shell.theme.px(740), self.shell.theme.px(420)])
        split.setChildrenCollapsible(False)
        self._side.setMinimumWidth(self.shell.theme.px(320))
        column = Column(self.header, self.meters, self.filters, gap=Space.M, margin=Space.L)
        column.addWidget(Card(split, margin=1), 1)
        self.setLayout(column)

    def _connect(self) -> None:
        self.header.chosen.connect(lambda one: self.show_dataset(one, self._known))
        self.header.add_asked.connect(self.add)
        self.filters.changed.connect(self._read_rows)
        self.meters.check_asked.connect(self.check)
        self.meters.count_asked.connect(self.gauges.count)
        self.meters.long_asked.connect(lambda: self.filters.long.setChecked(True))
        self.meters.held_out_asked.connect(self._show_held_out)
        self.meters.finding_asked.connect(self._show_finding)
        self.gauges.counted.connect(self._read_rows)
        self.table.rows.ordered.connect(self._reorder)
        self.table.current.connect(self._load)
        self.table.edit_asked.connect(self._edit)
        self.table.delete_asked.connect(self._delete)
        self.table.duplicate_asked.connect(self._duplicate)
        self.table.tag_asked.connect(self.ask_tag)
        self.editor.save_asked.connect(self._save_and)
        self.editor.left.connect(self.table.setFocus)
        self.editor.discarded.connect(lambda: self._load(self.table.example))
        self.editor.edited.connect(self._pause.start)
        self._pause.timeout.connect(self._preview)
        self._side.currentChanged.connect(lambda _: self._preview())
        self.preview.model_changed.connect(self.gauges.use)
        self.edits.done.connect(self._done)

    # What is shown

    def show_dataset(self, dataset: Dataset, known: list[Dataset], position: int | None = None) -> None:
        """Show a dataset as it is now; ``position`` is the example to put the cursor on."""
        other = self.dataset is None or self.dataset.id != dataset.id
        if other:
            self.save()
            self.editor.clear()
            self.table.show_rows([])  # the cursor begins at the top
            self.filters.blockSignals(True)
            self.filters.clear()
            self.filters.blockSignals(False)
        self.dataset, self._known = dataset, known
        self.header.show_datasets(known, dataset)
        if position is not None:
            self._goal = ("position", position)
        self._read_rows()
        self.gauges.show_dataset(dataset, self.preview.model)
        self.preview.look_for_models()

    def close_dataset(self) -> None:
        """Show none."""
        self.dataset = None
        self.editor.clear()
        self.table.show_rows([])

    def check(self) -> None:
        """Look for problems."""
        self.gauges.check()

    def flip_preview(self) -> None:
        """From the editor to the preview, and back."""
        self._side.setCurrentIndex(1 - self._side.currentIndex())

    def _read_rows(self) -> None:
        if self.dataset is None:
            return
        dataset, text, chosen = self.dataset, self.filters.text, self.filters.filter
        order, falls = self._order
        datasets = self.shell.workspace.datasets

        def read(most: int = -1) -> list[Summary]:
            return datasets.summaries(dataset, text, chosen, order=order, descending=falls, most=most)

        def rest(first: list[Summary]) -> None:
            self.table.show_rows(first)
            self.shell.look(read, self._show_rows, owner=self, key="rows")

        if dataset.rows > _FIRST and not self.table.rows.rows and not text:
            self.shell.look(lambda: read(_FIRST), rest, owner=self, key="rows")
        else:
            self.shell.look(read, self._show_rows, owner=self, key="rows")

    def _show_rows(self, rows: list[Summary]) -> None:
        if self.dataset is None:
            return
        self.table.show_rows(rows)
        self.filters.show_count(len(rows), len(rows) if not self.filters.active else max(self.dataset.rows, len(rows)))
        if self._goal and rows:
            kind, value = self._goal
            place = next((i for i, row in enumerate(rows) if getattr(row, kind) == value), None)
            if place is not None:
                self.table.go(place)
        self._goal = None
        if self._reload and self.table.example:
            self._load(self.table.example)
        self._reload = False
        if not rows and self.editor.draft and self.editor.draft.example:
            self.editor.clear()

    def _reorder(self, order: str, falls: bool) -> None:
        self._order = (order, falls)
        self._read_rows()

    def _show_held_out(self) -> None:
        self.gauges.divide(lambda divided: self.filters.only(self.tr("Held out"), divided.held_out))

    def _show_finding(self, finding: Finding) -> None:
        self.gauges.rows_of(finding, lambda ids: self.filters.only(self.gauges.title(finding), ids))

    # The example in the editor

    def _load(self, example: int) -> None:
        self.save()
        if not example:
            self.editor.clear()
            return
        self.shell.look(
            lambda: self.shell.workspace.datasets.example(example),
            self._loaded,
            owner=self,
            failed=self._gone,
            key="example",
        )

    def _loaded(self, example: Example) -> None:
        draft = self.editor.draft
        if draft and self.editor.dirty and draft.example in (0, example.id):
            return  # someone has begun to write meanwhile
        self.editor.show_example(example)
        if self._focus_next:
            self._focus_next = False
            self._edit()

    def _gone(self, fault: FormfactError) -> None:
        if not isinstance(fault, NotFound):
            self.shell.fault(fault)
        self.editor.clear()

    def _edit(self) -> None:
        self._side.setCurrentWidget(self.editor)
        self.editor.focus()

    def _preview(self) -> None:
        draft = self.editor.draft
        if self._side.currentWidget() is self.preview:
            self.preview.show_messages(draft.messages if draft else ())

    # Intents

    def add(self) -> None:
        """Begin a new example."""
        self.save()
        draft = self.editor.draft
        self._side.setCurrentWidget(self.editor)
        self.add_begun.emit()
        self.editor.begin(beginning(draft.messages if draft else ()))

    def save(self) -> None:
        """Store the example in the editor, if it was changed."""
        draft, before = self.editor.draft, self.editor.saved
        if draft is None or before is None or not self.editor.dirty:
            return
        if draft.example:
            self.edits.save(before, draft, self._kept, lambda fault: self._refused(fault, draft, before))
            return
        if self._adding:
            return
        self._adding = True
        name = self.dataset.name if self.dataset else self.tr("My examples")
        self.edits.add(
            name, draft, lambda made: self._added(made, draft), lambda fault: self._refused(fault, draft, before)
        )

    def ask_tag(self) -> None:
        """Give the chosen examples a tag."""
        ids = self.table.chosen
        if not ids:
            return
        tag, good = QInputDialog.getText(self, self.tr("Tag"), self.tr("Tag for the chosen examples"))
        if good and tag.strip():
            self.edits.tag(ids, tag.strip())

    def _save_and(self, go_on: bool) -> None:
        self._focus_next = go_on
        new = self.editor.draft is not None and self.editor.draft.example == 0
        if not go_on or new or not self.table.step(1):  # going on saves
            self._focus_next = False
            self.save()

    def _delete(self) -> None:
        if ids := self.table.chosen:
            self.edits.delete(ids)

    def _duplicate(self) -> None:
        if self.table.example:
            self.save()
            self.edits.duplicate(self.table.example)

    def _kept(self, draft: Draft) -> None:
        if self.editor.draft and self.editor.draft.example == draft.example:
            self.editor.kept(draft)

    def _added(self, made: int, draft: Draft) -> None:
        self._adding = False
        if self.editor.draft and self.editor.draft.example == 0:
            self.editor.kept(Draft(made, draft.messages, draft.tags))

    def _refused(self, fault: FormfactError, draft: Draft, before: Draft) -> None:
        self._adding = False
        here = self.editor.draft
        staying = draft.example in (0, self.table.example)  # else another one is on its way into the editor
        if here and here.example == draft.example and staying:
            self.editor.refuse(str(fault))
            return
        back = (self.tr("Back to it"), lambda: self.editor.put_back(draft, before))
        self.shell.banner("warn", self.tr("Not saved. {0}").format(fault.what), remedy=fault.remedy, actions=[back])

    def _done(self, example: int) -> None:
        if example:
            self._goal, self._reload = ("id", example), True
        self.shell.tell("datasets")  # the page listens too, and reads anew
