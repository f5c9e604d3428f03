"""The preview of an import says what the import then does."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import DataRefused
from engine.task import Task
from engine.tune.mapping import HEAD
from engine.workspace import Workspace


def test_a_guess_is_shown_with_its_rows(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("question,answer,system\nWhy?,Because,Be brief\nHow?,,x\n")
    shown = workspace.datasets.preview_mapping(path)
    assert (shown.kind, shown.format, shown.rows, shown.more) == ("CSV", "prompt and completion", 2, False)
    assert shown.mapping == {"prompt": "question", "completion": "answer", "system": "system", "history": ""}
    assert [turn.content for turn in shown.examples[0].messages] == ["Be brief", "Why?", "Because"]
    assert [(row.line, row.reason) for row in shown.bad] == [(3, "answer is missing")]


def test_a_field_can_be_left_out(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("question,answer,system\nWhy?,Because,Be brief\n")
    shown = workspace.datasets.preview_mapping(path)
    without = workspace.datasets.preview_mapping(path, shown.mapping | {"system": ""})
    assert len(without.examples[0].messages) == 2
    dataset = workspace.datasets.import_file(path, Task(), mapping=without.mapping)
    assert workspace.datasets.examples(dataset) == list(without.examples)


def test_unknown_columns_can_be_named(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b,c\nWhy?,x,Because\n")
    shown = workspace.datasets.preview_mapping(path)
    assert "do not say" in shown.fault and shown.columns == (("a", "Why?"), ("b", "x"), ("c", "Because"))
    assert shown.mapping == {"prompt": "", "completion": "", "system": "", "history": ""}
    half = workspace.datasets.preview_mapping(path, {"prompt": "a"}, "prompt and completion")
    assert half.fault == "Say which column is the completion." and half.format == "prompt and completion"
    assert [field.choices for field in half.fields if field.required] == [("a", "b", "c")] * 2
    whole = workspace.datasets.preview_mapping(path, {"prompt": "a", "completion": "c"}, "prompt and completion")
    assert not whole.fault
    assert [turn.content for turn in whole.examples[0].messages] == ["Why?", "Because"]


def test_the_format_can_be_changed_and_back(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text('{"chat": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}], "text": "z"}\n')
    shown = workspace.datasets.preview_mapping(path)
    assert shown.format == "ShareGPT"
    assert {field.name: field.choices for field in shown.fields}["role"] == ("from", "value")
    other = workspace.datasets.preview_mapping(path, {}, "Alpaca")
    assert other.format == "Alpaca" and other.fault
    assert workspace.datasets.preview_mapping(path, {}, "ShareGPT").examples == shown.examples


def test_only_the_head_is_read(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("question,answer\n" + "q,a\n" * (HEAD + 50))
    shown = workspace.datasets.preview_mapping(path)
    assert (shown.rows, shown.more) == (HEAD, True)


def test_a_file_without_rows_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("[1]\n[2]\n")
    with pytest.raises(DataRefused, match="No row"):
        workspace.datasets.preview_mapping(path)
