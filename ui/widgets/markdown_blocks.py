"""From Markdown's tokens to lines and tables (see ``markdown_text``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ui.widgets.markdown_text import Grid, Item, Kind, Line, Run, code_lines, deeper, inline

if TYPE_CHECKING:
    from markdown_it.token import Token

_BULLETS = "•◦▪"


class Walk:
    """Goes once through the tokens of a block, remembering in which lists and quotes it is.

    Args:
        lines: the text that the tokens' line numbers count in.
    """

    def __init__(self, tokens: Sequence[Token], lines: Sequence[str]) -> None:
        self._tokens, self._lines = tokens, lines
        self._lists: list[int | None] = []  # the number of each open list's next item; None: bullets
        self._quotes = 0
        self._marker = ""
        self._heading = 0
        self._tight = False

    def items(self) -> Iterator[Item]:
        """Lines and tables, in order."""
        place = 0
        while place < len(self._tokens):
            token = self._tokens[place]
            if token.type == "table_open":
                end = next(i for i in range(place, len(self._tokens)) if self._tokens[i].type == "table_close")
                yield _grid(self._tokens[place:end])
                place = end
            elif token.type == "inline":
                yield from self._paragraph(token)
            elif token.type in ("fence", "code_block"):
                yield from self._code(token)
            elif token.type == "hr":
                yield Line("rule", indent=self._indent)
            else:
                self._nest(token)
            place += 1

    @property
    def _indent(self) -> int:
        level = 0
        for _ in range(len(self._lists) + self._quotes):
            level = deeper(level)
        return level

    def _nest(self, token: Token) -> None:
        kind, opens = token.type, token.nesting > 0
        if kind in ("bullet_list_open", "ordered_list_open"):
            start = token.attrGet("start") if kind == "ordered_list_open" else None
            self._lists.append(int(1 if start is None else start) if kind == "ordered_list_open" else None)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif kind == "list_item_open":
            self._marker = self._next_marker()
        elif kind == "list_item_close":
            self._marker = ""
        elif kind.startswith("blockquote"):
            self._quotes += 1 if opens else -1
        elif kind.startswith("heading"):
            self._heading = int(token.tag[1:]) if opens else 0
        elif kind == "paragraph_open":
            self._tight = token.hidden

    def _next_marker(self) -> str:
        number = self._lists[-1]
        if number is None:
            return _BULLETS[(len(self._lists) - 1) % len(_BULLETS)]
        self._lists[-1] = number + 1
        return f"{number}."

    def _paragraph(self, token: Token) -> Iterator[Line]:
        kind: Kind = "heading" if self._heading else "quote" if self._quotes else "body"
        start = token.map[0] if token.map else 0
        for number, runs in enumerate(inline(token)):
            yield Line(
                kind,
                runs,
                level=self._heading,
                indent=0 if number and self._is_outside(start + number) else self._indent,
                marker=self._marker,
                first=number == 0 and not (self._tight and self._lists),
            )
            self._marker = ""

    def _is_outside(self, number: int) -> bool:
        """Whether a list item goes on in a line that is not indented. It belongs to the item; it does not look so."""
        line = self._lines[number] if number < len(self._lines) else ""
        return bool(self._lists) and not self._quotes and not line.startswith((" ", "\t"))

    def _code(self, token: Token) -> Iterator[Line]:
        language = token.info.split()[0] if token.type == "fence" and token.info.strip() else ""
        for line in code_lines(token.content, language, self._indent):
            yield replace(line, marker=self._marker)
            self._marker = ""


def _grid(tokens: Sequence[Token]) -> Grid:
    rows: list[tuple[tuple[Run, ...], ...]] = []
    cells: list[tuple[Run, ...]] = []
    align: list[str] = []
    for token in tokens:
        if token.type == "tr_open":
            cells = []
        elif token.type == "th_open":
            style = str(token.attrGet("style") or "")
            align.append("right" if "right" in style else "center" if "center" in style else "left")
        elif token.type == "inline":
            cells.append(tuple(run for line in inline(token) for run in (*line, Run(" ")))[:-1])
        elif token.type == "tr_close":
            rows.append(tuple(cells))
    return Grid(tuple(rows), tuple(align))
