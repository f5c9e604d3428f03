"""The Settings page in a real window: in force at once, kept, and the diagnostics read before they are saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine import settings as settings_file
from tests.ui.conftest import PATIENCE_MS
from ui.main_window import MainWindow
from ui.pages.settings.diagnostics import DiagnosticsDialog
from ui.pages.settings.page import SettingsPage
from ui.widgets import Segments, Text


@pytest.fixture
def page(window: MainWindow) -> SettingsPage:
    window.show_page("settings")
    assert isinstance(window.page, SettingsPage)
    return window.page


def _click(qtbot: QtBot, inside: QWidget, label: str) -> None:
    button = next(one for one in inside.findChildren(QPushButton) if one.text() == label)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_appearance_is_in_force_at_once_and_kept(
    page: SettingsPage, window: MainWindow, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    theme = window.shell.theme
    _click(qtbot, page.theme, "Dark")
    assert theme.tokens.name == "dark"
    _click(qtbot, page.text_size, "+")
    assert theme.scale == pytest.approx(1.1)
    _click(qtbot, page.presentation, "On")
    assert theme.scale == pytest.approx(1.1 * 1.35)
    _click(qtbot, page.presentation, "Off")
    _click(qtbot, page.motion, "Off")
    assert theme.motion_ms == 0
    settled()
    kept = settings_file.load()
    assert (kept.theme, kept.text_scale, kept.motion, kept.presentation) == ("dark", 1.1, False, False)


def test_the_network_is_one_switch_shown_in_the_strip(page: SettingsPage, window: MainWindow, qtbot: QtBot) -> None:
    def strip() -> list[str]:
        return [text.text() for text in window.strip.findChildren(Text)]

    assert not window.shell.settings.network
    assert "Network off" in strip()
    _click(qtbot, page.network, "On")
    assert window.shell.settings.network
    assert "Network on" in strip()


def test_threads_reach_llama_cpp(page: SettingsPage, window: MainWindow, qtbot: QtBot, settled: Callable) -> None:
    child = window.shell.workspace.chat_child
    for field in (page.threads.field, page.layers.field):
        assert field.text() == "Automatic"
        assert field.lineEdit().width() > field.fontMetrics().horizontalAdvance(field.text()), "it can be read"
    page.threads.field.setFocus()
    qtbot.keyClick(page.threads.field, Qt.Key.Key_Up)
    page.layers.field.setValue(0)
    settled()
    child.call("build").result()
    assert {"--threads=1", "--gpu-layers=0"} <= set(psutil.Process(child.pid).cmdline())


def test_what_is_changed_elsewhere_is_shown(page: SettingsPage, window: MainWindow) -> None:
    window.shell.configure(theme="dark", text_scale=1.5, threads=1, network=True)
    assert (page.theme.key, page.network.key) == ("dark", "on")
    assert page.text_size.field.value() == 150
    assert page.threads.field.value() == 1


def test_the_keys_are_listed(page: SettingsPage) -> None:
    said = {text.text() for text in page.findChildren(Text)}
    assert {"Ctrl+K", "F1"} <= said


def test_every_control_has_a_name(page: SettingsPage) -> None:
    for control in (*page.findChildren(QPushButton), *page.findChildren(Segments)):
        assert control.accessibleName() or getattr(control, "text", str)(), control


def test_diagnostics_are_read_then_saved(page: SettingsPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.open_diagnostics()
    dialog = page.findChild(DiagnosticsDialog)
    assert not dialog.save.isEnabled()
    qtbot.waitUntil(dialog.save.isEnabled, timeout=PATIENCE_MS)
    text = dialog.text.toPlainText()
    assert "llama.cpp for cpu" in text
    assert str(Path.home()) not in text
    dialog.save_to(tmp_path / "d.txt")
    qtbot.waitUntil(lambda: any("Saved as d.txt" in one.text() for one in dialog.findChildren(Text)))
    assert (tmp_path / "d.txt").read_text(encoding="utf-8") == text
    dialog.save_to(tmp_path / "nowhere" / "d.txt")
    qtbot.waitUntil(lambda: any("cannot be written" in one.text() for one in dialog.findChildren(Text)))
    dialog.close()
