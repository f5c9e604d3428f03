"""CSV and TSV with a header row; the separator is found from the header."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from engine.errors import DataRefused
from engine.tune.formats.base import Reader, Row, Source
from engine.tune.formats.encoding import damaged, detect

_LONGEST_FIELD = 2**31 - 1  # the csv module's own limit of 128 KiB is less than a long document


def _accepts(path: Path, _head: bytes) -> bool:
    return path.suffix.lower() in (".csv", ".tsv", ".tab")


def _open(path: Path) -> Source:
    encoding = detect(path)
    separator = _separator(path, encoding)
    return Source("TSV" if separator == "\t" else "CSV", encoding, _rows(path, encoding, separator))


def _separator(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        header = next((line for line in file if line.strip()), "")
    if path.suffix.lower() != ".csv" and "\t" in header:
        return "\t"
    return max(",;\t|", key=header.count)  # the comma wins a tie


def _rows(path: Path, encoding: str, separator: str) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_FIELD)
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        table = csv.reader(file, delimiter=separator, strict=True)
        names = _header(next((row for row in table if row), []), path)
        while True:
            line = table.line_num + 1
            try:
                cells = next(table, None)
            except csv.Error as fault:
                yield Row(line, None, _words(fault))
                continue
            if cells is None:
                return
            if cells:
                yield _row(line, cells, names)


def _header(cells: list[str], path: Path) -> list[str]:
    names = [cell.strip() or f"column {i}" for i, cell in enumerate(cells, 1)]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataRefused(f"The header of {path.name} names the column {twice!r} twice.", "Rename one of them.")
    return names


def _row(line: int, cells: list[str], names: list[str]) -> Row:
    start = ", ".join(cells)[:200]
    if any(damaged(cell) for cell in cells):
        return Row(line, None, "holds bytes that are not text", start.encode(errors="replace").decode())
    if len(cells) != len(names):
        return Row(line, None, f"has {len(cells)} cells where the header has {len(names)}", start)
    return Row(line, {name: cell or None for name, cell in zip(names, cells, strict=True)}, text=start)


def _words(fault: csv.Error) -> str:
    if "unexpected end of data" in str(fault):
        return "opens a quotation mark that is never closed, so the rest of the file cannot be told apart"
    return f"cannot be read ({fault})"


READER = Reader("CSV or TSV with a header row (.csv, .tsv)", _accepts, _open)
