"""Kreuzberg's tree of a document to light Markdown: headings marked with ``#``, one paragraph a line, tables as rows.

A row of a table is written as ``header: value; header: value``, so that each row can be read, found and quoted alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Node = Mapping[str, Any]


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
    """One line; a ``#`` that is no heading is kept from looking like one."""
    line = " ".join(text.split())
    return f"\\{line}" if line.startswith("#") else line


def _grid(grid: Node) -> list[list[str]]:
    table = [[""] * grid["cols"] for _ in range(grid["rows"])]
    for cell in grid["cells"]:
        if cell["row"] < len(table) and cell["col"] < grid["cols"]:
            table[cell["row"]][cell["col"]] = _plain(cell["content"])
    return table


def rows(table: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows of a table as sentences; the first row names the columns, unless it is the only one.

    ``[["Item", "Price"], ["Lamp", "30"]]`` gives ``Item: Lamp; Price: 30``.
    """
    if len(table) == 1 or max(map(len, table), default=0) == 1:
        yield from filter(None, ("; ".join(filter(None, row)) for row in table))
        return
    header = table[0]
    for row in table[1:]:
        cells = _cells(header, row)
        if line := "; ".join(cells):
            yield line


def _cells(header: Sequence[str], row: Sequence[str]) -> Iterable[str]:
    for at, value in enumerate(row):
        if value:
            name = header[at].rstrip(":") if at < len(header) else ""
            yield f"{name}: {value}" if name and name != value else value
