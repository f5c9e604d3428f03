"""Keeps the index in step with the disk: hash, read, cut, embed, store.

For each file that is new or has changed: its text and chunks are committed, then, as vectors come in batches, the
vectors; when a content has all of its vectors, its documents are "indexed". A kill at any moment loses at most the
batch under way; the next ``add`` or ``rescan`` goes on from what is there. A chunk whose text was embedded before
(a moved file, a file changed in one place, work that was interrupted) takes over the stored vector.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import events
from engine.errors import DocumentRefused
from engine.ground.chunk import chunk
from engine.ground.embed import Embedder
from engine.ground.parse import Parsed
from engine.ground.paths import Found, as_path
from engine.ground.pause import Pause
from engine.ground.progress import Progress
from engine.ground.reader import Reader, Reading
from engine.task import Task
from store.collections import Collections
from store.documents import Chunk, Documents, NewChunk, NewContent
from store.vectors import Vectors

_BATCH = 256  # chunks that are embedded and committed together: two or three seconds on two cores
_UNFINISHED = "not finished: add it again, or rescan, and it goes on"


@dataclass(slots=True)
class _Work:
    """A content that waits for the vectors of ``left`` chunks."""

    content: int
    left: int


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file on its way in: its hash, and its reading unless its content is known already."""

    file: Found
    sha256: str
    reading: Reading | None


