"""The window is killed while it works; the next start has everything that was committed, and goes on with one click."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from engine.types import FOUR_ARMS
from engine.workspace import Workspace
from store import runs
from store.runs import Run
from tests.ui.names import QUESTION
from ui.app import App
from ui.main_window import MainWindow
from ui.pages.chat.page import ChatPage
from ui.pages.tune.page import TunePage

PATIENCE_MS = 120_000
ROOT = Path(__file__).resolve().parents[2]


def killed(folder: Path, what: str) -> None:
    """Let a window in another process begin ``what`` on ``folder``, and kill it; its children end by themselves."""
    command = [sys.executable, "-m", "tests.ui.driven", str(folder), what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as window:
        assert window.stdout
        assert window.stdout.readline() == b"under way\n"
        children = psutil.Process(window.pid).children(recursive=True)
        os.kill(window.pid, signal.SIGKILL)
    _, left = psutil.wait_procs(children, timeout=60)
    assert not left, "a child outlived its window"


@pytest.fixture
def again(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[[], MainWindow]]:
    """Opens the window anew."""
    app = App()

    def open_() -> MainWindow:
        assert app.open(tmp_path / "workspace")
        assert app.window
        bridge = app.window.shell.bridge
        qtbot.waitUntil(lambda: not bridge.reads and not bridge.jobs.active, timeout=PATIENCE_MS)
        return app.window

    yield open_
    app.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_killed_while_four_panes_stream(tmp_path: Path, again: Callable[[], MainWindow], qtbot: QtBot) -> None:
    with Workspace.open(tmp_path / "workspace") as workspace:
        starter = workspace.models.get("starter")
        run = Run("r", "R", "done", starter.name, starter.sha256, "d", "", "", "runs/r/a.gguf", created_at="2026-01-01")
        runs.insert(workspace.database, run)
    killed(tmp_path / "workspace", "chat")
    window = again()
    page = window.page
    assert isinstance(page, ChatPage)
    qtbot.waitUntil(lambda: page.turns.current is not None and page.turns.current.turn is not None, timeout=PATIENCE_MS)
    assert page.turns.current and page.turns.current.turn
    turn = page.turns.current.turn
    assert turn.comparison.question == QUESTION
    assert set(turn.missing) == set(FOUR_ARMS)
    assert not page.busy, "nothing is asked again without being told to"
    offers = [one for one in page.turns.current.findChildren(QPushButton) if "again" in one.text().lower()]
    assert any(one.isVisible() for one in offers)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_killed_while_documents_are_indexed(tmp_path: Path, again: Callable[[], MainWindow], qtbot: QtBot) -> None:
    killed(tmp_path / "workspace", "index")
    window = again()
    documents = window.shell.workspace.documents
    kept = [one for one in documents.list() if one.status == "indexed"]
    assert len(kept) >= 20
    window.show_page("documents")
    next(one for one in window.actions_offered() if one.key == "documents.rescan").run()
    bridge = window.shell.bridge
    qtbot.waitUntil(lambda: not bridge.jobs.active and not bridge.reads, timeout=PATIENCE_MS)
    now = documents.list()
    assert [one.status for one in now] == ["indexed"] * 40
    assert {one.id for one in kept} <= {one.id for one in now}
    assert documents.search("What is said in file 31?", 3)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_killed_while_a_model_is_tuned(tmp_path: Path, again: Callable[[], MainWindow], qtbot: QtBot) -> None:
    killed(tmp_path / "workspace", "tune")
    window = again()
    tuning = window.shell.workspace.tuning
    assert tuning.get().state == "interrupted"
    window.show_page("tune")
    page = window.page
    assert isinstance(page, TunePage)
    bridge = window.shell.bridge
    qtbot.waitUntil(lambda: not bridge.reads, timeout=PATIENCE_MS)
    resume = next(one for one in page.findChildren(QPushButton) if one.text() == "Resume" and one.isVisible())
    resume.click()
    qtbot.waitUntil(lambda: tuning.get().state == "training", timeout=PATIENCE_MS)
    next(one for one in window.actions_offered() if one.key == "tune.stop").run()
    qtbot.waitUntil(lambda: tuning.get().state == "stopped", timeout=PATIENCE_MS)
