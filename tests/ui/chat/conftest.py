"""The chat page in a real window, with the starter model and a run of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine import resources
from engine.workspace import Workspace
from store import runs
from store.runs import Run
from tests.chat.lora import write_adapter
from ui.main_window import MainWindow
from ui.pages.chat.page import ChatPage


@pytest.fixture(scope="session")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_adapter(resources.STARTER, tmp_path_factory.mktemp("adapter") / "a.gguf", scale=0.3)


@pytest.fixture
def tuned(workspace: Workspace, adapter: Path) -> Run:
    """A finished run of the starter model."""
    model = workspace.models.get(None)
    digest = hashlib.sha256(adapter.read_bytes()).hexdigest()
    run = Run(
        "r1", "House", "done", model.name, model.sha256, "d", "v", "", str(adapter), digest, created_at="2026-01-01"
    )
    runs.insert(workspace.database, run)
    return run


@pytest.fixture
def page(qtbot: QtBot, tuned: Run, window: MainWindow, settled: Callable[[], None]) -> Iterator[ChatPage]:
    settled()
    assert isinstance(window.page, ChatPage)
    yield window.page
