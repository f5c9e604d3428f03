"""The vector index: Chroma, kept in step with the vectors in ``documents.sqlite3``. The only chromadb import.

Chroma is fast to search and easy to break: a truncated index file ends the whole process with a segmentation fault,
and no two processes may write. So it is only an index. Whatever is wrong with it, it is made again from the vectors
that SQLite holds, without embedding anything. A marker file says that opening is under way; if it is still there at
the next start, opening killed the process, and the folder is made anew.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store import hnsw
from store.documents import Documents
from store.errors import disk_errors, disk_full, no_room
from store.hnsw import MARKER

__all__ = ["FOLDER", "MARKER", "Vectors"]

FOLDER = "chroma"
_BATCH = 1000  # Chroma's own sync threshold; 1,700 a second on two cores
_PAGE = 20_000  # ids that are compared at a time

Report = Callable[[int, int], None]


class Vectors:
    """The vector index of one workspace, open and in step with ``documents``.

    Args:
        folder: the workspace.
        documents: the truth.
        model: name of the embedding model, kept with the index.
        report: called with (done, total) vectors while the index is made again.

    ``repaired`` says in words what had to be repaired; it is empty when nothing had.
    """

    def __init__(
        self, folder: Path, documents: Documents, model: str, report: Report = lambda done, total: None
    ) -> None:
        self._folder, self._marker = folder / FOLDER, folder / MARKER
        self._documents, self._report = documents, report
        self._labels = {"identity": documents.identity, "model": model}
        self.repaired = ""
        self._client: Any = None
        self._collection: Any = None
        with _typed_errors(self._folder):
            died = self._marker.exists()
            missing = not self._folder.exists()
            if died:
                self._start_over("the last attempt to open it ended the process")
            elif not hnsw.whole(self._folder):
                self._start_over("a file of it was incomplete")
            self._marker.touch()
            try:
                self._open()
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as fault:  # a Rust panic too: an index that does not open is made again
                if no_room(self._folder):
                    raise
                self._start_over(f"it did not open ({type(fault).__name__})")
                self._open()
            if missing and self._documents.vector_ids():
                self.repaired = "The search index was missing and has been made again from the stored vectors."
            self._marker.unlink()

    def _open(self) -> None:
        self._connect()
        if self._collection.metadata != self._labels:
            self._start_over("it belongs to other documents")
            self._connect()
        if self._repair():
            self._collection.query(query_embeddings=self._probe(), n_results=1, include=[])  # loads the index files

    def _connect(self) -> None:
        import chromadb

        settings = chromadb.Settings(anonymized_telemetry=False, allow_reset=False)
        self._client = chromadb.PersistentClient(str(self._folder), settings=settings)
        self._collection = self._client.get_or_create_collection(
            "chunks",
            embedding_function=None,
            metadata=self._labels,
            configuration={"hnsw": {"space": "cosine", "ef_search": 100, "ef_construction": 100}},
        )

    def _start_over(self, why: str) -> None:
        self.close()
        if self._folder.exists():
            from chromadb.api.shared_system_client import SharedSystemClient

            SharedSystemClient.clear_system_cache()  # else a client that failed to open is handed out again
            self.repaired = f"The search index has been made again from the stored vectors: {why}."
            shutil.rmtree(self._folder)

    def _probe(self) -> list[list[float]]:
        first = min(self._documents.vector_ids())
        return [self._documents.vectors([first])[0].tolist()]

    def _repair(self) -> int:
        """Bring the ids in line with SQLite's. Returns how many there are."""
        truth, there = self._documents.vector_ids(), set(self._ids())
        if surplus := sorted(there - truth):
            self.remove(surplus)
        missing = sorted(truth - there)
        for at in range(0, len(missing), _BATCH):
            batch = missing[at : at + _BATCH]
            self.add(batch, self._documents.vectors(batch))
            self._report(at + len(batch), len(missing))
        if there and (surplus or missing) and not self.repaired:
            changed = len(surplus) + len(missing)
            self.repaired = f"The search index was {changed:,} chunks out of step and has been repaired."
        return len(truth)

    def _ids(self) -> Iterator[int]:
        total = self._collection.count()
        for offset in range(0, total, _PAGE):
            yield from map(int, self._collection.get(include=[], limit=_PAGE, offset=offset)["ids"])

    def add(self, chunks: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Index the vectors [chunks, dimensions] of chunks; a chunk that is there already is replaced."""
        with _typed_errors(self._folder):
            for at in range(0, len(chunks), _BATCH):
                ids = [str(number) for number in chunks[at : at + _BATCH]]
                self._collection.upsert(ids=ids, embeddings=vectors[at : at + _BATCH])

    def remove(self, chunks: Sequence[int]) -> None:
        """Forget chunks."""
        with _typed_errors(self._folder):
            for at in range(0, len(chunks), _BATCH):
                self._collection.delete(ids=[str(number) for number in chunks[at : at + _BATCH]])

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
        """The ``limit`` chunks nearest to ``vector``, nearest first, with their cosine in [-1, 1]."""
        total = self._collection.count()
        if not total:
            return []
        found = self._collection.query(query_embeddings=[vector], n_results=min(limit, total), include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(int(number), 1.0 - float(distance)) for number, distance in pairs]

    def ids(self) -> set[int]:
        """The ids of all indexed chunks."""
        return set(self._ids())

    def close(self) -> None:
        """Let go of the folder."""
        client, self._client, self._collection = self._client, None, None
        if client is not None:
            with contextlib.suppress(Exception):  # a broken client must not keep us from making a new one
                client.close()


@contextlib.contextmanager
def _typed_errors(folder: Path) -> Iterator[None]:
    """Tell a full disk, which Chroma reports in errors of its own, from everything else."""
    with disk_errors(folder):
        try:
            yield
        except Exception as fault:
            if "is full" in str(fault) or "No space left" in str(fault) or no_room(folder):
                raise disk_full(folder, str(fault)) from fault
            raise
