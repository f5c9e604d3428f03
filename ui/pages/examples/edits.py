"""What a person can do to examples: one small method each. Each says what it did, with the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.errors import FormfactError
from engine.jobs import Lane
from engine.types import Message
from store.datasets import Dataset
from ui import words
from ui.pages.examples.editor import Draft
from ui.shell import Shell


class Edits(QObject):
    """Edits examples and datasets beside the window.

    Signals:
        done: something has changed; the number is an example to put the cursor on, or 0.
        renamed: the dataset is called something else now.
        removed: the dataset is gone, or back.
    """

    done = Signal(int)
    renamed = Signal(object)
    removed = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._datasets = shell.workspace.datasets

    def save_now(self, before: Draft, draft: Draft) -> str:
        """Store an example before the window closes, without leaving the thread. Returns why not, or nothing."""
        try:
            if draft.example:
                self._write_draft(before, draft)
            else:
                return self.tr("A new example has not been added yet.")
        except FormfactError as fault:
            return self.tr("The example that you were editing cannot be saved. {0}").format(fault.what)
        return ""

    def save(
        self, before: Draft, draft: Draft, kept: Callable[[Draft], None], refused: Callable[[FormfactError], None]
    ) -> None:
        """Store a changed example."""

        def then(_: None) -> None:
            kept(draft)
            self.done.emit(0)
            self._shell.toast(self.tr("Saved"), lambda: self._back(draft, before))

        self._shell.look(lambda: self._write_draft(before, draft), then, owner=self, failed=refused)

    def add(
        self, dataset: str, draft: Draft, kept: Callable[[int], None], refused: Callable[[FormfactError], None]
    ) -> None:
        """Put a new example at the end; the dataset is made if there is none."""

        def write() -> int:
            made = self._datasets.add_example(draft.messages, dataset=dataset)
            if draft.tags:
                self._datasets.tag([made], draft.tags)
            return made

        def then(made: int) -> None:
            kept(made)
            self.done.emit(made)
            self._shell.toast(self.tr("Added"), lambda: self._write(lambda: self._datasets.delete([made])))

        self._shell.look(write, then, owner=self, failed=refused)

    def duplicate(self, example: int) -> None:
        """Put a copy below."""

        def then(made: int) -> None:
            self.done.emit(made)
            self._shell.toast(self.tr("Duplicated"), lambda: self._write(lambda: self._datasets.delete([made])))

        self._shell.look(lambda: self._datasets.duplicate(example), then, owner=self)

    def delete(self, ids: Sequence[int]) -> None:
        """Take examples away."""

        def then(_: None) -> None:
            self.done.emit(0)
            said = words.count(len(ids), self.tr("example"), self.tr("examples"))
            back = lambda: self._write(lambda: self._datasets.restore(ids), ids[0])  # noqa: E731
            self._shell.toast(self.tr("Deleted {0}").format(said), back)

        self._shell.look(lambda: self._datasets.delete(ids), then, owner=self)

    def tag(self, ids: Sequence[int], tag: str) -> None:
        """Give examples one more tag."""

        def then(before: dict[int, tuple[str, ...]]) -> None:
            self.done.emit(0)
            said = words.count(len(ids), self.tr("example"), self.tr("examples"))
            text = self.tr("Tagged {0} “{1}”").format(said, tag)
            self._shell.toast(text, lambda: self._write(lambda: self._datasets.set_tags(before)))

        self._shell.look(lambda: self._datasets.add_tag(ids, tag), then, owner=self)

    def rename(self, dataset: Dataset, name: str) -> None:
        """Call a dataset something else."""

        def then(found: Dataset) -> None:
            self.renamed.emit(found)
            self._shell.toast(self.tr("Renamed to {0}").format(name), lambda: self.rename(found, dataset.name))

        self._shell.look(lambda: self._datasets.rename(dataset, name), then, owner=self)

    def remove(self, dataset: Dataset) -> None:
        """Take a dataset away."""

        def bring_back(taken: list[Dataset]) -> None:
            self._shell.look(lambda: self._datasets.bring_back(taken), lambda _: self.removed.emit(), owner=self)

        def then(taken: list[Dataset]) -> None:
            self.removed.emit()
            self._shell.toast(self.tr("Removed {0}").format(dataset.name), lambda: bring_back(taken), 15)

        self._shell.look(lambda: self._datasets.remove(dataset), then, owner=self)

    def export(self, dataset: Dataset, path: Path) -> None:
        """Write a dataset to a file."""

        def then(written: Path) -> None:
            self._shell.toast(self.tr("Exported to {0}").format(written.name))

        title = self.tr("Exporting {0}").format(dataset.name)
        self._shell.run(
            Lane.DATA,
            title,
            lambda _: self._datasets.export(dataset, path, replace=True),
            owner=self,
            on_done=then,
            page="examples",
        )

    def _write_draft(self, before: Draft, draft: Draft) -> None:
        if draft.messages != before.messages:
            self._datasets.change(draft.example, draft.messages)
        if draft.tags != before.tags:
            self._datasets.tag([draft.example], draft.tags)

    def _back(self, now: Draft, before: Draft) -> None:
        """Undo a save."""

        def write() -> None:
            self._datasets.change(before.example, before.messages)
            self._datasets.tag([before.example], before.tags)

        self._write(write, now.example)

    def _write(self, write: Callable[[], Any], example: int = 0) -> None:
        self._shell.look(write, lambda _: self.done.emit(example), owner=self)


def beginning(messages: Sequence[Message]) -> tuple[Message, ...]:
    """How a new example begins: with the system text of the one before, a question and an answer."""
    system = tuple(message for message in messages[:1] if message.role == "system")
    return (*system, Message("user", ""), Message("assistant", ""))
