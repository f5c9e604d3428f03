"""How the rest of Formfact reaches the documents: it reads their database, and asks the index child for the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from engine import events
from engine.errors import Cancelled, ChildDied
from engine.task import Task
from store.documents import FILE, Documents
from store.hnsw import MARKER

if TYPE_CHECKING:
    from engine.workspace import Workspace

Found = TypeVar("Found")
INDEXING = ("add", "rescan", "retry")


class Asking:
    """The way to the documents of one workspace. Safe from any thread."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._current = False  # whether the database is known to be in today's form
        self._indexing = 0  # calls under way that read files

    def look(self, read: Callable[[Documents], Found], nothing: Found) -> Found:
        """Read the database, without the index child and without a lock; ``nothing`` if there is none yet."""
        folder = self._workspace.folder
        if not (folder / FILE).exists():
            return nothing
        self._bring_up_to_date()
        rows = Documents(folder, read_only=True)
        try:
            return read(rows)
        finally:
            rows.close()

    def call(self, method: str, task: Task, **params: Any) -> Any:
        """Ask the index child; once more if opening Chroma killed it, because the next start makes Chroma anew.

        Raises:
            Cancelled: the task was.
        """
        self._bring_up_to_date()
        self._count(method, 1)
        try:
            result = self._twice(method, task, **params)
        finally:
            self._count(method, -1)
        if task.cancelled:
            raise Cancelled("Stopped; what was finished is kept.", "Do it again to go on.")
        return result

    @property
    def indexing(self) -> bool:
        """Whether files are being read and indexed."""
        return self._indexing > 0

    def _twice(self, method: str, task: Task, **params: Any) -> Any:
        try:
            return self._workspace.index_child.call(method, **params).result(task)
        except ChildDied:
            if not (self._workspace.folder / MARKER).exists():
                raise
            task.emit(events.Notice("The search index was damaged; it is made again from the stored vectors."))
            return self._workspace.index_child.call(method, **params).result(task)

    def _count(self, method: str, by: int) -> None:
        if method in INDEXING:
            with self._lock:
                self._indexing += by

    def tell(self, method: str) -> None:
        """Tell the index child something, if it runs."""
        if self._workspace.index_child.pid is not None:
            self._workspace.index_child.call(method).result()

    def _bring_up_to_date(self) -> None:
        """Migrate the database of an older Formfact, once; before the index child can meet it."""
        with self._lock:
            if not self._current and not self._workspace.read_only and (self._workspace.folder / FILE).exists():
                Documents(self._workspace.folder).close()
            self._current = True
