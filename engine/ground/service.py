"""Documents of a workspace, for the window, the command line and the other parts. Work happens in the index child."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import events
from engine.errors import Cancelled, ChildDied, NotFound
from engine.ground.limits import Limits
from engine.ground.paths import as_path, as_text
from engine.task import Task
from engine.types import Passage
from store.documents import FILE, Document
from store.documents import Documents as Rows
from store.vectors import MARKER

if TYPE_CHECKING:
    from engine.workspace import Workspace

Listed = list[Document]  # the class below has a method called list
Passages = list[Passage]
PassagesOfEach = list[list[Passage]]


class Documents:
    """What is indexed, and search in it.

    Args:
        workspace: the open workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def add(self, paths: Iterable[Path], task: Task, *, limits: Limits | None = None) -> Listed:
        """Index files and folders; what is indexed already and has not changed is left as it is.

        Returns:
            Every document under ``paths``, each with its status and reason.

        Raises:
            NotFound: one of ``paths`` does not exist.
            Cancelled: the task was; what was finished stays.
        """
        roots = [as_text(path) for path in paths]
        for root in roots:
            if not as_path(root).exists():
                raise NotFound(f"There is no file or folder {root}.", "Check the path.")
        self._call("add", task, paths=roots, limits=dataclasses.asdict(limits or Limits()))
        return [one for one in self.list() if any(_under(one.path, root) for root in roots)]

    def list(self) -> Listed:
        """Every document, in the order of paths."""
        folder = self._workspace.folder
        if not (folder / FILE).exists():
            return []
        rows = Rows(folder, read_only=True)
        try:
            return [one for one in rows.all() if one.status != "removed"]
        finally:
            rows.close()

    def rescan(self, task: Task, *, limits: Limits | None = None) -> Listed:
        """Read what is new or has changed, drop what was deleted, and note what cannot be reached ("offline").

        Returns:
            Every document.
        """
        self._call("rescan", task, limits=dataclasses.asdict(limits or Limits()))
        return self.list()

    def remove(self, ids: Sequence[int], task: Task) -> Listed:
        """Take documents out of the index; files are not touched. Returns what was removed.

        Raises:
            NotFound: there is no document with one of those ids; nothing is removed then.
        """
        by_id = {one.id: one for one in self.list()}
        if missing := [number for number in ids if number not in by_id]:
            raise NotFound(f"There is no document {missing[0]}.", "`formfact docs list` shows the numbers.")
        self._call("remove", task, paths=[by_id[number].path for number in ids])
        return [by_id[number] for number in ids]

    def search(self, query: str, k: int = 5, *, passage_chars: int = 420, task: Task | None = None) -> Passages:
        """The ``k`` best passages for a question, best first.

        Args:
            query: a question or some words.
            k: how many passages, at most.
            passage_chars: how long a passage may grow by its neighbours in the same section.
            task: told when the index had to be repaired.
        """
        return self.search_many([query], k, passage_chars=passage_chars, task=task)[0]

    def search_many(
        self, queries: Sequence[str], k: int = 5, *, passage_chars: int = 420, task: Task | None = None
    ) -> PassagesOfEach:
        """``search`` for many questions in one request."""
        task = task or Task()
        found = self._call("search", task, queries=[*queries], k=k, passage_chars=passage_chars)
        return msgspec.convert(found, PassagesOfEach)

    def _call(self, method: str, task: Task, **params: Any) -> Any:
        """Ask the index child; once more if opening Chroma killed it, because the next start makes Chroma anew."""
        try:
            result = self._workspace.index_child.call(method, **params).result(task)
        except ChildDied:
            if not (self._workspace.folder / MARKER).exists():
                raise
            task.emit(events.Notice("The search index was damaged; it is made again from the stored vectors."))
            result = self._workspace.index_child.call(method, **params).result(task)
        if task.cancelled:
            raise Cancelled("Stopped; what was finished is kept.", "Do it again to go on.")
        return result


def _under(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/\\") + ("/" if "/" in root else "\\"))
