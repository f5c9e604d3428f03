"""Which encoding a text file is in: UTF-8 (with or without a mark), UTF-16, or Windows-1252."""

from __future__ import annotations

import codecs
from pathlib import Path

_BLOCK = 1 << 20


def detect(path: Path) -> str:
    """The name of the encoding that reads ``path`` best.

    A file that is not all UTF-8 is still UTF-8 when most of what lies beyond ASCII in it is (a few damaged
    bytes then show up in their rows); otherwise it is Windows-1252, which older office programs write.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if unmarked := _utf16_without_mark(head):
        return unmarked
    good, damaged = _beyond_ascii(path)
    return "utf-8" if damaged == 0 or good > damaged else "cp1252"


def damaged(text: str) -> bool:
    """Whether text that was read with ``errors="surrogateescape"`` holds bytes that its encoding does not have."""
    return not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)


def _utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 of mostly Latin text has a zero in every second byte; text in other encodings has none."""
    pairs = len(head) // 2
    if pairs == 0:
        return None
    even, odd = head[0::2].count(0) / pairs, head[1::2].count(0) / pairs
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else None


def _beyond_ascii(path: Path) -> tuple[int, int]:
    """How many characters beyond ASCII are good UTF-8, and how many bytes are not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    good = broken = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            text = decoder.decode(block)
            if not text.isascii():
                stray = sum("\udc80" <= letter <= "\udcff" for letter in text)
                good, broken = good + sum(letter > "\x7f" for letter in text) - stray, broken + stray
    return good, broken + len(decoder.decode(b"", final=True))
