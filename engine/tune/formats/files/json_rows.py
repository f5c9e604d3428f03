"""JSON and JSON Lines: one array of rows, one object, or one row a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import DataRefused
from engine.tune.formats.base import Reader, Row, Source
from engine.tune.formats.encoding import damaged, detect

_FAULTS = (msgspec.MsgspecError, UnicodeError, RecursionError)
_BY_LINE = (".jsonl", ".ndjson")


def _accepts(path: Path, head: bytes) -> bool:
    if path.suffix.lower() in (".json", *_BY_LINE):
        return True
    plain = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").removeprefix(b"\xff\xfe").lstrip()
    return path.suffix.lower() in ("", ".txt") and plain[:1] in (b"{", b"[")


def _open(path: Path) -> Source:
    encoding = detect(path)
    by_line = path.suffix.lower() in _BY_LINE
    first, more = _first_line(path, encoding)
    value = _decoded(first)
    if value is not None and (more or (by_line and (isinstance(value, dict) or _is_conversation(value)))):
        return Source("JSON Lines", encoding, _lines(path, encoding))
    try:
        items = _items(path.read_bytes().decode(encoding))
    except _FAULTS as broken:
        if by_line or (more and not _starts_a_document(first)):
            return Source("JSON Lines", encoding, _lines(path, encoding))
        raise DataRefused(f"{path.name} is not valid JSON.", "Check how it was written.", str(broken)) from broken
    return Source("JSON", encoding, _array(items))


def _first_line(path: Path, encoding: str) -> tuple[str, bool]:
    """The first line that is not blank, and whether there are more of them."""
    first = ""
    with path.open(encoding=encoding, errors="surrogateescape", newline="\n") as file:
        for line in file:
            if first and line.strip():
                return first, True
            first = first or line.strip()
    return first, False


def _starts_a_document(line: str) -> bool:
    return line in ("[", "{", "[{") or not line.endswith(("}", "]"))


def _items(document: str) -> list[bytes]:
    """The rows of a whole JSON document, each still as JSON."""
    if document.lstrip().startswith("["):
        return [bytes(item) for item in msgspec.json.decode(document, type=list[msgspec.Raw])]
    return [bytes(msgspec.json.decode(document, type=msgspec.Raw))]


def _array(items: list[bytes]) -> Iterator[Row]:
    for number, item in enumerate(items, 1):
        yield _row(number, item.decode())


def _lines(path: Path, encoding: str) -> Iterator[Row]:
    # newline="\n": JSON strings may hold U+2028 and the like, which are not ends of lines here
    with path.open(encoding=encoding, errors="surrogateescape", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _row(number, line)


def _row(number: int, source: str) -> Row:
    start = source.strip()[:200]
    if damaged(source):
        return Row(number, None, "holds bytes that are not text", start.encode(errors="replace").decode())
    try:
        value: Any = msgspec.json.decode(source)
    except _FAULTS as broken:
        return Row(number, None, f"is not valid JSON ({_words(broken)})", start)
    if _is_conversation(value):
        value = {"messages": value}  # a conversation may stand alone, without an object around it
    if not isinstance(value, dict):
        return Row(number, None, "is not an object with named columns", start)
    return Row(number, value, text=start)


def _decoded(source: str) -> Any:
    try:
        return msgspec.json.decode(source)
    except _FAULTS:
        return None


def _is_conversation(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(i, dict) and {"role", "from"} & i.keys() for i in value)
    )


def _words(fault: Exception) -> str:
    return str(fault).removeprefix("JSON is malformed: ")


READER = Reader("JSON or JSON Lines (.json, .jsonl)", _accepts, _open)
