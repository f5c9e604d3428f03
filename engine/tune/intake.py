"""Rows of a file become stored examples or listed bad rows; what was guessed and left out is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from engine.events import Notice
from engine.task import Task
from engine.tune.formats.base import Columns, Row, RowFault, Shape
from engine.types import BadRow, Message
from store.datasets import Dataset, DatasetStore
from store.examples import SHOWN, ExampleStore, NewExample

_HELD = 50_000
"""Rows that are held in memory before they are stored: the writing is then short, and up to here all or nothing."""


class Intake:
    """Turns rows into stored examples, and keeps count. ``store`` what was taken at the end."""

    def __init__(
        self, store: DatasetStore, examples: ExampleStore, dataset: int, shape: Shape, mapping: Mapping[str, str]
    ) -> None:
        self._store, self._examples = store, examples
        self._dataset, self._shape, self._mapping = dataset, shape, mapping
        self._hash = hashlib.sha256()
        self._seen: set[bytes] = set()
        self._good: list[NewExample] = []
        self._faulty: list[BadRow] = []
        self.rows = self.bad = self.duplicates = 0
        self.first_bad: list[BadRow] = []

    @property
    def version(self) -> str:
        """SHA-256 over the examples' digests, in hex."""
        return self._hash.hexdigest()

    def take(self, batch: Sequence[Row]) -> None:
        """Take a batch in: examples and bad rows."""
        for row in batch:
            try:
                messages = read(row, self._shape, self._mapping)
                content = canonical(messages)
            except RowFault as fault:
                self._faulty.append(BadRow(row.line, str(fault), row.text))
                self.first_bad = self.first_bad if len(self.first_bad) == 5 else [*self.first_bad, self._faulty[-1]]
                self.bad += 1
                continue
            digest = hashlib.sha256(content).digest()
            self.duplicates += digest in self._seen
            self._seen.add(digest)
            self._hash.update(digest)
            tags = tagged(_tags(row.record))
            self._good.append(NewExample(self.rows, row.line, *heads(messages), tags, content.decode()))
            self.rows += 1
        if len(self._good) + len(self._faulty) >= _HELD:
            self.store()

    def store(self) -> None:
        """Write what was taken since the last time."""
        self._examples.add(self._dataset, self._good)
        self._store.add_bad_rows(self._dataset, [(row.line, row.reason, row.text) for row in self._faulty])
        self._good, self._faulty = [], []


def read(row: Row, shape: Shape, mapping: Mapping[str, str]) -> list[Message]:
    """The messages of a row.

    Raises:
        RowFault: it cannot become an example; the text says why.
    """
    if row.record is None:
        raise RowFault(row.fault)
    return teaching(shape.read(row.record, mapping))


def teaching(messages: list[Message]) -> list[Message]:
    """The messages, if something can be learnt from them.

    Raises:
        RowFault: nothing is answered, or nothing asked.
    """
    if not any(message.role == "assistant" and message.content.strip() for message in messages):
        raise RowFault("has no answer to learn")
    if not any(message.role != "assistant" and message.content.strip() for message in messages):
        raise RowFault("has no question")
    return messages


def heads(messages: Sequence[Message]) -> tuple[str, str]:
    """How the first user turn and the first assistant turn begin, on one line each."""
    return _head(messages, "user"), _head(messages, "assistant")


def _head(messages: Sequence[Message], role: str) -> str:
    text = next((message.content for message in messages if message.role == role), "")
    return " ".join(text[: 4 * SHOWN].split())[:SHOWN]


def tagged(tags: Iterable[str]) -> str:
    """Tags as they are stored: each once, on one line, between line feeds."""
    cleaned = dict.fromkeys(" ".join(tag.split())[:40] for tag in tags)
    return "".join(f"\n{tag}" for tag in cleaned if tag) + "\n" if any(cleaned) else ""


def _tags(record: Mapping[str, Any] | None) -> list[str]:
    """The tags that an exported example brings along."""
    tags = (record or {}).get("tags")
    return tags if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags) else []


def canonical(messages: Sequence[Message]) -> bytes:
    """The one way a conversation is written down and hashed: compact JSON in UTF-8.

    Raises:
        RowFault: it holds half a character, which no file in UTF-8 can hold.
    """
    try:
        return msgspec.json.encode(messages)
    except UnicodeEncodeError as fault:
        raise RowFault("holds half a character (a lone surrogate)") from fault


def columns_of(rows: Iterable[Row]) -> Columns:
    """Sample values by column name."""
    columns: Columns = {}
    for row in rows:
        for name, value in (row.record or {}).items():
            values = columns.setdefault(name, [])
            if value is not None:
                values.append(value)
    return columns


def tell(task: Task, kind: str, encoding: str, shape: Shape, mapping: Mapping[str, str], columns: Columns) -> None:
    """Say what was guessed, and what is left out."""
    pairs = ", ".join(f"{field} ← {column}" for field, column in mapping.items())
    told = "" if encoding in ("", "utf-8") else f" in {encoding}"
    task.emit(Notice(f"{kind}{told}, read as {shape.title}: {pairs}."))
    used = {column.partition(".")[0] for column in mapping.values()} | set(mapping.values())
    unused = [name for name in columns if name not in used and not _are_tags(name, columns[name])]
    for name in used & columns.keys():
        keys = {key for value in columns[name] if isinstance(value, list) for item in value for key in _keys(item)}
        unused += [f"{name}.{key}" for key in sorted(keys - set(mapping.values()))]
    if unused:
        task.emit(Notice(f"Not used: {', '.join(unused[:12])}{' …' if len(unused) > 12 else ''}."))


def _are_tags(name: str, values: Sequence[Any]) -> bool:
    return name == "tags" and any(isinstance(value, list) for value in values)


def _keys(item: Any) -> Iterable[str]:
    return item if isinstance(item, dict) else ()


def warn(task: Task, dataset: Dataset) -> None:
    """Say what was found wrong with the rows."""
    if bad := dataset.bad_rows:
        task.emit(Notice(f"{_rows(bad)} could not be used; every one is listed with its line and reason."))
    if copies := dataset.duplicates:
        task.emit(Notice(f"{_rows(copies)} exactly repeat earlier ones; they are kept."))
    if dataset.rows == 1:
        task.emit(Notice("There is only one example: nothing can be held out, and a tune would learn it by heart."))


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count > 1 else ''}"
