"""Markdown as plain data: lines and tables of styled runs, read piece by piece while an answer arrives. No Qt.

Nothing here becomes HTML: what a model writes, tags included, stays text, an image is its description, and
a link is a note beside its words. So hostile text has nothing to act on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from ui.widgets import highlight

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Kind = Literal["body", "heading", "code", "quote", "rule"]
PLAIN_FROM = 20_000
"""A single block longer than this is shown as it is: some texts take a Markdown parser minutes."""
_LINKED = ("http", "https", "mailto")
_DEFINES = re.compile(r"^ {0,3}\[[^\]]+\]:", re.MULTILINE)
_PLACES = re.compile(r"\[(?P<cited>\d{1,2})\]|(?P<url>https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]])")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one style. ``link`` is an address or ``cite:N``.

    ``colour`` is a kind of ``ui.widgets.highlight``, or ``mark:ARM`` for words that only that arm says.
    """

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    link: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph, or one line of code. ``level`` is a heading's; ``first`` asks for space above it."""

    kind: Kind
    runs: tuple[Run, ...] = ()
    level: int = 0
    indent: int = 0
    marker: str = ""
    first: bool = True

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)


Cell = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its rows of cells, the first of which is the header, and how each column is aligned."""

    rows: tuple[tuple[Cell, ...], ...]
    align: tuple[str, ...] = ()


Item = Line | Grid


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def warm() -> None:
    """Load parser and highlighter ahead of the first answer. Safe on any thread."""
    read("warm `up`\n\n```python\nx = 1\n```\n")


def read(text: str) -> list[Item]:
    """The items of a whole text."""
    return [item for block in _blocks(text) for item in block.items]


@dataclass(slots=True)
class Stream:
    """Markdown that arrives in pieces. Only the last block is read again with each piece.

    A block is settled once the first line of the block after it is whole: until then ``#`` may turn out to be a
    heading or the first letter of a word.
    """

    text: str = ""
    items: list[Item] = field(default_factory=list)
    _settled: int = 0  # characters
    _kept: int = 0  # items of these characters

    def feed(self, piece: str) -> int:
        """Take more text; returns how many of the items so far are still as they were."""
        self.text += piece
        blocks = _blocks(self.text[self._settled :])
        fresh = [item for block in blocks for item in block.items]
        same = self._kept + _common(self.items[self._kept :], fresh)
        self.items[self._kept :] = fresh
        self._settle(blocks)
        return same

    def finish(self) -> int:
        """The text is whole. Link definitions at its end may concern any part of it, so then all is read again."""
        if not _DEFINES.search(self.text):
            return len(self.items)
        fresh = read(self.text)
        same = _common(self.items, fresh)
        self.items = fresh
        return same

    def _settle(self, blocks: Sequence[_Block]) -> None:
        tail = self.text[self._settled :]
        done = len(blocks) - 1
        if done > 0 and "\n" not in tail[blocks[done].start :]:
            done -= 1
        if done > 0:
            self._kept += sum(len(block.items) for block in blocks[:done])
            self._settled += blocks[done].start


@dataclass(frozen=True, slots=True)
class _Block:
    """A top-level block: where it starts and what it shows."""

    start: int
    items: list[Item]


def _common(old: Sequence[Item], new: Sequence[Item]) -> int:
    """How many items at the start are equal."""
    same = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        same += 1
    return same


def _blocks(text: str) -> list[_Block]:
    if len(text) > PLAIN_FROM and not text.startswith(("```", "~~~")):
        return [_Block(0, [Line("body", (Run(line),), first=False) for line in text.split("\n")])]
    tokens = _parser().parse(text)
    starts, lines = _line_starts(text), text.split("\n")
    blocks: list[_Block] = []
    for group in _top_level(tokens):
        place = group[0].map
        blocks.append(_Block(starts[place[0]] if place else 0, list(_items(group, lines))))
    return blocks


def _line_starts(text: str) -> list[int]:
    starts = [0]
    starts += [found.end() for found in re.finditer("\n", text)]
    return starts


def _top_level(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield group
            group = []


def _items(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[Item]:
    """The items of one top-level block."""
    from ui.widgets.markdown_blocks import Walk

    yield from Walk(tokens, lines).items()


def inline(token: Token) -> Iterator[tuple[Run, ...]]:
    """The runs of an inline token, one tuple a line: a line break in an answer is part of its form, so it is kept."""
    line: list[Run] = []
    style = Run("")
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            yield tuple(line)
            line = []
        elif child.nesting == 0:
            line += _leaf(child, style)
        else:
            style = _restyled(child, style)
    yield tuple(line)


def _leaf(child: Token, style: Run) -> list[Run]:
    if child.type == "code_inline":
        return [replace(style, text=child.content, code=True)]
    if child.type == "image":
        source = str(child.attrGet("src") or "")
        return [replace(style, text=f"[{child.content or source}]", italic=True, link=_safe(source))]
    return list(_places(child.content, style))


def _places(text: str, style: Run) -> Iterator[Run]:
    """The text with citations and bare addresses as links."""
    if style.link:
        yield replace(style, text=text)
        return
    end = 0
    for found in _PLACES.finditer(text):
        if found.start() > end:
            yield replace(style, text=text[end : found.start()])
        link = f"cite:{found['cited']}" if found["cited"] else found["url"]
        yield replace(style, text=found[0], link=link)
        end = found.end()
    if end < len(text):
        yield replace(style, text=text[end:])


def _restyled(child: Token, style: Run) -> Run:
    opens = child.nesting > 0
    if child.tag == "strong":
        return replace(style, bold=opens)
    if child.tag == "em":
        return replace(style, italic=opens)
    if child.tag == "s":
        return replace(style, struck=opens)
    if child.tag == "a":
        return replace(style, link=_safe(str(child.attrGet("href") or "")) if opens else "")
    return style


def _safe(address: str) -> str:
    """The address if it is one that a browser or a mail program may be given, else nothing."""
    try:
        return address if urlsplit(address).scheme.lower() in _LINKED else ""
    except ValueError:
        return ""


def code_lines(code: str, language: str, indent: int) -> Iterator[Line]:
    """A code block's lines, coloured."""
    coloured = highlight.lines(code.removesuffix("\n"), language)
    for number, parts in enumerate(coloured):
        runs = tuple(Run(text, code=True, colour=colour) for text, colour in parts)
        yield Line("code", runs, indent=indent, first=number == 0)


def deeper(level: int) -> int:
    """The next level of indent, as deep as still leaves room for words."""
    return min(level + 1, _DEEPEST)
