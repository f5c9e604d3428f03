"""A PDF written by hand: pages of Helvetica lines, nothing else. See ISO 32000-1, 7.5."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

WIDTH, HEIGHT, POINT = 595.28, 841.89, 72 / 25.4
"""A4, and a millimetre, in points."""
LINE_MM, CHARACTERS = 7.0, 48


def write_pdf(path: Path, paragraphs: Sequence[str], *, left_mm: float = 10, top_mm: float = 100) -> Path:
    """One page for each paragraph, which begins at a place counted from the upper left corner."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(paragraphs)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(paragraphs)} /MediaBox [0 0 {WIDTH} {HEIGHT}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, paragraph in enumerate(paragraphs):
        inside = _lines(paragraph, left_mm * POINT, HEIGHT - top_mm * POINT)
        means = "/Resources << /Font << /F1 3 0 R >> >>"
        objects += [
            f"<< /Type /Page /Parent 2 0 R {means} /Contents {5 + 2 * number} 0 R >>",
            f"<< /Length {len(inside)} >>\nstream\n{inside}\nendstream",
        ]
    path.write_bytes(_file(objects))
    return path


def _lines(paragraph: str, left: float, top: float) -> str:
    lines = textwrap.wrap(paragraph, CHARACTERS)
    return "\n".join(
        f"BT /F1 12 Tf {left:.2f} {top - number * LINE_MM * POINT:.2f} Td ({line}) Tj ET"
        for number, line in enumerate(lines)
    )


def _file(objects: Sequence[str]) -> bytes:
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode("latin-1")
