"""Bytes of a text file to text, whatever its encoding."""

from __future__ import annotations

import codecs
import contextlib
import re

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_SAMPLE = 64_000  # bytes that are looked at to guess an encoding


def decode(data: bytes) -> str | None:
    """The text of ``data`` with line ends as ``\\n``; None when it is no text in any encoding we can tell."""
    text = _decode(data)
    return text.replace("\r\n", "\n").replace("\r", "\n") if text is not None else None


def _decode(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if wide := _wide(data):
        return data.decode(wide, "replace")
    if b"\0" in data[:_SAMPLE]:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        if fault.end >= len(data) - 4 and fault.reason == "unexpected end of data":  # we cut the file there
            return data.decode("utf-8", "ignore")
    if declared := _DECLARED.search(data[:4000]):
        with contextlib.suppress(LookupError):  # no such encoding: guess
            return data.decode(declared[1].decode(), "replace")
    return _guess(data)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: text in a Latin script has a zero in every other byte."""
    sample = data[:2000]
    if len(sample) < 4 or len(data) % 2:
        return None
    for first, encoding in ((0, "utf-16-be"), (1, "utf-16-le")):
        zeros, others = sample[first::2].count(0), sample[1 - first :: 2].count(0)
        if zeros > 0.8 * len(sample) / 2 and others == 0:
            return encoding
    return None


def _guess(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    return data.decode(best.encoding, "replace") if best else None
