"""Datasets: import with a mapping that is guessed and shown, versions by content, split, lint, preview, export."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import DataRefused, NotFound, disk_errors
from engine.events import Progress
from engine.task import Task
from engine.tune import formats
from engine.tune.formats.base import Row
from engine.tune.intake import Intake, columns_of, tell, warn
from engine.tune.split import split
from engine.types import BadRow, Example, Message
from store.datasets import Dataset, DatasetStore

if TYPE_CHECKING:
    from engine.tune.lint import Finding
    from engine.workspace import Workspace

_HEAD = 200  # rows that are looked at to guess the mapping
_BATCH = 1000
_messages = msgspec.json.Decoder(tuple[Message, ...])

__all__ = ["Dataset", "Datasets"]


class Datasets:
    """The training data of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._store = DatasetStore(workspace.database)

    def import_file(
        self, path: Path, task: Task, *, name: str | None = None, mapping: Mapping[str, str] | None = None
    ) -> Dataset:
        """Import a file of examples. All of it arrives, or (cancelled, failed, killed) nothing.

        Args:
            path: JSON, JSON Lines, CSV, TSV or Parquet.
            task: told the mapping, the encoding if it is not UTF-8, bad rows and duplicates.
            name: what to call it; the file's name without its ending by default.
            mapping: field → column, where the guess is wrong.

        Raises:
            NotFound, DataRefused: no such file; no rows, no usable row, an unknown format or mapping.
            Cancelled: the task was cancelled; nothing was imported.
        """
        source = formats.open_file(path)
        with disk_errors(path), self._workspace.database.transaction():
            head = list(itertools.islice(source.rows, _HEAD))
            columns = columns_of(head)
            if not columns:
                raise _nothing_usable(path, [BadRow(row.line, row.fault, row.text) for row in head])
            shape, chosen = formats.choose(columns, mapping)
            tell(task, source.kind, source.encoding, shape, chosen, columns)
            described = json.dumps({"format": shape.title, **chosen}, ensure_ascii=False)
            dataset = self._store.begin(name or path.stem, described, source.encoding, str(path.absolute()))
            intake = Intake(self._store, dataset, shape, chosen)
            for batch in _batches(itertools.chain(head, source.rows)):
                task.check()
                intake.take(batch)
                task.emit(Progress("Importing", intake.rows + intake.bad, unit="rows"))
            if not intake.rows:
                raise _nothing_usable(path, intake.first_bad)
            found = self._store.finish(dataset, intake.version, intake.rows, intake.bad, intake.duplicates)
        warn(task, found)
        return found

    def get(self, name: str) -> Dataset:
        """The latest import under ``name``; ``NAME@VERSION`` (the first digits do) is a certain one.

        Raises:
            NotFound: nothing has that name.
        """
        plain, _, version = name.rpartition("@") if re.search(r"@[0-9a-f]{4,64}$", name) else (name, "", "")
        if found := self._store.get(plain, version) or self._store.get(name):
            return found
        known = ", ".join(dict.fromkeys(dataset.name for dataset in self.list()))
        raise NotFound(
            f"There is no dataset {name!r}.",
            f"There are: {known}." if known else "Import one: formfact data import FILE.",
        )

    def examples(self, dataset: Dataset | str, start: int = 0, count: int = -1) -> list[Example]:
        """The examples in the order of the file: all, or ``count`` from position ``start``."""
        rows = self._store.examples(self._resolve(dataset).id, start, count)
        return [Example(_messages.decode(messages), line) for line, messages in rows]

    def bad_rows(self, dataset: Dataset | str) -> list[BadRow]:
        """The rows of the file that could not become examples, with line and reason."""
        return [BadRow(*row) for row in self._store.bad_rows(self._resolve(dataset).id)]

    def split(
        self, dataset: Dataset | str, held_out: float = 0.1, seed: int = 1
    ) -> tuple[list[Example], list[Example]]:
        """Training and held-out examples; see ``split``."""
        return split(self.examples(dataset), held_out, seed)

    def lint(self, name: str, task: Task) -> list[Finding]:
        """What in the examples may spoil training, each with its rows and a reason."""
        from engine.tune.lint import lint

        dataset = self.get(name)
        train, held_out = self.split(dataset)
        return lint(train, held_out, task)

    def preview(self, name: str, n: int = 3, model: str | None = None) -> list[dict[str, Any]]:
        """The first examples as plain data; with a model, how it sees them.

        Returns:
            ``{"line", "messages", "tokens"}`` each; ``tokens`` is None, or a list of ``{"text", "id", "label"}``
            where the label is -100 for what is read but not learnt.
        """
        found = [
            {"line": example.line, "messages": [msgspec.to_builtins(m) for m in example.messages], "tokens": None}
            for example in self.examples(self.get(name), 0, n)
        ]
        if model is None:
            return found
        gguf = self._workspace.models.get(model).gguf
        for row in found:
            shown = self._workspace.chat_child.call("render", model=gguf, messages=row["messages"], answer=False)
            row["tokens"] = shown.result()["tokens"]
        return found

    def export(self, name: str, path: Path) -> Path:
        """Write a dataset as messages JSONL, which imports to the same version.

        Raises:
            DataRefused: the file exists.
        """
        dataset = self.get(name)
        if path.exists():
            raise DataRefused(f"{path} exists already.", "Choose another name, or remove it first.")
        half = path.with_name(path.name + ".part")
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with half.open("wb") as file:
                for _, messages in self._store.examples(dataset.id):
                    file.write(b'{"messages":' + messages.encode() + b"}\n")
            half.replace(path)
        return path

    def list(self) -> list[Dataset]:
        """Every dataset, the latest import first."""
        return self._store.list()

    def _resolve(self, dataset: Dataset | str) -> Dataset:
        return self.get(dataset) if isinstance(dataset, str) else dataset


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while batch := list(itertools.islice(rows, _BATCH)):
        yield batch


def _nothing_usable(path: Path, bad: Sequence[BadRow]) -> DataRefused:
    if not bad:
        return DataRefused(f"{path.name} has no rows.", "Choose a file with examples in it.")
    lines = "\n".join(f"line {row.line} {row.reason}: {row.text}" for row in bad[:5])
    return DataRefused(
        f"No row of {path.name} can be learnt from: line {bad[0].line} {bad[0].reason}.",
        "Correct the rows, or say which column is what (--map FIELD=COLUMN).",
        lines,
    )
