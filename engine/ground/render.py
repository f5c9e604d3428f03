"""Kreuzberg's tree of a document to light Markdown: headings marked with ``#``, one paragraph a line, tables as rows.

A row of a table is written as ``header: value; header: value``, so that each row can be read, found and quoted alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Node = Mapping[str, Any]
_ROW = 400  # characters of a line of a table, about a chunk
_TARGET = r"\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)"  # (address "title") of a Markdown link
_MARKS = (
    (re.compile(r"\[\[[^\]\[]{1,4}\]\]" + _TARGET), ""),  # the number of a footnote
    (re.compile(r"!\[([^\]]*)\]" + _TARGET), r"\1"),
    (re.compile(r"\[([^\]]*)\]" + _TARGET), r"\1"),
    (re.compile(r"^\|[ \-:|]+\|$\n?", re.MULTILINE), ""),
    (re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*]+?)(?<=\S)\1(?![\w*])"), r"\2"),
)


def render(nodes: Sequence[Node]) -> str:
    """The text of a document's nodes in reading order, blocks separated by blank lines."""
    return "\n\n".join(block for node in nodes if (block := _block(node["content"])))


def _block(content: Node) -> str:
    kind = content["node_type"]
    if kind == "table":
        return "\n".join(rows(_grid(content["grid"])))
    if kind in ("heading", "title"):
        words = _plain(content["text"])
        return f"{'#' * min(6, content.get('level') or 1)} {words}" if words else ""
    if kind == "metadata_block":
        return "\n".join(f"{name}: {_plain(value)}" for name, value in content["entries"])
    if kind == "code":
        return str(content["text"]).strip("\n")
    if kind == "list_item":
        return f"- {_plain(content['text'])}"
    return _plain(content.get("text") or content.get("description") or "")


def _plain(text: str) -> str:
    """One line without the marks of links, pictures and emphasis; a ``#`` in front is kept from making a heading."""
    line = " ".join(plain(text).split())
    return f"\\{line}" if line.startswith("#") else line


def plain(text: str) -> str:
    """Markdown without the marks of links, pictures and emphasis, and without the rules of its tables."""
    for mark, kept in _MARKS:
        text = mark.sub(kept, text)
    return text


def _grid(grid: Node) -> list[list[str]]:
    table = [[""] * grid["cols"] for _ in range(grid["rows"])]
    for cell in grid["cells"]:
        if cell["row"] < len(table) and cell["col"] < grid["cols"]:
            table[cell["row"]][cell["col"]] = _plain(cell["content"])
    return table


def rows(table: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows of a table as lines; the first row names the columns, unless it is the only one.

    ``[["Item", "Price"], ["Lamp", "30"]]`` gives ``Item: Lamp; Price: 30``. A row that is too long for a chunk
    becomes several lines, each of which starts with the row's first cell.
    """
    named = len(table) > 1 and max(map(len, table)) > 1
    for row in table[1:] if named else table:
        cells = list(_cells(table[0], row)) if named else [cell for cell in row if cell]
        line = ""
        for cell in cells:
            if line and len(line) + len(cell) + 2 > _ROW:
                yield line
                line = cells[0]
            line = f"{line}; {cell}" if line else cell
        if line:
            yield line


def _cells(header: Sequence[str], row: Sequence[str]) -> Iterable[str]:
    for at, value in enumerate(row):
        if value:
            name = header[at].rstrip(":") if at < len(header) else ""
            yield f"{name}: {value}" if name and name != value else value
