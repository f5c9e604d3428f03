"""A passage where it stands: on the page of its PDF, or in the text around it."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DocumentRefused
from engine.ground.marks import letters
from engine.ground.pages import Box
from engine.ground.paths import as_path
from engine.ground.reader import Reader
from engine.task import Task
from engine.types import Passage
from store.documents import Document, Documents

AROUND = 20_000  # characters before and after the passage that are shown at once


@dataclass(frozen=True, slots=True)
class View:
    """What a person sees who asks where a passage comes from.

    Args:
        kind: ``page`` (``image`` and ``marks`` are set) or ``text`` (``text`` is).
        path: the document.
        page: which page is shown, from 1; None where the format has none.
        pages: how many pages the document has.
        image: a PNG file.
        width, height: of the page in points (1/72 inch).
        marks: left, top, right, bottom of the passage's lines, as shares of the page from its top left corner.
        text: the document's text around the passage, or on the page.
        start: where ``text`` starts in the document's text, in characters.
        end: how long the document's text is.
        mark: from where to where in ``text`` the passage stands; None if it does not.
        note: what a person should know: the file is gone, or has changed since it was read.
    """

    kind: str
    path: str
    page: int | None = None
    pages: int | None = None
    image: bytes = b""
    width: float = 0.0
    height: float = 0.0
    marks: tuple[Box, ...] = ()
    text: str = ""
    start: int = 0
    end: int = 0
    mark: tuple[int, int] | None = None
    note: str = ""


class Viewer:
    """Shows passages in their documents.

    Args:
        documents: what was read.
        reader: draws pages, in a process that may be replaced.
    """

    def __init__(self, documents: Documents, reader: Reader) -> None:
        self._documents, self._reader = documents, reader

    def view(self, passage: Passage, page: int | None, scale: float, at: int | None, task: Task) -> View:
        """The passage where it stands.

        Args:
            passage: what to mark.
            page: another page of its document than its own (it may be on that too).
            scale: pixels a point, of a drawn page.
            at: show the text around this place rather than around the passage.
            task: its cancel is honoured.
        """
        document = self._documents.by_path(passage.path)
        file = as_path(passage.path)
        note = _changed(document, file)
        if file.suffix.lower() == ".pdf" and passage.page and file.is_file():
            wanted = page or passage.page
            try:
                return self._page(passage, wanted, scale, note, task)
            except DocumentRefused as refusal:
                note = refusal.what
        return self._text(passage, document, at, note)

    def _page(self, passage: Passage, page: int, scale: float, note: str, task: Task) -> View:
        text = passage.text if page == passage.page else ""
        drawn = self._reader.page(passage.path, page, scale, text, task)
        if text and not drawn.marks:
            note = note or "The passage could not be marked: this page has it in no text that can be selected."
        return View(
            "page",
            passage.path,
            min(max(page, 1), drawn.pages),
            drawn.pages,
            drawn.image,
            drawn.width,
            drawn.height,
            tuple(drawn.marks),
            note=note,
        )

    def _text(self, passage: Passage, document: Document | None, at: int | None, note: str) -> View:
        """The stored text around the passage; where that has changed, around the same words, or just the passage."""
        quote = View("text", passage.path, passage.page, text=passage.text, mark=(0, len(passage.text)), note=note)
        if document is None or document.content is None:
            return quote
        start = self._where(passage, document)
        if start is None:
            changed = "The document has changed: it does not say this any more. This is what it said."
            return View(
                "text", passage.path, passage.page, text=passage.text, mark=(0, len(passage.text)), note=changed
            )
        middle = start if at is None else at
        low, high = max(0, middle - AROUND), min(document.characters, middle + len(passage.text) + AROUND)
        text = self._documents.text(document.content, low, high)
        place = start - low
        inside = place >= 0 and place + len(passage.text) <= len(text)
        mark = (place, place + len(passage.text)) if inside else None
        pages = document.pages
        return View(
            "text",
            passage.path,
            passage.page,
            pages,
            text=text,
            start=low,
            end=document.characters,
            mark=mark,
            note=note,
        )

    def _where(self, passage: Passage, document: Document) -> int | None:
        """Where the document says the passage now."""
        assert document.content is not None
        there = self._documents.text(document.content, passage.start, passage.end)
        if letters(there)[0] == letters(passage.text)[0]:  # of an answer's passages, odd characters were replaced
            return passage.start
        whole = self._documents.text(document.content, 0, document.characters)
        found = _places(whole, passage.text)
        if not found:
            return None
        return found[min(bisect.bisect_left(found, passage.start), len(found) - 1)]


def _places(text: str, wanted: str) -> list[int]:
    places, at = [], text.find(wanted)
    while at >= 0 and wanted:
        places.append(at)
        at = text.find(wanted, at + 1)
    return places


def _changed(document: Document | None, file: Path) -> str:
    if document is None:
        return "This document is not indexed any more."
    try:
        facts = file.stat()
    except OSError:
        return "The file cannot be reached. This is its text as it was read."
    if (facts.st_size, facts.st_mtime_ns) != (document.size, document.modified_ns):
        return "The file has changed since it was read."
    return ""
