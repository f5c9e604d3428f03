"""Collections of documents, and removing with a way back. Tables of ``documents.sqlite3``.

What is removed stays stored until the session that removed it has ended: only then ``purge`` makes it final.
A document that is removed is in no search and no list, and its chunks are not in Chroma.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from store.connection import Database

DEFAULT = "Documents"
FOR_GOOD = "for good"
_MANY = 500  # parameters in one statement


@dataclass(frozen=True, slots=True)
class Collection:
    """A named set of documents, with how many it has and how many chunks those have."""

    name: str
    documents: int
    chunks: int


class Collections:
    """The collections of one workspace.

    Args:
        database: of ``store.documents.Documents``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Collection]:
        """Every collection, in the order of names."""
        sql = (
            "SELECT g.name, count(d.id) AS documents, ifnull(sum(c.chunks), 0) AS chunks FROM collections AS g "
            "LEFT JOIN documents AS d ON d.collection = g.id AND d.removed = '' "
            "LEFT JOIN contents AS c ON c.id = d.content WHERE g.removed = '' GROUP BY g.id ORDER BY g.name"
        )
        return self._database.rows(Collection, sql)

    def find(self, name: str) -> int | None:
        """The id of the collection called ``name``."""
        found: int | None = self._database.value("SELECT id FROM collections WHERE name = ? AND removed = ''", [name])
        return found

    def ensure(self, name: str) -> int:
        """The id of the collection called ``name``, which is made if it is missing."""
        with self._database.transaction():
            return self.find(name) or self._database.run("INSERT INTO collections (name) VALUES (?)", [name])

    def rename(self, number: int, name: str) -> None:
        """Give a collection another name."""
        self._database.run("UPDATE collections SET name = ? WHERE id = ?", [name, number])

    def assign(self, root: str, number: int) -> None:
        """Put everything at and below the path ``root`` into a collection."""
        below = root.rstrip("/\\") + ("/" if "/" in root else "\\")
        sql = "UPDATE documents SET collection = ? WHERE path = ? OR substr(path, 1, ?) = ?"
        self._database.run(sql, [number, root, len(below), below])

    def move(self, documents: Iterable[int], number: int) -> None:
        """Put documents into a collection."""
        rows = [(number, one) for one in documents]
        self._database.run_many("UPDATE documents SET collection = ? WHERE id = ?", rows)

    def members(self, number: int) -> list[int]:
        """The ids of the documents of a collection."""
        sql = "SELECT id FROM documents WHERE collection = ? AND removed = ''"
        return [one for (one,) in self._database.tuples(sql, [number])]

    # Removing, and bringing back

    def hide(self, documents: Sequence[int], session: str) -> list[int]:
        """Remove documents. Returns the ids of chunks that no document says any more; Chroma must forget them."""
        with self._database.transaction():
            contents = self._contents(documents)
            rows = [(session, one) for one in documents]
            self._database.run_many("UPDATE documents SET removed = ? WHERE id = ?", rows)
            return self._chunks(self._dormant(contents))

    def show(self, documents: Sequence[int], session: str) -> list[int]:
        """Bring back what ``session`` removed. Returns the ids of chunks with vectors that Chroma must learn again."""
        with self._database.transaction():
            contents = self._dormant(self._contents(documents))
            rows = [(session, one) for one in documents]
            self._database.run_many("UPDATE documents SET removed = '' WHERE removed = ? AND id = ?", rows)
            awake = contents - self._dormant(contents)
            return self._chunks(awake)

    def hide_collection(self, number: int, session: str) -> list[int]:
        """Remove a collection with its documents. Returns what ``hide`` does."""
        with self._database.transaction():
            self._database.run("UPDATE collections SET removed = ? WHERE id = ?", [session, number])
            return self.hide(self.members(number), session)

    def show_collection(self, name: str, session: str) -> list[int]:
        """Bring back the collection called ``name`` with the documents that were removed with it."""
        with self._database.transaction():
            sql = "SELECT id FROM collections WHERE name = ? AND removed = ? ORDER BY id DESC"
            number = self._database.value(sql, [name, session])
            if number is None:
                return []
            free = name if self.find(name) is None else f"{name} (restored)"
            self._database.run("UPDATE collections SET removed = '', name = ? WHERE id = ?", [free, number])
            sql = "SELECT id FROM documents WHERE collection = ? AND removed = ?"
            return self.show([one for (one,) in self._database.tuples(sql, [number, session])], session)

    def purge(self, session: str) -> None:
        """Make final what other sessions than ``session`` removed; ``Documents.sweep`` then frees what only that said.

        A document that was added by its own path is forgotten. Of one in a folder that is still looked at, the wish
        to leave it out is kept.
        """
        gone = "removed NOT IN ('', ?, ?)"
        with self._database.transaction():
            dead = f"SELECT id FROM collections WHERE {gone}"
            self._database.run(f"DELETE FROM roots WHERE collection IN ({dead})", [session, FOR_GOOD])
            self._database.run(
                f"DELETE FROM roots WHERE path IN (SELECT path FROM documents WHERE {gone})", [session, FOR_GOOD]
            )
            self._database.run(
                f"DELETE FROM documents WHERE {gone} AND root NOT IN (SELECT path FROM roots)", [session, FOR_GOOD]
            )
            self._adopt()
            self._database.run(
                f"UPDATE documents SET removed = ?, content = NULL WHERE {gone}", [FOR_GOOD, session, FOR_GOOD]
            )
            self._database.run(f"DELETE FROM collections WHERE {gone}", [session, FOR_GOOD])

    def _adopt(self) -> None:
        """Let documents that were moved out of a folder which is looked at no more stand for themselves."""
        lost = "removed = '' AND root NOT IN (SELECT path FROM roots)"
        self._database.run(f"UPDATE documents SET root = path WHERE {lost}")
        sql = "SELECT path, 0, collection FROM documents WHERE root = path AND removed = ''"
        self._database.run(f"INSERT OR IGNORE INTO roots {sql}")

    # What nothing shown says

    def dormant(self, content: int) -> list[int]:
        """The chunks of a content that have vectors, if no document that is shown says it (Chroma lacks them)."""
        return self._chunks(self._dormant({content}))

    def _contents(self, documents: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for at in range(0, len(documents), _MANY):
            part = documents[at : at + _MANY]
            sql = f"SELECT content FROM documents WHERE content NOTNULL AND id IN ({', '.join('?' * len(part))})"
            found.update(one for (one,) in self._database.tuples(sql, part))
        return found

    def _dormant(self, contents: Iterable[int]) -> set[int]:
        sql = "SELECT EXISTS (SELECT 1 FROM documents WHERE content = ? AND removed = '')"
        return {one for one in contents if not self._database.value(sql, [one])}

    def _chunks(self, contents: Iterable[int]) -> list[int]:
        sql = "SELECT id FROM chunks JOIN vectors ON chunk = id WHERE content = ?"
        return sorted(number for content in contents for (number,) in self._database.tuples(sql, [content]))
