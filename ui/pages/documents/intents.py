"""What a person can do with documents: one small function each. Long work is a job, the rest a short call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.jobs import Job, Lane
from engine.task import Task
from store.documents import Document
from ui import words
from ui.shell import Shell


class Intents(QObject):
    """Adds, rescans, retries, removes, moves, and takes back.

    Args:
        shell: the window.
        parent: whoever wants to hear.

    Signals:
        begun: indexing has begun.
        heard: an event of it.
        ended: the job of it has ended, however.
        failed: it could not go on: the error.
    """

    begun = Signal()
    heard = Signal(object)
    ended = Signal(object)
    failed = Signal(object)

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._shell = shell
        self._documents = shell.workspace.documents
        self._jobs: list[Job] = []
        self._undo: list[tuple[str, Callable[[], None]]] = []

    @property
    def job(self) -> Job | None:
        """The indexing that runs or is next, if there is any."""
        return self._jobs[0] if self._jobs else None

    @property
    def waiting(self) -> int:
        """How many further requests wait for it."""
        return max(0, len(self._jobs) - 1)

    # Indexing

    def add(self, paths: Sequence[Path], collection: str | None) -> None:
        """Index files and folders."""
        name = paths[0].name if len(paths) == 1 else self.tr("{0} items").format(len(paths))
        self._index(
            self.tr("Indexing {0}").format(name), lambda task: self._documents.add(paths, task, collection=collection)
        )

    def rescan(self) -> None:
        """Bring the index in step with the disk; what is not finished goes on."""
        self._index(self.tr("Looking for changes"), self._documents.rescan)

    def retry(self, documents: Sequence[Document]) -> None:
        """Read documents again."""
        ids = [one.id for one in documents]
        self._index(self.tr("Reading again"), lambda task: self._documents.retry(ids, task))

    def pause(self, paused: bool) -> None:
        """Let indexing rest, or go on."""
        self._soon(self._documents.pause if paused else self._documents.resume)

    def cancel(self) -> None:
        """Stop indexing; what is finished stays."""
        for job in self._jobs:
            job.cancel()

    def _index(self, title: str, work: Callable[[Task], Any]) -> None:
        job = self._shell.run(
            Lane.INDEX,
            title,
            work,
            owner=self,
            on_event=self.heard.emit,
            on_failed=self.failed.emit,
            on_end=self._end,
            page="documents",
        )
        self._jobs.append(job)
        self.begun.emit()

    def _end(self, job: Job) -> None:
        self._jobs.remove(job)
        self.ended.emit(job)
        self._shell.tell("documents")

    # Removing and moving

    def remove(self, documents: Sequence[Document]) -> None:
        """Take documents out of the index, with a way back."""
        ids = [one.id for one in documents]

        def bring_back() -> None:
            self._bring_back(lambda task: self._documents.restore(ids, task))

        self._soon(
            lambda: self._documents.remove(ids, Task()),
            self.tr("Removed {0}").format(words.count(len(ids), self.tr("document"), self.tr("documents"))),
            bring_back,
        )

    def remove_collection(self, name: str) -> None:
        """Take a collection and its documents out of the index, with a way back."""

        def bring_back() -> None:
            self._bring_back(lambda task: self._documents.restore_collection(name, task))

        self._soon(
            lambda: self._documents.remove_collection(name, Task()), self.tr("Removed “{0}”").format(name), bring_back
        )

    def move(self, documents: Sequence[Document], collection: str) -> None:
        """Put documents into a collection."""
        ids = [one.id for one in documents]
        before: dict[str, list[int]] = {}
        for one in documents:
            before.setdefault(one.collection, []).append(one.id)

        def move_back() -> None:
            for name, some in before.items():
                self._soon(partial(self._documents.move, some, name, Task()))

        text = self.tr("Moved {0} to “{1}”")
        many = words.count(len(ids), self.tr("document"), self.tr("documents"))
        self._soon(lambda: self._documents.move(ids, collection, Task()), text.format(many, collection), move_back)

    def new_collection(self, name: str) -> None:
        """Make an empty collection."""
        self._soon(lambda: self._documents.new_collection(name, Task()))

    def rename_collection(self, name: str, new: str) -> None:
        """Give a collection another name."""
        self._soon(lambda: self._documents.rename_collection(name, new, Task()))

    def undo(self) -> None:
        """Take back the last removal or move of this session."""
        if self._undo:
            self._undo.pop()[1]()

    @property
    def last(self) -> str:
        """What would be taken back, in words; empty if there is nothing."""
        return self._undo[-1][0] if self._undo else ""

    def _bring_back(self, work: Callable[[Task], Any]) -> None:
        self._shell.run(
            Lane.DATA,
            self.tr("Bringing documents back"),
            work,
            owner=self,
            on_end=lambda _: self._shell.tell("documents"),
            page="documents",
        )

    def _soon(self, work: Callable[[], Any], text: str = "", undo: Callable[[], None] | None = None) -> None:
        """Do something that takes a moment; say it when it is done, with the way back."""

        def done(_: Any) -> None:
            if undo:
                self._undo.append((text, undo))
                self._shell.toast(text, self.undo)
            self._shell.tell("documents")

        self._shell.look(work, done, owner=self)
