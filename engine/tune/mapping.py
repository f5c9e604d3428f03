"""What a file would become under a mapping: the same reading as an import, of its first rows, without storing."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import DataRefused, disk_errors
from engine.tune import formats
from engine.tune.formats.base import Columns, Row, RowFault, Shape
from engine.tune.intake import canonical, columns_of, read
from engine.types import BadRow, Example

HEAD = 200
"""Rows that are looked at."""
_SHOWN = 200  # characters of a column's first value
_PLAINEST = "prompt and completion"  # what columns that say nothing are most likely to be


@dataclass(frozen=True, slots=True)
class MappedField:
    """A field of a format, and where it comes from.

    Attributes:
        name: the field.
        column: the column (or, of an ``inner`` field, the key in a column's value) that it is read from, or "".
        required: an example cannot be made without it.
        choices: the columns or keys that there are.
    """

    name: str
    column: str
    required: bool
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MappingPreview:
    """The first rows of a file as they would be imported.

    Attributes:
        kind: the kind of file.
        encoding: of its text, "" if it has none.
        format: how its rows are read, or most likely are.
        formats: every format that there is.
        fields: of that format.
        columns: of the file, and how the first value of each begins.
        examples: what the first rows become.
        bad: rows that would be left out, and why.
        rows: how many rows were looked at; ``more``: there are others after them.
        fault: why nothing can be read like this, "" if it can.
    """

    kind: str
    encoding: str
    format: str
    formats: tuple[str, ...]
    fields: tuple[MappedField, ...]
    columns: tuple[tuple[str, str], ...]
    examples: tuple[Example, ...]
    bad: tuple[BadRow, ...]
    rows: int
    more: bool
    fault: str = ""

    @property
    def mapping(self) -> dict[str, str]:
        """The mapping as ``import_file`` takes it; fields without a column are named too, so that none is guessed."""
        return {field.name: field.column for field in self.fields}


def preview_mapping(path: Path, mapping: Mapping[str, str] | None = None, format: str = "") -> MappingPreview:
    """Look at the first rows of a file.

    Args:
        path: JSON, JSON Lines, CSV, TSV or Parquet.
        mapping: field → column as a person says; empty columns take fields out. None: as guessed.
        format: title of a format, where the guess is wrong.

    Raises:
        NotFound, DataRefused: there is no such file, or it holds no rows at all.
    """
    source = formats.open_file(path)
    with disk_errors(path):
        rows = list(itertools.islice(source.rows, HEAD + 1))
    head, columns = rows[:HEAD], columns_of(rows[:HEAD])
    if not columns:
        why = f"line {head[0].line} {head[0].fault}" if head else "it is empty"
        raise DataRefused(f"No row of {path.name} can be read: {why}.", "Choose another file.")
    fault, examples, bad = "", [], []  # type: str, list[Example], list[BadRow]
    shape = next((one for one in formats.known_shapes() if one.title == format), None)
    chosen: dict[str, str] = {}
    try:
        if shape:
            chosen = _completed(shape, columns, mapping or {})
            _check_required(shape, chosen)
        shape, chosen = formats.choose(columns, chosen or mapping)
        examples, bad = _made(head, shape, chosen)
    except DataRefused as refused:
        fault = refused.what
        shape = shape or next(one for one in formats.known_shapes() if one.title == _PLAINEST)
    return MappingPreview(
        kind=source.kind,
        encoding=source.encoding,
        format=shape.title,
        formats=tuple(one.title for one in formats.known_shapes()),
        fields=tuple(_fields(shape, chosen, columns)),
        columns=tuple((name, _begin(values)) for name, values in columns.items()),
        examples=tuple(examples),
        bad=tuple(bad),
        rows=len(head),
        more=len(rows) > HEAD,
        fault=fault,
    )


def _completed(shape: Shape, columns: Columns, given: Mapping[str, str]) -> dict[str, str]:
    """Every field of a format: as given, else as guessed, else none."""
    guess = {**dict.fromkeys(shape.fields, ""), **shape.defaults, **(shape.guess(columns) or {})}
    return guess | {field: column for field, column in given.items() if field in guess}


def _check_required(shape: Shape, mapping: Mapping[str, str]) -> None:
    if missing := [field for field in shape.required if not mapping[field]]:
        raise DataRefused(f"Say which column is the {' and which is the '.join(missing)}.")


def _made(rows: Sequence[Row], shape: Shape, mapping: Mapping[str, str]) -> tuple[list[Example], list[BadRow]]:
    examples, bad = [], []
    for row in rows:
        try:
            messages = read(row, shape, mapping)
            canonical(messages)
        except RowFault as fault:
            bad.append(BadRow(row.line, str(fault), row.text))
        else:
            examples.append(Example(tuple(messages), row.line))
    return examples, bad


def _fields(shape: Shape, mapping: Mapping[str, str], columns: Columns) -> Iterator[MappedField]:
    keys = tuple(dict.fromkeys(key for values in columns.values() for value in values for key in _keys(value)))
    for name in shape.fields:
        choices = keys if name in shape.inner else tuple(columns)
        column = mapping.get(name, "")
        extra = (column,) if column and column not in choices else ()
        yield MappedField(name, column, name in shape.required, (*choices, *extra))


def _begin(values: Sequence[Any]) -> str:
    first = values[0] if values else ""
    text = first if isinstance(first, str) else json.dumps(first, ensure_ascii=False, default=str)
    return " ".join(text[:_SHOWN].split())


def _keys(value: object) -> Iterator[str]:
    """The keys of the objects in a list, one of which may hold what a message says."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from item
