"""What a search asks of ``documents.sqlite3``: words, chunks and their neighbours, texts, paths; in a scope or in all.

A scope is the id of a collection. Whatever the scope, a document that was removed is not found.
"""

from __future__ import annotations

from collections.abc import Iterable

from store.connection import Database
from store.contents import Chunk

PIECE = 50_000  # characters in one row of ``texts``
CHUNK = 'id, content, ordinal, start, "end", page, title, heading, text'
SHOWN = "SELECT content FROM documents WHERE content NOTNULL AND removed = ''"


class Searching:
    """The reading half of ``store.documents.Documents``."""

    database: Database

    def chunks(self, numbers: Iterable[int]) -> dict[int, Chunk]:
        """The chunks with those ids that belong to complete contents."""
        sql = (
            f"SELECT {CHUNK} FROM chunks WHERE id IN ({','.join(map(str, numbers))}) "
            "AND content IN (SELECT id FROM contents WHERE complete)"
        )
        return {chunk.id: chunk for chunk in self.database.rows(Chunk, sql)}

    def around(self, chunk: Chunk, reach: int) -> list[Chunk]:
        """The chunks of the same section up to ``reach`` places before and after, in reading order."""
        sql = (
            f"SELECT {CHUNK} FROM chunks WHERE content = ? AND ordinal BETWEEN ? AND ? AND heading = ? "
            "AND page IS ? ORDER BY ordinal"
        )
        low, high = chunk.ordinal - reach, chunk.ordinal + reach
        return self.database.rows(Chunk, sql, [chunk.content, low, high, chunk.heading, chunk.page])

    def text(self, content: int, start: int, end: int) -> str:
        """A part of a content's text, in characters."""
        sql = "SELECT start, text FROM texts WHERE content = ? AND start < ? AND start > ? - ? ORDER BY start"
        pieces = self.database.tuples(sql, [content, end, start, PIECE])
        if not pieces:
            return ""
        return "".join(text for _, text in pieces)[start - pieces[0][0] : end - pieces[0][0]]

    def paths(self, contents: Iterable[int], scope: int | None = None) -> dict[int, str]:
        """For each content the path of the first document that has it (in the collection ``scope``)."""
        sql = (
            f"SELECT content, min(path) FROM documents WHERE content IN ({','.join(map(str, contents))}) "
            "AND removed = '' AND (collection = ?1 OR ?1 IS NULL) GROUP BY 1"
        )
        return dict(self.database.tuples(sql, [scope]))

    def lexical(self, query: str, limit: int, scope: int | None = None) -> list[tuple[int, float]]:
        """The chunks that match an FTS5 query, best first, with their BM25 score (higher is better)."""
        hidden = self.database.value("SELECT EXISTS (SELECT 1 FROM documents WHERE removed <> '' AND content NOTNULL)")
        shown = (
            "AND EXISTS (SELECT 1 FROM chunks JOIN documents AS d ON d.content = chunks.content WHERE "
            "chunks.id = words.rowid AND d.removed = '' AND (d.collection = ?3 OR ?3 IS NULL))"
        )
        sql = (
            "SELECT rowid, -bm25(words, 2.0, 2.0, 1.0) FROM words WHERE words MATCH ?1 "
            f"{shown if hidden or scope else 'AND ?3 IS NULL'} ORDER BY 2 DESC, 1 LIMIT ?2"
        )
        return [(number, score) for number, score in self.database.tuples(sql, [query, limit, scope])]

    def within(self, numbers: Iterable[int], scope: int | None = None) -> set[int]:
        """Those of the chunks that a document which is shown says (one of the collection ``scope``)."""
        sql = (
            f"SELECT id FROM chunks WHERE id IN ({','.join(map(str, numbers))}) "
            f"AND content IN ({SHOWN} AND (collection = ?1 OR ?1 IS NULL))"
        )
        return {number for (number,) in self.database.tuples(sql, [scope])}

    def frequency(self, term: str, limit: int) -> int:
        """How many chunks match a quoted term; counting stops at ``limit``."""
        sql = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
        return int(self.database.value(sql, [term, limit]))

    def embedded_in(self, scope: int | None = None) -> list[int]:
        """The ids of the chunks with a vector (of the collection ``scope``)."""
        sql = f"SELECT c.id FROM chunks AS c JOIN vectors ON chunk = c.id WHERE c.content IN ({SHOWN}"
        found = self.database.tuples(f"{sql} AND (collection = ?1 OR ?1 IS NULL)) ORDER BY c.id", [scope])
        return [number for (number,) in found]

    def count(self, scope: int | None = None) -> int:
        """How many chunks there are (in the collection ``scope``)."""
        if scope is None:
            return int(self.database.value("SELECT count(*) FROM chunks"))
        sql = f"SELECT ifnull(sum(chunks), 0) FROM contents WHERE id IN ({SHOWN} AND collection = ?)"
        return int(self.database.value(sql, [scope]))
