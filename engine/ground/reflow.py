"""The lines of a PDF page to paragraphs and headings.

A PDF knows where letters are, not where a paragraph ends. Two signs tell: a line that stops well short of the page's
width is the last of its paragraph, and a short line on its own without an end mark, followed by text, is a heading.
Lines of a table stay lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_END = re.compile(r"[.!?:;,…。！？]['\")\]”’]?$")
_BULLET = re.compile(r"^([•●▪◦‣·*–—-]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")
_FIGURE = re.compile(r"[\d$€£%]")


def without_running_lines(pages: Sequence[str]) -> list[str]:
    """Pages without the lines that stand at the top or the bottom of most of them (titles, page numbers)."""
    lines = [[line for line in page.splitlines() if line.strip()] for page in pages]
    if len(lines) < 4:
        return ["\n".join(page) for page in lines]
    tops, ends = (Counter(_shape(page[at]) for page in lines if page) for at in (0, -1))
    often = max(3, len(lines) // 2)
    kept = []
    for page in lines:
        first = int(bool(page) and tops[_shape(page[0])] > often)
        last = len(page) - int(len(page) > first and ends[_shape(page[-1])] > often)
        kept.append("\n".join(page[first:last] or page))  # a page that says nothing else keeps its line
    return kept


def _shape(line: str) -> str:
    """A line with its numbers left out, so that "Page 3 of 9" is like "Page 4 of 9"."""
    return re.sub(r"\d+", "0", " ".join(line.split()))


def reflow(page: str) -> str:
    """The text of ``page``: a paragraph on one line, headings marked ``## ``, blank lines between blocks."""
    lines = [line for raw in page.splitlines() if (line := " ".join(raw.split()))]
    width = _width(lines)
    text, open_, row = "", False, False  # open_: the paragraph may go on; row: the last line was one of a table
    for at, line in enumerate(lines):
        tabular = _tabular(line)
        if open_ and not tabular and not _BULLET.match(line):
            text = _join(text, line)
        elif _heading(lines, at, width):
            text += f"\n\n## {line}"
            open_ = row = False
            continue
        else:
            text += ("\n" if row and tabular else "\n\n") + line
        open_, row = (len(line) > 0.72 * width or line.endswith("-")) and not tabular, tabular
    return text.strip()


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
    if not (line[0].isupper() or line[0].isdigit()) or not any(c.isalpha() for c in line):
        return False
    if _tabular(line) or _FIGURE.search(line.split()[-1]):  # a row whose label is long: "Leases, current 276"
        return False
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return len(following) > len(line) and len(following) > 0.5 * width and not _tabular(following)
