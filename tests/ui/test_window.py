"""The window itself: every page opens, keys and palette work, news are shown in place, closing asks when it must."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from engine.errors import NotFound
from engine.events import Progress
from engine.jobs import Lane
from engine.task import Task
from ui import registry
from ui.actions import Action
from ui.command_palette import CommandPalette, matches
from ui.job_strip import line
from ui.main_window import MainWindow
from ui.shell import Page
from ui.widgets import Banner

PAGES = [info.key for info in registry.pages()]


class Catcher(Page):
    """A page that keeps what it is given."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window.shell)
        self.taken: list[Path] = []
        self.arrived: list[dict[str, object]] = []

    def dropped(self, paths: list[Path]) -> bool:
        self.taken += paths
        return True

    def arrive(self, **arguments: object) -> None:
        self.arrived.append(arguments)


@pytest.fixture
def catcher(window: MainWindow) -> Iterator[Catcher]:
    page = Catcher(window)
    window._pages["models"] = page
    window._stack.addWidget(page)
    yield page


def banners(window: MainWindow) -> list[str]:
    return [one.text for one in window.findChildren(Banner) if not one.isHidden()]


@pytest.mark.parametrize("key", PAGES)
def test_every_page_opens_on_an_empty_workspace(window: MainWindow, key: str, settled: object) -> None:
    window.show_page(key)
    assert callable(settled)
    settled()
    assert window.key == key
    assert window._rail[key].isChecked()
    assert banners(window) == []
    assert not window.grab().isNull()


def test_the_rail_has_every_page_once_with_its_key(window: MainWindow) -> None:
    assert PAGES[:2] == ["chat", "documents"]
    assert PAGES[-1] == "settings"
    for number, key in enumerate(PAGES, 1):
        assert f"Ctrl+{number}" in window._rail[key].toolTip()
        assert window._rail[key].accessibleName()


def test_keys_go_to_pages(window: MainWindow, catcher: Catcher) -> None:
    number = PAGES.index("models") + 1
    window.activateWindow()
    QTest.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert window.key == "models"


def test_being_sent_to_a_page_says_what_for(window: MainWindow, catcher: Catcher) -> None:
    window.shell.go("models", name="starter")
    assert (window.key, catcher.arrived) == ("models", [{"name": "starter"}])


def test_the_palette_finds_and_does(qtbot: QtBot, window: MainWindow) -> None:
    window.open_palette()
    palette = window.findChild(CommandPalette)
    assert palette
    field = palette.findChild(QLineEdit)
    assert field
    QTest.keyClicks(field, "go to sett")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.key == "settings"


def test_what_is_typed_narrows_the_palette_word_by_word() -> None:
    actions = [Action("a", title, lambda: None) for title in ("Show all keys", "Go to Chat", "Show the chat's sources")]
    assert [one.title for one in matches(actions, "chat sh")] == ["Show the chat's sources"]
    assert [one.title for one in matches(actions, "")] == [one.title for one in actions]
    assert matches(actions, "nothing like it") == []


def test_an_error_is_said_once_with_its_remedy(window: MainWindow) -> None:
    for _ in range(3):
        window.shell.fault(NotFound("There is no such thing.", "Choose another."))
    assert banners(window) == ["There is no such thing."]


def test_banners_do_not_pile_up(qtbot: QtBot, window: MainWindow) -> None:
    for number in range(20):
        window.shell.banner("warn", f"number {number}")
    qtbot.waitUntil(lambda: len(banners(window)) <= 3)
    assert banners(window)[-1] == "number 19"


def test_a_toast_undoes_or_is_final(qtbot: QtBot, window: MainWindow) -> None:
    said: list[str] = []
    window.shell.toast("Deleted one.", lambda: said.append("undone"), 60, lambda: said.append("final"))
    assert window._toast
    qtbot.mouseClick(window._toast.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert said == ["undone"]
    window.shell.toast("Deleted two.", lambda: said.append("undone"), 60, lambda: said.append("final"))
    window.shell.toast("Deleted three.", None, 60, None)
    assert said == ["undone", "final"]


def test_dropped_files_reach_the_page(window: MainWindow, catcher: Catcher, tmp_path: Path) -> None:
    window.show_page("models")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "mödel 空.gguf"))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys))
    assert catcher.taken == [tmp_path / "mödel 空.gguf"]


def test_the_strip_shows_what_runs_and_cancels_it(qtbot: QtBot, window: MainWindow) -> None:
    def work(task: Task) -> None:
        stopped = threading.Event()
        task.on_cancel(stopped.set)
        task.emit(Progress("Counting", 30, 120, "files", 65))
        assert stopped.wait(30)

    job = window.shell.run(Lane.DATA, "Counting", work, owner=window)
    qtbot.waitUntil(lambda: window.strip.current is job and "30 / 120" in window.strip._what.text())
    assert window.strip._what.text() == "Counting · 30 / 120 files · about 1 min left"
    window.strip._stop.click()
    qtbot.waitUntil(lambda: window.strip.current is None)
    assert (job.state, line(job)) == ("cancelled", "Counting · 30 / 120 files · about 1 min left")


def test_theme_and_text_size_change_at_once_and_are_kept(window: MainWindow, settled: object) -> None:
    before = window.shell.theme.tokens.name
    window._flip_theme()
    assert window.shell.theme.tokens.name != before
    window._rescale(0.3)
    assert window.shell.theme.scale == pytest.approx(1.3)
    assert callable(settled)
    settled()
    from engine import settings

    assert settings.load().text_scale == pytest.approx(1.3)


def test_presentation_mode_hides_the_chrome(window: MainWindow) -> None:
    window.shell.configure(presentation=True)
    assert not window._frame.isVisible()
    window.shell.configure(presentation=False)
    assert window._frame.isVisible()


@pytest.mark.parametrize(("answer", "closes", "cancelled"), [("Save and stop", True, True), ("Stay", False, False)])
def test_closing_while_a_model_is_tuned_asks(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, answer: str, closes: bool, cancelled: bool
) -> None:
    def work(task: Task) -> None:
        stopped = threading.Event()
        task.on_cancel(stopped.set)
        assert stopped.wait(30)

    def choose(box: QMessageBox) -> int:
        chosen = next(button for button in box.buttons() if button.text() == answer)
        monkeypatch.setattr(box, "clickedButton", lambda: chosen)
        return 0

    monkeypatch.setattr(QMessageBox, "exec", choose)
    job = window.shell.run(Lane.TUNE, "Tuning", work, owner=window)
    assert window.close() is closes
    assert job.task.cancelled is cancelled
    job.cancel()


def test_a_key_belongs_to_one_action(window: MainWindow) -> None:
    for key in PAGES:
        window.show_page(key)
        keys = [action.shortcut for action in window.actions_offered() if action.shortcut]
        assert len(keys) == len(set(keys)), key
