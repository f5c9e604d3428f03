"""The index child: the only process that reads documents, embeds, and writes ``documents.sqlite3`` and Chroma.

Arguments: the workspace's folder. Methods: ``add``, ``rescan``, ``remove`` (one after another), and ``search`` in a
lane of its own, so that questions are answered while documents are indexed.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from engine import events
from engine.errors import Cancelled
from engine.ground import scan
from engine.ground.embed import NAME, Embedder
from engine.ground.index import Indexer
from engine.ground.limits import Limits
from engine.ground.paths import as_path
from engine.ground.reader import Reader
from engine.ground.search import Searcher
from engine.serve import serve
from engine.task import Task
from engine.types import Passage
from store.documents import Documents
from store.vectors import Vectors


class Stores:
    """Both stores and the embedder, opened at the first request that needs them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()  # two lanes may ask first at the same moment
        self._documents: Documents | None = None
        self._vectors: Vectors | None = None
        self._embedder: Embedder | None = None

    @property
    def documents(self) -> Documents:
        """The truth."""
        with self._lock:
            self._documents = self._documents or Documents(self.folder)
            return self._documents

    def open(self, task: Task) -> tuple[Documents, Vectors, Embedder]:
        """Documents, vector index and model, ready and in step; what had to be repaired is told."""
        with self._lock:
            documents = self.documents
            if self._vectors and self._embedder:
                return documents, self._vectors, self._embedder
            with ThreadPoolExecutor(1) as other:  # the model loads while Chroma opens
                loading = other.submit(lambda: self._embedder or Embedder())
                if self._vectors is None:
                    self._vectors = Vectors(self.folder, documents, NAME, _telling(task))
                    if self._vectors.repaired:
                        task.emit(events.Notice(self._vectors.repaired))
                self._embedder = loading.result()
            return documents, self._vectors, self._embedder

    def doubt(self) -> None:
        """Something failed while writing: the next request compares both stores again."""
        with self._lock:
            if self._vectors:
                self._vectors.close()
                self._vectors = None


def _telling(task: Task) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        task.emit(events.Progress("Rebuilding the search index", done, total, "chunks"))

    return report


class Handlers:
    """The methods of the index child."""

    def __init__(self, folder: Path) -> None:
        self._stores = Stores(folder)

    def add(self, task: Task, paths: Sequence[str], limits: dict[str, Any]) -> None:
        """Index files and folders, and remember them for ``rescan``."""
        documents = self._stores.documents
        for path in paths:
            documents.add_root(path, as_path(path).is_dir())
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

    def remove(self, task: Task, paths: Sequence[str]) -> None:
        """Take documents out of the index; a rescan leaves them out."""
        documents, vectors, _ = self._stores.open(task)
        roots = {path for path, _ in documents.roots()}
        for path in paths:
            if path in roots:
                documents.remove_root(path)
                documents.remove([path])
            else:
                documents.set_aside(path)
        vectors.remove(documents.sweep())

    def search(self, task: Task, queries: Sequence[str], k: int, passage_chars: int) -> list[list[Passage]]:
        """The passages for each query."""
        searcher = Searcher(*self._stores.open(task))
        found = []
        for query in queries:
            task.check()
            found.append(searcher.search(query, k, passage_chars))
        return found

    def _index(self, task: Task, files: Callable[[], list[Any]], limits: Limits) -> None:
        documents, vectors, embedder = self._stores.open(task)
        reader = Reader(self._stores.folder / "logs" / "parser.log", limits)
        try:
            Indexer(documents, vectors, embedder, reader, task).run(files())
        except Cancelled:
            raise  # between two steps: the stores are in step
        except BaseException:
            self._stores.doubt()
            raise
        finally:
            reader.close()


if __name__ == "__main__":
    handlers = Handlers(Path(sys.argv[1]))
    serve(
        {name: getattr(handlers, name) for name in ("add", "rescan", "remove", "search")},
        {"search": "search"},
    )