class Indexer:
    """One pass over files; it belongs to one request.

    Args:
        documents: the truth, in SQLite.
        vectors: the index, in Chroma.
        embedder: texts to vectors.
        reader: files to text.
        task: told of each file (``FileDone``) and of progress; its cancel is honoured between batches.
        pause: waited for between files and between batches.
    """

    def __init__(
        self,
        documents: Documents,
        vectors: Vectors,
        embedder: Embedder,
        reader: Reader,
        task: Task,
        pause: Pause | None = None,
    ) -> None:
        self._documents, self._vectors, self._embedder = documents, vectors, embedder
        self._reader, self._task, self._pause = reader, task, pause or Pause()
        self._collections = Collections(documents.database)
        self._progress = Progress(task, self._pause)
        self._queue: list[tuple[_Work, Chunk]] = []

    def run(self, files: Sequence[Found]) -> None:
        """Index files.

        Raises:
            Cancelled: the task was; what was committed stays.
        """
        self._documents.expect((file.path, file.root, file.size, file.modified_ns) for file in files)
        self._progress.begin(len(files), sum(file.size for file in files))
        try:
            opened = self._open(files)
            ahead = next(opened, None)
            while ahead:  # the next file is read while this one is embedded
                current, ahead = ahead, next(opened, None)
                self._take(current)
            while self._queue:
                self._flush()
        finally:
            self.sweep()

    def sweep(self) -> None:
        """Take what no document says any more out of both stores."""
        self._vectors.remove(self._documents.sweep())

    def _open(self, files: Iterable[Found]) -> Iterator[_Opened]:
        for file in files:
            self._pause.wait(self._task)
            try:
                sha256 = self._hash(as_path(file.path))
            except OSError as fault:
                self._refuse(file, "", f"unreadable: {fault.strerror or fault}")
                continue
            known = self._documents.content(sha256)
            yield _Opened(file, sha256, None if known else self._reader.start(file.path))

    def _hash(self, path: Path) -> str:
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while block := stream.read(2**20):
                self._task.check()
                digest.update(block)
        return digest.hexdigest()

    def _take(self, opened: _Opened) -> None:
        """Give a file its content: the known one, or what reading it brings."""
        file, known = opened.file, self._documents.content(opened.sha256)
        if known:
            content, complete, _ = known
            asleep = self._collections.dormant(content)  # of a document that was removed and may come back
            self._put(file, opened.sha256, "reading", _UNFINISHED, content)
            self._index(asleep)
            if complete:
                self._finish(content)
                self._progress.read(file.size, 0, 0)
            elif not any(work.content == content for work, _ in self._queue):
                self._enqueue(content, file)
        elif opened.reading:
            self._read(file, opened.sha256, opened.reading)

    def _read(self, file: Found, sha256: str, reading: Reading) -> None:
        try:
            parsed = self._reader.finish(reading, self._task)
            _check_unchanged(file)
        except DocumentRefused as refusal:
            self._refuse(file, sha256, refusal.what)
            return
        chunks = [NewChunk(c.start, c.end, c.page, c.heading, c.text) for c in chunk(parsed)]
        if not chunks:
            self._refuse(file, sha256, _why_blank(parsed), "empty")
            return
        pages = len(parsed.pages) or None
        new = NewContent(
            sha256, _title(as_path(file.path)), parsed.text, pages, parsed.blank_pages, parsed.note, parsed.share
        )
        with self._documents.database.transaction():
            content = self._documents.add_content(new, chunks)
            self._put(file, sha256, "reading", _UNFINISHED, content)
        self._enqueue(content, file)

    def _enqueue(self, content: int, file: Found) -> None:
        """Queue the chunks of a content that were never embedded; embed while there are enough for a batch."""
        adopted = self._documents.adopt_vectors(content)
        self._index(adopted)
        todo = self._documents.unembedded(content)
        self._progress.read(file.size, len(adopted), len(todo))
        if not todo:
            self._finish(content)
        work = _Work(content, len(todo))
        self._queue += [(work, one) for one in todo]
        while len(self._queue) >= _BATCH:
            self._flush()

    def _index(self, chunks: Sequence[int]) -> None:
        """Give Chroma the stored vectors of chunks."""
        for batch in _slices(chunks, 1000):
            self._vectors.add(batch, self._documents.vectors(batch))

    def _flush(self) -> None:
        """Embed and commit the next batch."""
        self._pause.wait(self._task)
        batch, self._queue = self._queue[:_BATCH], self._queue[_BATCH:]
        made = self._embedder.embed([one.embedded for _, one in batch], lambda: self._task.cancelled)
        self._task.check()
        numbers = [one.id for _, one in batch]
        for work, _ in batch:
            work.left -= 1
        with self._documents.database.transaction():
            self._documents.add_vectors(numbers, made)
            complete = dict.fromkeys(work.content for work, _ in batch if not work.left)
            ready = [path for content in complete for path in self._documents.finish(content)]
        shown = self._documents.within(numbers)  # not what was removed meanwhile
        rows = [at for at, number in enumerate(numbers) if number in shown]
        self._vectors.add([numbers[at] for at in rows], made[rows])
        self._progress.embedded(len(numbers))
        for path in ready:
            self._tell(path)

    def _finish(self, content: int) -> None:
        """A content has all of its vectors: its documents are indexed."""
        for path in self._documents.finish(content):
            self._tell(path)

    def _refuse(self, file: Found, sha256: str, reason: str, status: str = "refused") -> None:
        self._put(file, sha256, status, reason, None)
        self._progress.read(file.size, 0, 0)
        self._tell(file.path)

    def _put(self, file: Found, sha256: str, status: str, reason: str, content: int | None) -> None:
        self._documents.put(file.path, file.root, sha256, file.size, file.modified_ns, status, reason, content)

    def _tell(self, path: str) -> None:
        if document := self._documents.by_path(path):
            self._task.emit(events.FileDone(path, document.status, document.reason, document.chunks))
            self._progress.file()


def _check_unchanged(file: Found) -> None:
    """Raise DocumentRefused if the file is not what was hashed; its old time is stored, so a rescan reads it again."""
    try:
        facts = as_path(file.path).stat()
    except OSError:
        raise DocumentRefused("gone: the file vanished while it was read") from None
    if (facts.st_size, facts.st_mtime_ns) != (file.size, file.modified_ns):
        raise DocumentRefused("changing: the file changed while it was read; rescan when it is finished")


def _title(path: Path) -> str:
    """A file's name as words: ``returns_policy-2026.md`` is "returns policy 2026"."""
    return " ".join(path.stem.encode("utf-8", "replace").decode().replace("_", " ").replace("-", " ").split())


def _why_blank(parsed: Parsed) -> str:
    if parsed.pages:
        many = len(parsed.pages)
        return f"scanned: none of its {many} pages has text" if many > 1 else "scanned: its page has no text"
    return "empty: there is no text in it"


def _slices(items: Sequence[int], size: int) -> list[Sequence[int]]:
    return [items[at : at + size] for at in range(0, len(items), size)]
