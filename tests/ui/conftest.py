"""A real window, offscreen, on a real workspace."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine import settings as settings_file
from engine.workspace import Workspace
from ui.main_window import MainWindow
from ui.shell import Shell
from ui.theme.theme import Theme

PATIENCE_MS = 60_000
"""How long a test waits for real children; it goes on as soon as they have answered."""


@pytest.fixture(autouse=True)
def settings_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of the test's own, not of whoever runs it."""
    file = tmp_path / "settings" / "settings.json"
    monkeypatch.setenv("FORMFACT_SETTINGS", str(file))
    return file


@pytest.fixture
def shell(qapp: QApplication, workspace: Workspace) -> Iterator[Shell]:
    """What pages are given, without a window."""
    settings = settings_file.load()
    made = Shell(workspace, settings, Theme(settings))
    yield made
    made.bridge.close()


@pytest.fixture
def window(qtbot: QtBot, shell: Shell) -> Iterator[MainWindow]:
    """The window on an empty workspace."""
    made = MainWindow(shell)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.hide()


@pytest.fixture
def settled(qtbot: QtBot, shell: Shell) -> Callable[[], None]:
    """Waits until no job runs and every read has been handed over."""

    def wait() -> None:
        done: list[bool] = []
        owner = QWidget()
        qtbot.addWidget(owner)
        for _ in range(3):  # what the end of a job or a look asked for, too
            qtbot.waitUntil(lambda: not shell.bridge.jobs.active and not shell.bridge.reads, timeout=PATIENCE_MS)
            done.clear()
            shell.look(lambda: None, lambda _: done.append(True), owner=owner)
            qtbot.waitUntil(lambda: bool(done) and not shell.bridge.reads, timeout=PATIENCE_MS)

    return wait
