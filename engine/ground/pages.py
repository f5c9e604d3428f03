"""A page of a PDF as a picture, and where a passage stands on it. The only place that imports pypdfium2.

Runs in the process of ``parser``, like everything that opens files which nobody vetted.
"""

from __future__ import annotations

import ctypes
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import DocumentRefused
from engine.ground.marks import find

_PIXELS = 12_000_000  # of a picture, at most: a page may claim to be a square kilometre
_UNIT = 10_000  # steps in which a place on the page is measured
_GAP = 0.03  # of the page's width, at most, between two words of a line

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of the page's width and height, from its top left corner."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is printed.

    Args:
        image: a PNG file.
        width, height: of the page, in points (1/72 inch).
        pages: how many the document has.
        marks: where the passage stands; empty when the page does not have it.
    """

    image: bytes
    width: float
    height: float
    pages: int
    marks: list[Box]


def draw(path: Path, page: int, scale: float, passage: str) -> Page:
    """Draw one page.

    Args:
        path: the PDF.
        page: counts from 1; one beyond the last is the last.
        scale: pixels a point.
        passage: the text to mark; may be empty.

    Raises:
        DocumentRefused: it cannot be opened or drawn.
    """
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as document:
            sheet = document[min(max(page, 1), len(document)) - 1]
            width, height = sheet.get_size()
            fitting = min(scale, math.sqrt(_PIXELS / max(1.0, width * height)))
            picture = sheet.render(scale=fitting, rev_byteorder=True, may_draw_forms=False)
            return Page(_png(picture), width, height, len(document), _marks(sheet, passage) if passage else [])
    except (pypdfium2.PdfiumError, OSError, ValueError) as fault:
        raise DocumentRefused(f"this page cannot be drawn: {fault}") from fault


def _marks(sheet: Any, passage: str) -> list[Box]:
    from pypdfium2 import raw

    text = sheet.get_textpage()
    shown = [chr(raw.FPDFText_GetUnicode(text, at)) for at in range(text.count_chars())]
    boxes = []
    for start, end in find(shown, passage):
        for at in range(text.count_rects(start, end - start)):
            boxes.append(_on_page(sheet, text.get_rect(at)))
    return _joined(boxes)


def _joined(boxes: list[Box]) -> list[Box]:
    """Neighbours on a line as one: PDFs have a rectangle for each word, people mark lines."""
    lines: list[Box] = []
    for box in boxes:
        if lines and _beside(lines[-1], box):
            last = lines.pop()
            box = (min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
        lines.append(box)
    return lines


def _beside(first: Box, second: Box) -> bool:
    overlap = min(first[3], second[3]) - max(first[1], second[1])
    height = min(first[3] - first[1], second[3] - second[1])
    return overlap > 0.5 * height and -_GAP < second[0] - first[2] < _GAP


def _on_page(sheet: Any, rect: tuple[float, float, float, float]) -> Box:
    """A rectangle of the page's own space (which may be turned and cut) as shares of what is seen."""
    from pypdfium2 import raw

    left, bottom, right, top = rect
    corners = []
    for x, y in ((left, top), (right, bottom)):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(sheet, 0, 0, _UNIT, _UNIT, 0, x, y, across, down)
        corners.append((across.value / _UNIT, down.value / _UNIT))
    (a, b), (c, d) = corners
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _png(picture: Any) -> bytes:
    """The bitmap (rows of RGB or grey bytes) as a PNG file."""
    channels = picture.n_channels
    kinds = {1: 0, 3: 2, 4: 6}  # PNG's names of grey, RGB and RGBA
    row, data = picture.width * channels, memoryview(picture.buffer).cast("B")
    lines = b"".join(b"\0" + bytes(data[y * picture.stride : y * picture.stride + row]) for y in range(picture.height))
    head = struct.pack(">IIBBBBB", picture.width, picture.height, 8, kinds[channels], 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, body) for kind, body in parts)


def _part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
