"""The facade: one open workspace, and everything that can be done in it. Window and command line use only this.

::

    with Workspace.open(folder) as workspace:
        workspace.documents.add([Path("handbook.pdf")], task)
        workspace.chat.ask("How long is the refund window?", Arm.GROUNDED, task)

A workspace is a folder; copied elsewhere it works there::

    workspace.sqlite3    models, datasets, runs, answers      written by this process
    documents.sqlite3    documents, chunks, vectors           written by the index child
    chroma/              vector index, can be rebuilt         written by the index child
    runs/ID/             recipe, checkpoints, adapter, gate   written by the tune child
    reports/ logs/ cache/
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from engine.chat.options import Options
from engine.errors import NotFound, StoreError, WorkspaceLocked, disk_errors
from engine.process import Child
from engine.settings import Settings, load
from store.connection import Database
from store.datasets import DatasetStore

if TYPE_CHECKING:
    from engine.chat.conversations import Conversations
    from engine.chat.presets import Presets
    from engine.chat.service import Chat
    from engine.compare.question_sets import QuestionSets
    from engine.compare.scoring import Scoring
    from engine.ground.service import Documents
    from engine.models.service import Models
    from engine.task import Task
    from engine.tune.datasets import Datasets
    from engine.tune.service import Tuning


def default_folder() -> Path:
    """The workspace that is used when none is named: ``$FORMFACT_WORKSPACE``, else ``~/Formfact``."""
    return Path(os.environ.get("FORMFACT_WORKSPACE") or Path.home() / "Formfact")


class Workspace:
    """An open workspace. Use ``Workspace.open``.

    Args:
        folder: the workspace's folder; made, with its database, if it is missing.
        read_only: look without locking; several may look while one writes.
        beside: without locking too, for a run that goes on in a process of its own; it writes that run only.

    Raises:
        WorkspaceLocked: another process has it open for writing.
        StoreError: see ``store.errors``.
    """

    def __init__(self, folder: Path, *, read_only: bool = False, beside: bool = False) -> None:
        from filelock import FileLock, Timeout

        self.folder = folder.absolute()
        self.read_only = read_only
        self.owner = not (read_only or beside)
        self._lock = FileLock(self.folder / ".lock")
        if not self.owner and not (self.folder / "workspace.sqlite3").exists():
            raise NotFound(f"There is no workspace in {folder} yet.", "Add a document or a model to make one.")
        with disk_errors(self.folder):
            if self.owner:
                self.folder.mkdir(parents=True, exist_ok=True)
                try:
                    self._lock.acquire(timeout=0)
                except Timeout as fault:
                    raise WorkspaceLocked(
                        f"The workspace {folder} is open in another Formfact.",
                        "Close it there, or use another workspace (--workspace DIR).",
                    ) from fault
        self._children: list[Child] = []
        try:
            self.database = Database(self.folder / "workspace.sqlite3", "workspace", read_only=read_only)
            if self.owner:
                self._sweep()
        except BaseException:
            self._lock.release()
            raise

    def _sweep(self) -> None:
        """Delete for good what was taken away in earlier sessions; where there is no room for that, another time."""
        with contextlib.suppress(StoreError):
            DatasetStore(self.database).sweep()

    @classmethod
    def open(cls, folder: Path | None = None, *, read_only: bool = False, beside: bool = False) -> Self:
        """Open ``folder``, or the default workspace."""
        return cls(folder or default_folder(), read_only=read_only, beside=beside)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the children (they save first), close the database, let others in."""
        for child in self._children:
            child.close()
        self.database.close()
        self._lock.release()

    def copy(self, target: Path, task: Task) -> None:
        """Copy this workspace to a new folder, as it is at this moment; the copy works by itself.

        Raises:
            FormfactError: ``target`` is not a new or empty folder; nothing was written there.
            Cancelled: stopped on request; the half copy is removed.
        """
        from engine.duplicate import duplicate

        duplicate(self, target, task)

    def child(self, module: str, name: str, *arguments: str, threads: int | None = None) -> Child:
        """A child process of this workspace, ended with it; it starts at its first request."""
        logs = Path(tempfile.gettempdir()) if self.read_only else self.folder / "logs"
        child = Child(module, [str(self.folder), *arguments], logs / f"{name}.log", threads=threads)
        self._children.append(child)
        return child

    def silent(self, seconds: float) -> list[Child]:
        """The children not heard of for so many ``seconds``; each tells every second that it lives."""
        return [child for child in self._children if child.silent_s > seconds]

    @cached_property
    def chat_child(self) -> Child:
        """The process that owns llama.cpp, run as the settings say."""
        return self.child("engine.chat.child", "chat", *Options.of(load()).arguments())

    def configure(self, settings: Settings) -> None:
        """Run llama.cpp as new settings say, from the next question on."""
        self.chat_child.use([str(self.folder), *Options.of(settings).arguments()])

    @cached_property
    def words_child(self) -> Child:
        """A second process of the same kind that never loads weights: previews and counts need not wait for answers."""
        return self.child("engine.chat.child", "words")

    @cached_property
    def index_child(self) -> Child:
        """The process that owns the document index; what this session removes from it, it can bring back."""
        return self.child("engine.ground.child", "index", uuid4().hex, "write" if self.owner else "read")

    @cached_property
    def models(self) -> Models:
        """Installed base models."""
        from engine.models.service import Models

        return Models(self)

    @cached_property
    def documents(self) -> Documents:
        """Indexed documents and search."""
        from engine.ground.service import Documents

        return Documents(self)

    @cached_property
    def datasets(self) -> Datasets:
        """Training examples."""
        from engine.tune.datasets import Datasets

        return Datasets(self)

    @cached_property
    def tuning(self) -> Tuning:
        """Runs: start, stop, resume, gate."""
        from engine.tune.service import Tuning

        return Tuning(self)

    @cached_property
    def chat(self) -> Chat:
        """Answers of one arm or several."""
        from engine.chat.service import Chat

        return Chat(self)

    @cached_property
    def conversations(self) -> Conversations:
        """What was asked and answered, as conversations with branches."""
        from engine.chat.conversations import Conversations

        return Conversations(self)

    @cached_property
    def presets(self) -> Presets:
        """Named ways of asking."""
        from engine.chat.presets import Presets

        return Presets(self)

    @cached_property
    def question_sets(self) -> QuestionSets:
        """Questions with their checks."""
        from engine.compare.question_sets import QuestionSets

        return QuestionSets(self)

    @cached_property
    def scoring(self) -> Scoring:
        """Scorecards and reports."""
        from engine.compare.scoring import Scoring

        return Scoring(self)
