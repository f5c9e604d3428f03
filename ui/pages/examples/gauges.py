"""Fills the meters: what is quick at once, what takes long when asked or when there is little of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.errors import FormfactError
from engine.jobs import Job, Lane
from engine.task import Task
from engine.tune.browsing import Divided
from engine.tune.lengths import Lengths
from store.datasets import Dataset
from ui.pages.examples.filters import FilterRow
from ui.pages.examples.meters import Meters
from ui.shell import Shell

if TYPE_CHECKING:
    from engine.tune.lint import Finding  # imports numpy, which a window does not need before it looks

FEW = 2000
"""Examples that are counted and looked through without being asked."""


class Gauges(QObject):
    """Reads what the meters show.

    Signals:
        counted: the table's column of tokens is to be read again.
    """

    counted = Signal()

    def __init__(self, shell: Shell, meters: Meters, filters: FilterRow) -> None:
        super().__init__(shell)
        self._shell, self._meters, self._filters = shell, meters, filters
        self._datasets = shell.workspace.datasets
        self._dataset: Dataset | None = None
        self._model: str | None = None
        self._job: Job | None = None

    def show_dataset(self, dataset: Dataset, model: str | None) -> None:
        """Fill the meters for a dataset as it is now."""
        if dataset.rows == 0:
            self._show_nothing(dataset)
            return
        other = self._dataset is None or self._dataset.id != dataset.id
        self._dataset, self._model = dataset, model
        self._meters.show_amount(dataset.rows)
        look = self._shell.look
        look(lambda: self._datasets.tags(dataset), self._filters.show_tags, owner=self, key="tags")
        self._read_lengths()
        if dataset.rows <= FEW:
            self.divide()
            quietly = Task()
            look(lambda: self._datasets.lint(dataset, quietly), self._meters.show_findings, owner=self, key="lint")
            return
        self._meters.show_share(dataset.rows)
        if other:
            self._meters.show_findings(None)

    def _show_nothing(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._filters.show_tags({})
        self._meters.show_nothing()

    def divide(self, then: Callable[[Divided], None] | None = None) -> None:
        """Find out which examples are held out."""
        if self._dataset is None:
            return
        dataset = self._dataset

        def show(divided: Divided) -> None:
            self._meters.show_split(divided)
            if then:
                then(divided)

        self._shell.look(lambda: self._datasets.divided(dataset), show, owner=self, key="divided")

    def use(self, model: str) -> None:
        """Count with another model."""
        self._model = model
        self._read_lengths()

    def count(self) -> None:
        """Count the tokens of all examples."""
        if self._dataset is None or (self._job and not self._job.ended):
            return
        dataset, model = self._dataset, self._model
        self._meters.show_lengths(None)
        self._job = self._shell.run(
            Lane.DATA,
            self.tr("Counting tokens of {0}").format(dataset.name),
            lambda task: self._datasets.lengths(dataset, model, task),
            owner=self,
            on_failed=self._shell.fault,
            on_end=self._counted,
            page="examples",
        )

    def check(self) -> None:
        """Look for problems in all examples."""
        if self._dataset is None:
            return
        dataset = self._dataset
        self._meters.show_findings(None, waiting=True)
        self._shell.run(
            Lane.DATA,
            self.tr("Looking through {0}").format(dataset.name),
            lambda task: self._datasets.lint(dataset, task),
            owner=self,
            on_done=self._meters.show_findings,
            on_end=lambda job: self._meters.show_findings(None) if job.state != "done" else None,
            page="examples",
        )

    def rows_of(self, finding: Finding, then: Callable[[tuple[int, ...]], None]) -> None:
        """Find the examples that a finding is about."""
        if self._dataset is not None:
            dataset, lines = self._dataset, finding.rows
            self._shell.look(lambda: self._datasets.at_lines(dataset, lines), then, owner=self, key="lines")

    def title(self, finding: Finding) -> str:
        """What a finding is called on a chip."""
        names = {
            "empty_answer": self.tr("Empty answers"),
            "one_word_answer": self.tr("One-word answers"),
            "control_text": self.tr("Control tokens"),
            "long": self.tr("Long"),
            "role_order": self.tr("Order of turns"),
            "duplicate": self.tr("Copies"),
            "near_duplicate": self.tr("Near copies"),
            "leak": self.tr("Held out and learnt"),
            "contradiction": self.tr("Contradictions"),
            "same_answer": self.tr("Same answers"),
        }
        return names.get(finding.kind, finding.kind)

    def _counted(self, job: Job) -> None:
        self.counted.emit()
        self._read_lengths(again=False)

    def _read_lengths(self, *, again: bool = True) -> None:
        if self._dataset is None:
            return
        dataset, model = self._dataset, self._model
        self._shell.look(
            lambda: self._datasets.lengths(dataset, model, Task(), count=False),
            lambda lengths: self._show_lengths(lengths, again),
            owner=self,
            failed=self._no_lengths,
            key="lengths",
        )

    def _show_lengths(self, lengths: Lengths, again: bool) -> None:
        self._filters.set_limit(lengths.limit, lengths.over)
        if again and 0 < lengths.uncounted <= FEW:
            self.count()
        else:
            self._meters.show_lengths(lengths)

    def _no_lengths(self, fault: FormfactError) -> None:
        self._meters.refuse_lengths(str(fault))
