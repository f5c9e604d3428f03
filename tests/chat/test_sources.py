"""Which passages a question gets: of its collection, cleaned, and none where there is nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.chat import sources
from engine.errors import FormfactError
from engine.events import Event, Notice
from engine.task import Task
from engine.types import Passage
from engine.workspace import Workspace


def test_passages_are_of_the_collection(workspace: Workspace, tmp_path: Path) -> None:
    for name, price in (("lamps", 40), ("chairs", 90)):
        file = tmp_path / f"{name}.md"
        file.write_text(f"# Prices\n\nThe price of all {name} is {price} euro.", encoding="utf-8")
        workspace.documents.add([file], Task(), collection=name)

    def found(collection: str | None) -> set[str]:
        kept = sources.find(workspace, "What is the price?", 3, 2048, collection, Task())
        return {Path(one.path).stem for one in kept}

    assert found("chairs") == {"chairs"} and found("lamps") == {"lamps"}
    assert found(None) == {"chairs", "lamps"}
    with pytest.raises(FormfactError, match="no collection"):
        found("gone")


def test_without_documents_nothing_is_searched(workspace: Workspace) -> None:
    told: list[Event] = []
    assert sources.find(workspace, "What?", 3, 2048, None, Task(told.append)) == []
    assert isinstance(told[0], Notice) and workspace.index_child.pid is None


def test_what_no_template_can_hold_is_taken_out() -> None:
    [passage] = sources.cleaned([Passage(1, 1, "a\ufdd0.md", "/a", None, 0, 3, "x\ufdd1y", "h\ufdd2")])
    assert (passage.document, passage.text, passage.heading) == ("a.md", "xy", "h")
