"""Rows of ``documents.sqlite3``: the documents, their text, chunks and vectors. Written by the index child only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from store.connection import Database
from store.contents import Chunk, Document, NewChunk, NewContent, embedded
from store.searching import CHUNK, PIECE, SHOWN, Searching

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FILE", "Chunk", "Document", "Documents", "NewChunk", "NewContent", "embedded"]

FILE = "documents.sqlite3"


_DOCUMENT = """
    SELECT d.id, d.path, d.root, d.sha256, d.size, d.modified_ns, d.status, d.reason, d.content, d.indexed_at,
           ifnull(g.name, '') AS collection, c.pages, ifnull(c.blank_pages, 0) AS blank_pages,
           ifnull(c.characters, 0) AS characters, ifnull(c.chunks, 0) AS chunks, ifnull(c.share, 0) AS share,
           iif(d.status = 'reading', (SELECT count(*) FROM chunks AS k JOIN vectors ON chunk = k.id
                                      WHERE k.content = d.content), ifnull(c.chunks, 0)) AS embedded
    FROM documents AS d LEFT JOIN contents AS c ON c.id = d.content LEFT JOIN collections AS g ON g.id = d.collection
    WHERE d.removed = ''
"""
_OF_ROOT = "(SELECT collection FROM roots WHERE path = ?)"


class Documents(Searching):
    """The documents of one workspace.

    Args:
        folder: the workspace.
        read_only: look without changing anything, while the index child may be writing.

    Raises:
        StoreError: see ``store.errors``.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.database = Database(folder / FILE, "documents", read_only=read_only)

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    @property
    def identity(self) -> str:
        """A random name of this database, by which the Chroma folder beside it is recognised."""
        return str(self.database.value("SELECT value FROM identity WHERE name = 'index'"))

    # Documents

    def all(self) -> list[Document]:
        """Every document that is shown, in the order of paths."""
        return sorted(self.database.rows(Document, _DOCUMENT), key=attrgetter("path"))

    def at(self, paths: Sequence[str]) -> list[Document]:
        """The documents at ``paths``."""
        return [found for path in paths if (found := self.by_path(path))]

    def by_path(self, path: str) -> Document | None:
        """The document at ``path``."""
        return self.database.row(Document, f"{_DOCUMENT} AND d.path = ?", [path])

    def by_id(self, number: int) -> Document | None:
        """The document with that id."""
        return self.database.row(Document, f"{_DOCUMENT} AND d.id = ?", [number])

    def places(self) -> list[tuple[str, str, bool]]:
        """Path, root and whether it is shown, of every document."""
        found = self.database.tuples("SELECT path, root, removed = '' FROM documents ORDER BY path")
        return [(path, root, bool(shown)) for path, root, shown in found]

    def known(self) -> dict[str, tuple[int, int, str]]:
        """Path → size, modification time and status of every document; ``removed`` is a status here."""
        return {
            path: (size, modified, status)
            for path, size, modified, status in self.database.tuples(
                "SELECT path, size, modified_ns, iif(removed = '', status, 'removed') FROM documents"
            )
        }

    def put(
        self,
        path: str,
        root: str,
        sha256: str,
        size: int,
        modified_ns: int,
        status: str,
        reason: str = "",
        content: int | None = None,
    ) -> None:
        """Add a document, or replace what is known of the one at ``path``."""
        self.database.run(
            "INSERT INTO documents (path, root, sha256, size, modified_ns, status, reason, content, indexed_at, "
            f"collection) VALUES (?, ?, ?, ?, ?, ?, ?, ?, datetime('now'), {_OF_ROOT}) ON CONFLICT (path) DO UPDATE "
            "SET root = excluded.root, sha256 = excluded.sha256, size = excluded.size, "
            "modified_ns = excluded.modified_ns, status = excluded.status, reason = excluded.reason, "
            "content = excluded.content, indexed_at = excluded.indexed_at, "
            "collection = iif(removed = '', collection, excluded.collection), removed = ''",
            [path, root, sha256, size, modified_ns, status, reason, content, root],
        )

    def expect(self, files: Iterable[tuple[str, str, int, int]]) -> None:
        """Add documents (path, root, size, modification time) that wait to be read; known ones are left alone."""
        self.database.run_many(
            "INSERT OR IGNORE INTO documents (path, root, sha256, size, modified_ns, status, reason, indexed_at, "
            f"collection) VALUES (?1, ?2, '', ?3, ?4, 'waiting', '', '', {_OF_ROOT.replace('?', '?2')})",
            [*files],
        )

    def set_status(self, path: str, status: str, reason: str = "") -> None:
        """Change the status of the document at ``path``."""
        self.database.run("UPDATE documents SET status = ?, reason = ? WHERE path = ?", [status, reason, path])

    def remove(self, paths: Iterable[str]) -> None:
        """Forget documents; ``sweep`` then removes what only they said."""
        self.database.run_many("DELETE FROM documents WHERE path = ?", [(path,) for path in paths])

    def sweep(self) -> list[int]:
        """Remove contents that no document has. Returns the ids of their chunks, which Chroma must forget."""
        with self.database.transaction():
            orphans = "SELECT id FROM contents WHERE id NOT IN (SELECT content FROM documents WHERE content NOTNULL)"
            gone = [number for (number,) in self.database.tuples(f"SELECT id FROM chunks WHERE content IN ({orphans})")]
            self.database.run(f"DELETE FROM contents WHERE id IN ({orphans})")
        return gone

    # Roots

    def add_root(self, path: str, folder: bool, collection: int) -> None:
        """Remember what the user added, and the collection that its new files go to."""
        self.database.run("INSERT OR REPLACE INTO roots VALUES (?, ?, ?)", [path, folder, collection])

    def collection_of(self, root: str) -> int | None:
        """The collection that the new files of a root go to."""
        found: int | None = self.database.value("SELECT collection FROM roots WHERE path = ?", [root])
        return found

    def roots(self) -> list[tuple[str, bool]]:
        """What the user added: the path, and whether it is a folder. Not what went with a removed collection."""
        sql = "SELECT path, folder FROM roots WHERE collection NOT IN (SELECT id FROM collections WHERE removed <> '')"
        return [(path, bool(folder)) for path, folder in self.database.tuples(sql)]

    # Contents and chunks

    def content(self, sha256: str) -> tuple[int, bool, str] | None:
        """The id of the content with that hash, whether it is complete, and its note."""
        found = self.database.tuples("SELECT id, complete, note FROM contents WHERE sha256 = ?", [sha256])
        return (found[0][0], bool(found[0][1]), found[0][2]) if found else None

    def add_content(self, new: NewContent, chunks: Iterable[NewChunk]) -> int:
        """Store what a file says, all or nothing; its vectors come later. Returns its id."""
        with self.database.transaction():
            chunks = list(chunks)
            content = self.database.run(
                "INSERT INTO contents (sha256, title, pages, blank_pages, characters, note, chunks, share) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [new.sha256, new.title, new.pages, new.blank_pages, len(new.text), new.note, len(chunks), new.share],
            )
            pieces = [(content, at, new.text[at : at + PIECE]) for at in range(0, len(new.text), PIECE)]
            self.database.run_many("INSERT INTO texts VALUES (?, ?, ?)", pieces)
            rows = [
                (content, at, c.start, c.end, c.page, new.title, c.heading, c.text, _digest(new.title, c))
                for at, c in enumerate(chunks)
            ]
            self.database.run_many(
                'INSERT INTO chunks (content, ordinal, start, "end", page, title, heading, text, digest) '
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
        return content

    def adopt_vectors(self, content: int) -> list[int]:
        """Give chunks the vectors of equal chunks that were embedded before. Returns the ids of those chunks."""
        with self.database.transaction():
            had = self._with_vectors(content)
            self.database.run(
                "INSERT OR IGNORE INTO vectors SELECT new.id, (SELECT v.vector FROM chunks AS old JOIN vectors AS v "
                "ON v.chunk = old.id WHERE old.digest = new.digest LIMIT 1) AS same "
                "FROM chunks AS new WHERE new.content = ? AND same NOTNULL",
                [content],
            )
            return sorted(self._with_vectors(content) - had)

    def _with_vectors(self, content: int) -> set[int]:
        sql = "SELECT id FROM chunks JOIN vectors ON chunk = id WHERE content = ?"
        return {number for (number,) in self.database.tuples(sql, [content])}

    def unembedded(self, content: int) -> list[Chunk]:
        """The chunks of a content that have no vector yet."""
        sql = f"SELECT {CHUNK} FROM chunks WHERE content = ? AND id NOT IN (SELECT chunk FROM vectors) ORDER BY ordinal"
        return self.database.rows(Chunk, sql, [content])

    def add_vectors(self, chunks: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Store the vectors [chunks, dimensions] of chunks."""
        rows = [(number, row.astype("<f4").tobytes()) for number, row in zip(chunks, vectors, strict=True)]
        self.database.run_many("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def finish(self, content: int) -> list[str]:
        """Mark a content as complete, and the documents that have it as indexed. Returns those that were not."""
        with self.database.transaction():
            sql = "SELECT path FROM documents WHERE content = ? AND status NOT IN ('indexed', 'partial') ORDER BY path"
            waiting = [path for (path,) in self.database.tuples(sql, [content])]
            self.database.run("UPDATE contents SET complete = 1 WHERE id = ?", [content])
            self.database.run(
                "UPDATE documents SET reason = (SELECT note FROM contents WHERE id = content), status = "
                "(SELECT iif(note = '', 'indexed', 'partial') FROM contents WHERE id = content) WHERE content = ?",
                [content],
            )
        return waiting

    def vectors(self, chunks: Sequence[int]) -> NDArray[np.float32]:
        """The stored vectors of chunks, in that order. Float32 [chunks, dimensions]."""
        import numpy as np

        found = dict(
            self.database.tuples(f"SELECT chunk, vector FROM vectors WHERE chunk IN ({','.join(map(str, chunks))})")
        )
        return np.stack([np.frombuffer(found[number], "<f4") for number in chunks])

    def vector_ids(self) -> set[int]:
        """The ids of all chunks that have a vector and that a document that is shown says."""
        dead = f"SELECT id FROM chunks WHERE content IN (SELECT id FROM contents WHERE id NOT IN ({SHOWN}))"
        hidden = {number for (number,) in self.database.tuples(dead)}
        return {number for (number,) in self.database.tuples("SELECT chunk FROM vectors")} - hidden


def _digest(title: str, chunk: NewChunk) -> bytes:
    return hashlib.blake2b(embedded(title, chunk.heading, chunk.text).encode(), digest_size=16).digest()
