"""One text, written as the formats in which a company publishes: Markdown in; txt, html, docx and pdf out.

The texts use little of Markdown: ``#`` and ``##`` headings, and paragraphs.
"""

from __future__ import annotations

import html as escapes
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

_DAY = datetime(2026, 6, 1, tzinfo=UTC)  # a fixed day, so that building again changes nothing


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """``(level, text)`` of each block: 1 and 2 are headings, 0 is a paragraph."""
    for block in text.strip().split("\n\n"):
        mark = len(block) - len(block.lstrip("#"))
        yield mark, " ".join(block[mark:].split())


def markdown(text: str, target: Path) -> None:
    """Write the text as it is."""
    target.write_text(text, encoding="utf-8")


def plain(text: str, target: Path) -> None:
    """Write plain text: headings stand alone on their line, the first one underlined."""
    blocks = [f"{block}\n{'=' * len(block)}" if level == 1 else block for level, block in _blocks(text)]
    target.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def html(text: str, target: Path) -> None:
    """Write a web page."""
    body, title = [], ""
    for level, block in _blocks(text):
        title = block if level == 1 else title
        tag = f"h{level}" if level else "p"
        body.append(f"  <{tag}>{escapes.escape(block, quote=False)}</{tag}>")
    head = f'<meta charset="utf-8">\n  <title>{escapes.escape(title)}</title>'
    page = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        f"  {head}",
        "</head>",
        "<body>",
        *body,
        "</body>",
        "</html>",
    ]
    target.write_text("\n".join(page) + "\n", encoding="utf-8")


def docx(text: str, target: Path) -> None:
    """Write a Word document with real headings."""
    from docx import Document

    document = Document()
    for level, block in _blocks(text):
        if level:
            document.add_heading(block, level)
        else:
            document.add_paragraph(block)
    document.core_properties.created = document.core_properties.modified = _DAY
    document.core_properties.author = "Brightwell"
    made = io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(zipfile.ZipInfo(name, _DAY.timetuple()[:6]), source.read(name), zipfile.ZIP_DEFLATED)


def pdf(text: str, target: Path) -> None:
    """Write a PDF with larger headings."""
    from fpdf import FPDF

    paper = FPDF(format="A4")
    paper.set_creation_date(_DAY)
    paper.set_margin(25)
    paper.add_page()
    for level, block in _blocks(text):
        paper.set_font("Helvetica", "B" if level else "", {1: 20, 2: 14}.get(level, 11))
        paper.multi_cell(0, {1: 12, 2: 9}.get(level, 6), block, new_x="LMARGIN", new_y="NEXT")
        paper.ln(3 if level else 4)
    paper.set_title(next(block for level, block in _blocks(text) if level == 1))
    paper.output(str(target))
