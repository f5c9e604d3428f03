"""Documents of a workspace, for the window, the command line and the other parts. Work happens in the index child."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import DocumentRefused, NotFound
from engine.ground.asking import Asking
from engine.ground.candidates import Candidate
from engine.ground.limits import Limits
from engine.ground.paths import as_path, as_text
from engine.ground.view import View
from engine.task import Task
from engine.types import Passage
from store.collections import Collection, Collections
from store.documents import Document
from store.documents import Documents as Rows

if TYPE_CHECKING:
    from engine.workspace import Workspace

Listed = list[Document]  # the class below has a method called list
Passages = list[Passage]
PassagesOfEach = list[list[Passage]]
Candidates = list[Candidate]
Collected = list[Collection]


class Documents:
    """What is indexed, and search in it.

    Args:
        workspace: the open workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._asking = Asking(workspace)

    # What there is

    def list(self) -> Listed:
        """Every document, in the order of paths."""
        return self._asking.look(Rows.all, [])

    def at(self, paths: Sequence[str]) -> Listed:
        """The documents at ``paths`` (as they are in ``Document.path``)."""
        return self._asking.look(lambda rows: rows.at(paths), [])

    def collections(self) -> Collected:
        """Every collection, in the order of names."""
        return self._asking.look(lambda rows: Collections(rows.database).all(), [])

    # Indexing

    def add(
        self, paths: Iterable[Path], task: Task, *, collection: str | None = None, limits: Limits | None = None
    ) -> Listed:
        """Index files and folders; what is indexed already and has not changed is left as it is.

        Args:
            paths: files and folders.
            task: told of each file and of progress.
            collection: where all of it goes, made if it is missing; None: new files to "Documents" (or where their
                folder's files go), known ones stay where they are.
            limits: what a file may cost.

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
        name = None if collection is None else _named(collection)
        self._asking.call("add", task, paths=roots, limits=_plain(limits), collection=name)
        return [one for one in self.list() if any(_under(one.path, root) for root in roots)]

    def rescan(self, task: Task, *, limits: Limits | None = None) -> Listed:
        """Read what is new or has changed, drop what was deleted, and note what cannot be reached ("offline").

        Returns:
            Every document.
        """
        self._asking.call("rescan", task, limits=_plain(limits))
        return self.list()

    def retry(self, ids: Sequence[int], task: Task, *, limits: Limits | None = None) -> Listed:
        """Read documents again, whatever is known of them; returns them as they are then."""
        paths = [one.path for one in self._known(ids)]
        self._asking.call("retry", task, paths=paths, limits=_plain(limits))
        return self.at(paths)

    @property
    def indexing(self) -> bool:
        """Whether documents are being indexed, whoever asked for it."""
        return self._asking.indexing

    def pause(self) -> None:
        """Let indexing rest at its next step; questions are answered meanwhile."""
        self._asking.tell("pause")

    def resume(self) -> None:
        """Let indexing go on."""
        self._asking.tell("resume")

    # Removing and moving; none of it touches a file

    def remove(self, ids: Sequence[int], task: Task) -> Listed:
        """Take documents out of the index, until the workspace is closed with a way back. Returns what was removed.

        Raises:
            NotFound: there is no document with one of those ids; nothing is removed then.
        """
        gone = self._known(ids)
        self._asking.call("remove", task, ids=[*ids])
        return gone

    def restore(self, ids: Sequence[int], task: Task) -> None:
        """Bring back documents that were removed since the workspace was opened."""
        self._asking.call("restore", task, ids=[*ids])

    def move(self, ids: Sequence[int], collection: str, task: Task) -> None:
        """Put documents into a collection, which is made if it is missing."""
        self._asking.call("move", task, ids=[one.id for one in self._known(ids)], collection=_named(collection))

    def new_collection(self, name: str, task: Task) -> None:
        """Make an empty collection.

        Raises:
            DocumentRefused: there is one of that name.
        """
        self._asking.call("new_collection", task, name=self._free(name))

    def rename_collection(self, name: str, new: str, task: Task) -> None:
        """Give a collection another name.

        Raises:
            NotFound: there is none called ``name``.
            DocumentRefused: there is one called ``new``.
        """
        number = self._collection(name)
        fresh = _named(new) if new.strip().casefold() == name.casefold() else self._free(new)
        self._asking.call("rename_collection", task, number=number, name=fresh)

    def remove_collection(self, name: str, task: Task) -> None:
        """Remove a collection with its documents, until the workspace is closed with a way back."""
        self._asking.call("remove_collection", task, number=self._collection(name))

    def restore_collection(self, name: str, task: Task) -> None:
        """Bring back a collection that was removed since the workspace was opened, with its documents."""
        self._asking.call("restore_collection", task, name=name)

    # Finding and showing

    def search(
        self,
        query: str,
        k: int = 5,
        *,
        passage_chars: int = 420,
        task: Task | None = None,
        collection: str | None = None,
    ) -> Passages:
        """The ``k`` best passages for a question, best first.

        Args:
            query: a question or some words.
            k: how many passages, at most.
            passage_chars: how long a passage may grow by its neighbours in the same section.
            task: told when the index had to be repaired.
            collection: search in this collection only.
        """
        return self.search_many([query], k, passage_chars=passage_chars, task=task, collection=collection)[0]

    def search_many(
        self,
        queries: Sequence[str],
        k: int = 5,
        *,
        passage_chars: int = 420,
        task: Task | None = None,
        collection: str | None = None,
    ) -> PassagesOfEach:
        """``search`` for many questions in one request."""
        asked = {"queries": [*queries], "k": k, "passage_chars": passage_chars, "collection": collection}
        return msgspec.convert(self._asking.call("search", task or Task(), **asked), PassagesOfEach)

    def inspect(
        self,
        query: str,
        limit: int = 20,
        *,
        k: int = 5,
        passage_chars: int = 420,
        collection: str | None = None,
        task: Task | None = None,
    ) -> Candidates:
        """What a search considers: the ``limit`` best candidates with every rank and score, and why one was cut.

        Args:
            query: a question or some words.
            limit: how many candidates, at most.
            k, passage_chars, collection: of the search that is looked into.
            task: told when the index had to be repaired.
        """
        asked = {"query": query, "limit": limit, "k": k, "passage_chars": passage_chars, "collection": collection}
        return msgspec.convert(self._asking.call("inspect", task or Task(), **asked), Candidates)

    def view(self, passage: Passage, *, page: int | None = None, scale: float = 2.0, at: int | None = None) -> View:
        """A passage where it stands: the page of its PDF with the places to mark, or the text around it.

        Args:
            passage: as a search found it, now or long ago.
            page: turn to this page of its document.
            scale: pixels a point, of a drawn page.
            at: show the text around this place (in characters) rather than around the passage.
        """
        asked = {"passage": dataclasses.asdict(passage), "page": page, "scale": scale, "at": at}
        return msgspec.convert(self._asking.call("view", Task(), **asked), View)

    # How

    def _known(self, ids: Sequence[int]) -> Listed:
        by_id = {one.id: one for one in self.list()}
        if missing := [number for number in ids if number not in by_id]:
            raise NotFound(f"There is no document {missing[0]}.", "`formfact docs list` shows the numbers.")
        return [by_id[number] for number in ids]

    def _collection(self, name: str) -> int:
        number = self._asking.look(lambda rows: Collections(rows.database).find(name), None)
        if number is None:
            raise NotFound(f"There is no collection {name}.", "`formfact docs collections` shows their names.")
        return number

    def _free(self, name: str) -> str:
        wanted = _named(name)
        if self._asking.look(lambda rows: Collections(rows.database).find(wanted), None) is not None:
            raise DocumentRefused(f"There is a collection {wanted} already.", "Choose another name.")
        return wanted


def _plain(limits: Limits | None) -> dict[str, Any]:
    return dataclasses.asdict(limits or Limits())


def _named(collection: str) -> str:
    name = " ".join(collection.split())
    if not name:
        raise DocumentRefused("A collection needs a name.", "Type one or two words.")
    return name


def _under(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/\\") + ("/" if "/" in root else "\\"))
