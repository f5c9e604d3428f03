"""Text to chunks: small, whole sentences, one section each, and each knows exactly where it stands.

The structure comes first: a chunk never crosses a heading or a page. Inside a section, semantic-text-splitter
cuts at the highest boundary that fits (paragraphs, lines, sentences, words), into pieces of about equal size.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.ground.parse import Parsed

LENGTH = 420  # characters of a chunk, at most: about 100 tokens of English
_HEADING = re.compile(r"^(#{1,6})[ \t]+(\S.*?)[ \t#]*$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~)", re.MULTILINE)
# A line end inside a sentence: before a small letter, or after a line of the usual width without an end mark.
_WRAPPED = re.compile(r"(?m)(?:(?<=[^\s.!?:;|])\n(?=[a-zà-ÿ])|^([^\n]{50,99}[^\n\s.!?:;|])\n(?=[^\W\d_]))")
_WINDOW = 8000  # characters that are handed to the splitter at once: its time grows faster than the text


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk: ``text`` is the document's text from ``start`` to ``end``; ``page`` counts from 1."""

    start: int
    end: int
    text: str
    heading: str
    page: int | None


def chunk(parsed: Parsed, length: int = LENGTH) -> Iterator[Piece]:
    """The chunks of a document in reading order.

    Together they hold every character of the text that is not blank, except headings, which their chunks carry as
    ``heading``; a heading with nothing below it is a chunk of its own. They never overlap.
    """
    for start, end, heading in _sections(parsed.text, parsed.marked):
        for low, high, page in _on_pages(start, end, parsed.pages):
            for window in _windows(parsed.text, low, high):
                for a, b in _cut(parsed.text, *window, length, parsed.wrapped):
                    yield Piece(a, b, parsed.text[a:b], heading, page)


def _sections(text: str, marked: bool) -> Iterator[tuple[int, int, str]]:
    """Spans of text between headings, with the path of headings that they stand under."""
    path: list[tuple[int, str]] = []
    at, lonely = 0, None  # where the section's text starts; the span of a heading that has nothing below it yet
    for mark in _headings(text) if marked else []:
        if text[at : mark.start()].strip():
            yield at, mark.start(), _path(path)
            lonely = None
        level = len(mark[1])
        if lonely and path and level <= path[-1][0]:
            yield *lonely, _path(path[:-1])
        path = [*(above for above in path if above[0] < level), (level, mark[2])]
        at, lonely = mark.end(), mark.span(2)
    if text[at:].strip():
        yield at, len(text), _path(path)
    elif lonely:
        yield *lonely, _path(path[:-1])


def _headings(text: str) -> Iterator[re.Match[str]]:
    """Headings outside of fenced code."""
    fences = [fence.start() for fence in _FENCE.finditer(text)]
    return (mark for mark in _HEADING.finditer(text) if bisect_right(fences, mark.start()) % 2 == 0)


def _path(path: list[tuple[int, str]]) -> str:
    return " > ".join(name for _, name in path)[:200]


def _on_pages(start: int, end: int, pages: list[int]) -> Iterator[tuple[int, int, int | None]]:
    """A span, cut where pages begin."""
    if not pages:
        yield start, end, None
        return
    page = max(1, bisect_right(pages, start))
    while start < end:
        stop = min(end, pages[page]) if page < len(pages) else end
        yield start, stop, page
        start, page = stop, page + 1


def _windows(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A span in parts that the splitter handles quickly, cut at the end of a paragraph, line, sentence or word."""
    while end - start > _WINDOW:
        reach = start + _WINDOW
        cuts = (text.rfind(mark, start + _WINDOW // 2, reach) + len(mark) for mark in ("\n\n", "\n", ". ", " "))
        stop = next((cut for cut in cuts if cut > start + _WINDOW // 2), reach)
        yield start, stop
        start = stop
    yield start, end


def _cut(text: str, start: int, end: int, length: int, wrapped: bool) -> Iterator[tuple[int, int]]:
    """Spans of at most ``length`` characters without blanks at their ends."""
    part = text[start:end]
    start, part = start + len(part) - len(part.lstrip()), part.strip()
    if len(part) <= length:
        if part:
            yield start, start + len(part)
        return
    pieces = -(-len(part) // length)
    flowing = _WRAPPED.sub(_unwrap, part) if wrapped else part
    splitter = _splitter(min(length, -(-len(part) // pieces)), length)
    for at, piece in splitter.chunk_indices(flowing):
        if core := piece.strip():  # separators such as U+001F are blank to Python, not to the splitter
            first = start + at + piece.index(core)
            yield first, first + len(core)


def _unwrap(match: re.Match[str]) -> str:
    """The line with a blank for its end: of the same length, because only where to cut is read from it."""
    return f"{match[1] or ''} "


@lru_cache(maxsize=512)
def _splitter(low: int, high: int) -> Any:
    from semantic_text_splitter import TextSplitter

    return TextSplitter((low, high) if low < high else high)
