"""The vocabulary of formats: rows of a file, readers of files, shapes of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.types import Message

Record = dict[str, Any]
Columns = dict[str, list[Any]]
"""Values of the first rows by column name, without missing ones."""


class RowFault(Exception):
    """A row cannot become an example; the text says why, in plain words."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its record, or ``fault`` when it could not be read.

    ``line`` is the line where it starts (text files) or the row's number (others), from 1; ``text`` is how a
    faulty row begins.
    """

    line: int
    record: Record | None
    fault: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file: what kind it is, its encoding ("" for binary files) and its rows, read as they are asked for."""

    kind: str
    encoding: str
    rows: Iterator[Row]


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of file.

    ``accepts(path, head)`` looks at the name and the first 4,096 bytes; ``open`` raises DataRefused when the
    file as a whole is unreadable.
    """

    title: str
    accepts: Callable[[Path, bytes], bool]
    open: Callable[[Path], Source]


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of rows.

    Attributes:
        title: its name for people.
        rank: shapes are tried from the lowest rank up; telling ones come first.
        fields: what a mapping may name; ``required`` ones must be there.
        inner: fields that name a key inside a column's value instead of a column.
        guess: finds the mapping field → column from sample values, or None when the rows have another shape.
        read: turns a record into messages; raises RowFault.
        defaults: what fields are when neither guessed nor given.
    """

    title: str
    rank: int
    fields: tuple[str, ...]
    required: tuple[str, ...]
    guess: Callable[[Columns], dict[str, str] | None]
    read: Callable[[Record, Mapping[str, str]], list[Message]]
    inner: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
