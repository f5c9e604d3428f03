"""What the index child has open: the documents, their vectors, and the embedding model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine import events
from engine.errors import NotFound
from engine.ground.embed import NAME, Embedder
from engine.ground.search import Searcher
from engine.task import Task
from store.collections import Collections
from store.documents import Documents
from store.exact import Exact
from store.vectors import Vectors


class Stores:
    """Both stores and the embedder, opened at the first request that needs them."""

    def __init__(self, folder: Path, session: str, *, read_only: bool) -> None:
        self.folder, self.session, self.read_only = folder, session, read_only
        self._lock = threading.RLock()  # two lanes may ask first at the same moment
        self._documents: Documents | None = None
        self._vectors: Vectors | None = None
        self._embedder: Embedder | None = None

    @property
    def documents(self) -> Documents:
        """The truth; what earlier sessions removed is freed when it is opened."""
        with self._lock:
            if self._documents is None:
                self._documents = Documents(self.folder, read_only=self.read_only)
                if not self.read_only:
                    Collections(self._documents.database).purge(self.session)
                    self._documents.sweep()
            return self._documents

    @property
    def collections(self) -> Collections:
        """The collections of the documents."""
        return Collections(self.documents.database)

    def searcher(self, task: Task, collection: str | None) -> Searcher:
        """Search in the collection of that name, or in all."""
        scope = self.collections.find(collection) if collection is not None else None
        if collection is not None and scope is None:
            raise NotFound(f"There is no collection {collection}.", "`formfact docs collections` shows their names.")
        if not self.read_only:
            return Searcher(*self.open(task), scope)
        with self._lock:
            self._embedder = self._embedder or Embedder()
        return Searcher(self.documents, Exact(self.documents), self._embedder, scope)

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
