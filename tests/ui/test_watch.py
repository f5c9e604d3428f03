"""A child that is asleep freezes nothing: the window says so, and ending it ends the wait."""

from __future__ import annotations

import os
import signal
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from engine.errors import ChildDied, FormfactError
from engine.jobs import Lane
from ui.main_window import MainWindow
from ui.watch import Watch
from ui.widgets import Banner


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot put a process to sleep with a signal")
def test_a_sleeping_child_is_said_and_can_be_ended(qtbot: QtBot, window: MainWindow) -> None:
    shell = window.shell
    child = shell.workspace.child("tests.engine.echo_child", "echo")
    child.call("echo", text="a").result()
    pid = child.pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    faults: list[FormfactError] = []
    work = lambda task: child.call("echo", text="b").result(task)  # noqa: E731
    shell.run(Lane.DATA, "Asking", work, owner=window, on_failed=faults.append)
    watch = Watch(shell, patience_s=1.5)
    qtbot.waitUntil(lambda: bool(shell.workspace.silent(1.5)), timeout=20_000)
    watch.look()
    watch.look()
    (banner,) = window.findChildren(Banner)
    assert "does not respond" in banner.text
    button = next(one for one in banner.findChildren(QPushButton) if one.text() == "End it")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(faults), timeout=20_000)
    assert isinstance(faults[0], ChildDied)
    assert child.call("echo", text="c").result() == "c"
