"""What the tests of datasets share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.events import Event, Notice
from engine.task import Task
from engine.tune.datasets import Dataset
from engine.types import BadRow, Example
from engine.workspace import Workspace


@dataclass
class Taken:
    """An import and what was told during it."""

    dataset: Dataset
    examples: list[Example]
    bad: list[BadRow]
    events: list[Event] = field(default_factory=list)

    @property
    def told(self) -> str:
        return "\n".join(event.text for event in self.events if isinstance(event, Notice))

    def turns(self, number: int = 0) -> list[tuple[str, str]]:
        return [(message.role, message.content) for message in self.examples[number].messages]


Take = Callable[..., Taken]


@pytest.fixture
def take(workspace: Workspace, tmp_path: Path) -> Take:
    """Import content under a file name, or a file."""

    def import_(
        what: str | bytes | Path, name: str = "données 空.jsonl", mapping: Mapping[str, str] | None = None
    ) -> Taken:
        path = what if isinstance(what, Path) else tmp_path / name
        if not isinstance(what, Path):
            path.write_bytes(what.encode() if isinstance(what, str) else what)
        events: list[Event] = []
        dataset = workspace.datasets.import_file(path, Task(events.append), mapping=mapping)
        datasets = workspace.datasets
        return Taken(dataset, datasets.examples(dataset), datasets.bad_rows(dataset), events)

    return import_
