"""Datasets: import with a mapping that is guessed and shown, versions by content, split, lint, preview, export."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import DataRefused, FormfactError, disk_errors
from engine.events import Progress
from engine.task import Task
from engine.tune import formats
from engine.tune.browsing import Browsing
from engine.tune.editing import Editing
from engine.tune.formats.base import Row
from engine.tune.intake import Intake, columns_of, tell, warn
from engine.tune.mapping import HEAD, MappingPreview, preview_mapping
from engine.tune.shelf import split_tags
from engine.tune.split import split
from engine.types import BadRow, Example
from store.datasets import Dataset

if TYPE_CHECKING:
    from engine.tune.lint import Finding

_BATCH = 1000

__all__ = ["Dataset", "Datasets"]


class Datasets(Browsing, Editing):
    """The training data of a workspace."""

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
        with disk_errors(path):
            head = list(itertools.islice(source.rows, HEAD))
            columns = columns_of(head)
            if not columns:
                raise _nothing_usable(path, [BadRow(row.line, row.fault, row.text) for row in head])
            shape, chosen = formats.choose(columns, mapping)
            tell(task, source.kind, source.encoding, shape, chosen, columns)
            described = json.dumps({"format": shape.title, **chosen}, ensure_ascii=False)
            dataset = self._store.begin(name or path.stem, described, source.encoding, str(path.absolute()))
            try:
                intake = Intake(self._store, self._examples, dataset, shape, chosen)
                for batch in _batches(itertools.chain(head, source.rows)):
                    task.check()
                    intake.take(batch)
                    task.emit(Progress("Importing", intake.rows + intake.bad, unit="rows"))
                if not intake.rows:
                    raise _nothing_usable(path, intake.first_bad)
                with self._workspace.database.transaction():
                    intake.store()
                    found = self._store.finish(dataset, intake.version, intake.rows, intake.bad, intake.duplicates)
            except BaseException:
                with suppress(FormfactError):  # a full disk: what is left behind is unseen, and swept at the next start
                    self._store.drop(dataset)
                raise
        warn(task, found)
        return found

    def preview_mapping(self, path: Path, mapping: Mapping[str, str] | None = None, format: str = "") -> MappingPreview:
        """What the first rows of a file would become; see ``engine.tune.mapping``."""
        return preview_mapping(path, mapping, format)

    def split(
        self, dataset: Dataset | str, held_out: float = 0.1, seed: int = 1
    ) -> tuple[list[Example], list[Example]]:
        """Training and held-out examples; see ``split``."""
        return split(self.examples(dataset), held_out, seed)

    def lint(self, name: Dataset | str, task: Task) -> list[Finding]:
        """What in the examples may spoil training, each with its rows and a reason."""
        from engine.tune.lint import lint

        train, held_out = self.split(name)
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

    def export(self, name: Dataset | str, path: Path, *, replace: bool = False) -> Path:
        """Write a dataset as messages JSONL, which imports to the same version.

        Raises:
            DataRefused: the file exists, and nobody said that it may be replaced.
        """
        dataset = self._resolve(name)
        if path.exists() and not replace:
            raise DataRefused(f"{path} exists already.", "Choose another name, or remove it first.")
        half = path.with_name(path.name + ".part")
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with half.open("wb") as file:
                for _, _, tags, messages in self._examples.messages(dataset.id):
                    more = b',"tags":' + msgspec.json.encode(split_tags(tags)) if tags else b""
                    file.write(b'{"messages":' + messages.encode() + more + b"}\n")
            half.replace(path)
        return path


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
        "Correct the rows, or say which column is what.",
        lines,
    )
