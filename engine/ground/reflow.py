"""The lines of a PDF page to paragraphs and headings.

A PDF knows where letters are, not where a paragraph ends. Two signs tell: a line that stops well short of the page's
width is the last of its paragraph, and a short line on its own without an end mark, followed by text, is a heading.
Lines of a table stay lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_END = re.compile(r"[.!?:;,…。！？]['\")\]”’]?$")
_BULLET = re.compile(r"^([•●▪◦‣·*–—-]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")
_FIGURE = re.compile(r"[\d$€£%]")


def reflow(page: str) -> str:
    """The text of ``page`` with one line per paragraph, headings marked ``## ``, and blank lines between them."""
    lines = [line for raw in page.splitlines() if (line := " ".join(raw.split()))]
    width = _width(lines)
    blocks: list[str] = []
    open_ = False  # whether the last block may go on in this line
    for at, line in enumerate(lines):
        if open_ and not _BULLET.match(line) and not _tabular(line):
            blocks[-1] = _join(blocks[-1], line)
        elif _heading(lines, at, width):
            blocks.append(f"## {line}")
        else:
            blocks.append(line)
        open_ = not blocks[-1].startswith("## ") and len(line) > 0.72 * width and not _tabular(line)
    return "\n\n".join(blocks)


def _width(lines: Sequence[str]) -> int:
    """The usual length of a full line: the 90th percentile, at least 30 characters."""
    lengths = sorted(map(len, lines))
    return max(30, lengths[int(0.9 * (len(lengths) - 1))]) if lengths else 30


def _join(text: str, line: str) -> str:
    if text.endswith("-") and len(text) > 1 and text[-2].isalpha() and line[:1].islower():
        return text[:-1] + line  # a word that was divided at the end of the line
    return f"{text} {line}"


def _tabular(line: str) -> bool:
    """Whether a line reads like a row of a table: at least a third of its words are figures, and there are two."""
    words = line.split()
    figures = sum(bool(_FIGURE.search(word)) for word in words)
    return figures >= 2 and figures * 3 >= len(words)


def _heading(lines: Sequence[str], at: int, width: int) -> bool:
    line = lines[at]
    if not 2 <= len(line) <= min(80, 0.72 * width + 20) or _END.search(line) or _BULLET.match(line):
        return False
    if not (line[0].isupper() or line[0].isdigit()) or _tabular(line) or not any(c.isalpha() for c in line):
        return False
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return len(following) > len(line) and len(following) > 0.5 * width and not _tabular(following)
