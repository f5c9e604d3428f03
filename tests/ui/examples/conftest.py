"""A page with examples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.task import Task
from engine.workspace import Workspace
from tests.ui.examples.steps import PAIRS, Settled, opened
from ui.main_window import MainWindow
from ui.pages.examples.page import ExamplesPage


@pytest.fixture
def page(window: MainWindow, workspace: Workspace, tmp_path: Path, settled: Settled) -> ExamplesPage:
    """The page with a dataset ``lamps`` of three examples."""
    file = tmp_path / "lamps.jsonl"
    file.write_text("\n".join(json.dumps({"prompt": q, "completion": a}) for q, a in PAIRS), "utf-8")
    workspace.datasets.import_file(file, Task())
    return opened(window, settled)
