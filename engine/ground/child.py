"""The index child: the only process that reads documents, embeds, and writes ``documents.sqlite3`` and Chroma.

Arguments: the workspace's folder, the session (what it removes, it can bring back), and ``read`` if nothing may be
written. Methods, by lane: ``add``, ``rescan``, ``retry`` one after another; ``search`` and ``inspect``, so that
questions are answered while documents are indexed; ``view``; and what takes a moment (removing, moving, pausing…).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine import events
from engine.errors import Cancelled
from engine.ground import scan
from engine.ground.candidates import Candidate
from engine.ground.index import Indexer
from engine.ground.limits import Limits
from engine.ground.paths import as_path
from engine.ground.pause import Pause
from engine.ground.reader import Reader
from engine.ground.stores import Stores
from engine.ground.view import View, Viewer
from engine.serve import serve
from engine.task import Task
from engine.types import Passage
from store.collections import DEFAULT

_BATCH = 1000


class Handlers:
    """The methods of the index child."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._pause = Pause()
        self._viewer: Viewer | None = None

    # Indexing: one request after another

    def add(self, task: Task, paths: Sequence[str], limits: dict[str, Any], collection: str | None = None) -> None:
        """Index files and folders, and remember them for ``rescan``.

        With a ``collection`` everything under ``paths`` goes there; without, known files stay where they are.
        """
        documents, collections = self._stores.documents, self._stores.collections
        with documents.database.transaction():
            for path in paths:
                had = documents.collection_of(path)
                number = had if collection is None and had else collections.ensure(collection or DEFAULT)
                documents.add_root(path, as_path(path).is_dir(), number)
                if collection is not None:
                    collections.assign(path, number)
        task.emit(events.Started("Looking for documents"))
        self._index(task, lambda: scan.named(documents, paths), Limits(**limits))

    def rescan(self, task: Task, limits: dict[str, Any]) -> None:
        """Bring the index in step with the disk."""
        task.emit(events.Started("Comparing with the disk"))
        found = scan.changes(self._stores.documents)
        with self._stores.documents.database.transaction():
            self._stores.documents.remove(found.deleted)
            for path in found.offline:
                self._stores.documents.set_status(path, "offline", "its folder cannot be reached, or is empty")
        for path in found.deleted:
            task.emit(events.FileDone(path, "removed", "the file was deleted"))
        for path in found.offline:
            task.emit(events.FileDone(path, "offline", "its folder cannot be reached, or is empty"))
        self._index(task, lambda: found.files, Limits(**limits))

    def retry(self, task: Task, paths: Sequence[str], limits: dict[str, Any]) -> None:
        """Read documents again, whatever is known of them."""
        documents = self._stores.documents
        files = scan.again(documents, paths)
        for path in sorted({*paths} - {file.path for file in files}):
            documents.set_status(path, "offline", "the file cannot be reached")
            task.emit(events.FileDone(path, "offline", "the file cannot be reached"))
        self._index(task, lambda: files, Limits(**limits))

    def _index(self, task: Task, files: Callable[[], list[Any]], limits: Limits) -> None:
        self._pause.resume()
        documents, vectors, embedder = self._stores.open(task)
        reader = Reader(self._stores.folder / "logs" / "parser.log", limits)
        try:
            Indexer(documents, vectors, embedder, reader, task, self._pause).run(files())
        except Cancelled:
            raise  # between two steps: the stores are in step
        except BaseException:
            self._stores.doubt()
            raise
        finally:
            reader.close()

    def pause(self, task: Task) -> None:
        """Let indexing rest."""
        self._pause.pause()

    def resume(self, task: Task) -> None:
        """Let indexing go on."""
        self._pause.resume()

    # Removing, moving, collections: done in a moment, also while documents are indexed

    def remove(self, task: Task, ids: Sequence[int]) -> None:
        """Take documents out of the index; ``restore`` brings them back until the session ends."""
        _, vectors, _ = self._stores.open(task)
        vectors.remove(self._stores.collections.hide(ids, self._stores.session))

    def restore(self, task: Task, ids: Sequence[int]) -> None:
        """Bring back documents that this session removed."""
        self._learn(task, self._stores.collections.show(ids, self._stores.session))

    def remove_collection(self, task: Task, number: int) -> None:
        """Remove a collection with its documents."""
        _, vectors, _ = self._stores.open(task)
        vectors.remove(self._stores.collections.hide_collection(number, self._stores.session))

    def restore_collection(self, task: Task, name: str) -> None:
        """Bring back a collection that this session removed, with its documents."""
        self._learn(task, self._stores.collections.show_collection(name, self._stores.session))

    def new_collection(self, task: Task, name: str) -> None:
        """Make an empty collection."""
        self._stores.collections.ensure(name)

    def rename_collection(self, task: Task, number: int, name: str) -> None:
        """Give a collection another name."""
        self._stores.collections.rename(number, name)

    def move(self, task: Task, ids: Sequence[int], collection: str) -> None:
        """Put documents into a collection, which is made if it is missing."""
        collections = self._stores.collections
        with self._stores.documents.database.transaction():
            collections.move(ids, collections.ensure(collection))

    def _learn(self, task: Task, chunks: Sequence[int]) -> None:
        """Give Chroma the stored vectors of chunks that it has forgotten."""
        documents, vectors, _ = self._stores.open(task)
        for at in range(0, len(chunks), _BATCH):
            batch = chunks[at : at + _BATCH]
            vectors.add(batch, documents.vectors(batch))
            task.emit(events.Progress("Bringing back", at + len(batch), len(chunks), "chunks"))

    # Finding and showing

    def search(
        self, task: Task, queries: Sequence[str], k: int, passage_chars: int, collection: str | None = None
    ) -> list[list[Passage]]:
        """The passages for each query."""
        searcher = self._stores.searcher(task, collection)
        found = []
        for query in queries:
            task.check()
            found.append(searcher.search(query, k, passage_chars))
        return found

    def inspect(
        self, task: Task, query: str, limit: int, k: int, passage_chars: int, collection: str | None = None
    ) -> list[Candidate]:
        """What a search considers, and what becomes of each."""
        return self._stores.searcher(task, collection).inspect(query, limit, k, passage_chars)

    def view(self, task: Task, passage: dict[str, Any], page: int | None, scale: float, at: int | None) -> View:
        """A passage where it stands."""
        if self._viewer is None:
            log = Path(tempfile.gettempdir()) if self._stores.read_only else self._stores.folder / "logs"
            reader = Reader(log / "formfact-pages.log", Limits(seconds=30, memory_mb=1024))
            self._viewer = Viewer(self._stores.documents, reader)
        return self._viewer.view(msgspec.convert(passage, Passage), page, scale, at, task)


_MOMENTS = ("pause", "resume", "move", "remove", "restore", "new_collection", "rename_collection")
LANES = {
    "main": ("add", "rescan", "retry"),
    "moment": (*_MOMENTS, "remove_collection", "restore_collection"),
    "search": ("search", "inspect"),
    "view": ("view",),
}


if __name__ == "__main__":
    folder, session, *how = sys.argv[1:]
    handlers = Handlers(Stores(Path(folder), session, read_only="read" in how))
    lanes = {name: lane for lane, names in LANES.items() for name in names}
    serve({name: getattr(handlers, name) for name in lanes}, lanes)
