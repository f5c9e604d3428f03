"""Finding datasets and reading their examples; a version is made when it is asked for."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

from engine.errors import NotFound
from engine.types import BadRow, Example, Message
from store.datasets import Dataset, DatasetStore
from store.examples import ExampleStore

if TYPE_CHECKING:
    from engine.workspace import Workspace

read_messages = msgspec.json.Decoder(tuple[Message, ...]).decode


class Shelf:
    """The datasets of a workspace, to be read."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._store = DatasetStore(workspace.database)
        self._examples = ExampleStore(workspace.database)

    def get(self, name: str) -> Dataset:
        """The latest dataset under ``name``; ``NAME@VERSION`` (the first digits do) is a certain one.

        A version stays to be had for the runs that used it, also when the dataset was edited or renamed since.

        Raises:
            NotFound: nothing has that name.
        """
        plain, _, version = name.rpartition("@") if re.search(r"@[0-9a-f]{4,64}$", name) else (name, "", "")
        if version and any(not one.version for one in self._store.versions(plain)):
            self.list()
        if found := self._store.get(plain, version) or self._store.get(name) or self._store.with_version(version):
            return self.settled(found)
        known = ", ".join(dict.fromkeys(dataset.name for dataset in self._store.list()))
        raise NotFound(
            f"There is no dataset {name!r}.",
            f"There are: {known}." if known else "Import one: formfact data import FILE.",
        )

    def examples(self, dataset: Dataset | str, start: int = 0, count: int = -1) -> list[Example]:
        """The examples in their order: all, or ``count`` from position ``start``."""
        rows = self._examples.messages(self._resolve(dataset).id, start, count)
        return [Example(read_messages(text), line, split_tags(tags), id) for id, line, tags, text in rows]

    def bad_rows(self, dataset: Dataset | str) -> list[BadRow]:
        """The rows of the file that could not become examples, with line and reason."""
        return [BadRow(*row) for row in self._store.bad_rows(self._resolve(dataset).id)]

    def settled(self, dataset: Dataset) -> Dataset:
        """The dataset with its version, which an edit has left to be made."""
        if dataset.version:
            return dataset
        if self._workspace.read_only:
            return self._made(dataset)
        with self._workspace.database.transaction():  # no edit may come between reading and writing
            made = self._made(dataset)
            self._store.settle(made.id, made.version, made.rows, made.duplicates)
        return made

    def _made(self, dataset: Dataset) -> Dataset:
        digests = [hashlib.sha256(row[-1].encode()).digest() for row in self._examples.messages(dataset.id)]
        version = hashlib.sha256(b"".join(digests)).hexdigest()
        copies = len(digests) - len(set(digests))
        return dataclasses.replace(dataset, version=version, rows=len(digests), duplicates=copies)

    def _resolve(self, dataset: Dataset | str) -> Dataset:
        return self.get(dataset) if isinstance(dataset, str) else dataset

    def list(self, *, versions: bool = True) -> list[Dataset]:
        """Every dataset, the latest import first; without ``versions`` those of edited ones stay empty (quicker)."""
        found = self._store.list()
        return [self.settled(dataset) for dataset in found] if versions else found


def split_tags(tags: str) -> tuple[str, ...]:
    """Stored tags, one by one."""
    return tuple(tags.strip("\n").split("\n")) if tags else ()
