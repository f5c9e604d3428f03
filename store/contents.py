"""What ``documents.sqlite3`` holds, as frozen rows: documents, contents, chunks. See ``store.documents``."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was added, and what became of it.

    ``status`` is ``waiting`` or ``reading`` (not finished: add it again), ``indexed``, ``partial``, ``empty``,
    ``refused`` or ``offline`` (its folder cannot be reached; it can still be searched). ``reason`` says why it is not
    ``indexed``. ``share`` is how much of the file was read, in [0, 1]; ``embedded`` says how many of its ``chunks``
    have vectors by now.
    """

    id: int
    path: str
    root: str
    sha256: str
    size: int
    modified_ns: int
    status: str
    reason: str
    content: int | None
    indexed_at: str
    collection: str
    pages: int | None
    blank_pages: int
    characters: int
    chunks: int
    share: float
    embedded: int

    @property
    def name(self) -> str:
        """The file name."""
        return os.path.basename(self.path)  # noqa: PTH119  a table sorts 20,000 of them

    @property
    def coverage(self) -> float:
        """How much of the file can be found by now, in [0, 1]; pages that have no text cannot."""
        if not self.chunks:
            return 0.0
        worded = (self.pages - self.blank_pages) / self.pages if self.pages else 1.0
        return self.share * worded * self.embedded / self.chunks


@dataclass(frozen=True, slots=True)
class NewContent:
    """What a file says, about to be stored. ``title`` goes before each chunk when it is embedded and searched."""

    sha256: str
    title: str
    text: str
    pages: int | None
    blank_pages: int
    note: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk about to be stored; ``start`` and ``end`` count characters of the content's text."""

    start: int
    end: int
    page: int | None
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stored chunk."""

    id: int
    content: int
    ordinal: int
    start: int
    end: int
    page: int | None
    title: str
    heading: str
    text: str

    @property
    def embedded(self) -> str:
        """What the embedding model sees: the title and headings, then the text."""
        return embedded(self.title, self.heading, self.text)


def embedded(title: str, heading: str, text: str) -> str:
    """The text of a chunk as the embedding model sees it."""
    return f"{' > '.join(filter(None, (title, heading)))}\n{text}"
