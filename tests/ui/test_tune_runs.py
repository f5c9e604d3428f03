"""Runs on the Tune page: followed, stopped, gone on with, named, compared, deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from engine.settings import Settings
from engine.task import Task
from engine.tune.holding import held
from engine.tune.journal import FILE, Journal
from engine.tune.wishes import STOP, wished
from engine.workspace import Workspace
from tests.tune.test_service import data, stories
from tests.ui.conftest import PATIENCE_MS
from tests.ui.tuned import Settled, kept, page, row, step, texts
from ui.main_window import MainWindow
from ui.pages.tune.page import TunePage
from ui.theme.tokens import DARK, LIGHT
from ui.widgets import Banner, Toast

__all__ = ["page"]  # a fixture


def test_a_run_that_goes_on_elsewhere_is_followed_and_stopped(
    qtbot: QtBot, workspace: Workspace, page: Callable[[], TunePage], settled: Settled
) -> None:
    run = kept(workspace, "far", state="training", steps=3)
    folder = workspace.tuning.folder(run)
    with held(folder):
        found = page()  # whoever opens the page sees what goes on, drawn from the journal
        qtbot.waitUntil(found.view.isVisible, timeout=PATIENCE_MS)
        assert "also when this window is closed" in found.view.state.text()
        assert found.view.figures.step.number.text() == "3 / 20"
        assert "61 °C" in found.view.figures.memory.more.text()
        assert found.view.figures.memory.number.text() == "2.0 GB"
        journal = Journal(folder / FILE, Task())
        journal.tell(step(4))
        journal.close()
        qtbot.waitUntil(lambda: found.view.figures.step.number.text() == "4 / 20", timeout=PATIENCE_MS)
        qtbot.mouseClick(found.view.stop, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: wished(folder, STOP), timeout=PATIENCE_MS)
    qtbot.waitUntil(found.view.resume.isVisible, timeout=PATIENCE_MS)  # its process is gone: said at once
    qtbot.waitUntil(lambda: found.list.rows[0].run.state == "interrupted", timeout=PATIENCE_MS)


def test_an_interrupted_run_goes_on_with_one_click(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, page: Callable[[], TunePage],
    monkeypatch: pytest.MonkeyPatch, settled: Settled,
) -> None:  # fmt: skip
    data(workspace, stories(24), "replies")
    run = kept(workspace, "half", state="interrupted", steps=3)
    asked: list[str] = []
    monkeypatch.setattr(workspace.tuning, "resume", lambda found, task: asked.append(found) or run)
    found = page()
    qtbot.waitUntil(lambda: "“half” was interrupted" in found.form.left_off.text(), timeout=PATIENCE_MS)
    found.form.asked_resume.emit(found.list.rows[0].run)
    settled()
    qtbot.mouseClick(found.list.view.viewport(), Qt.MouseButton.LeftButton, pos=row(found, 0))
    qtbot.waitUntil(found.view.resume.isVisible, timeout=PATIENCE_MS)
    qtbot.mouseClick(found.view.resume, Qt.MouseButton.LeftButton)
    settled()
    assert asked == [run.id, run.id]


def test_a_kept_run_is_drawn_named_and_noted(
    qtbot: QtBot, workspace: Workspace, page: Callable[..., TunePage], settled: Settled
) -> None:
    run = kept(workspace, "first")
    found = page(run=run.id)
    qtbot.waitUntil(found.view.isVisible, timeout=PATIENCE_MS)
    said = texts(found)
    assert "Dear customer,\nI am a model." in said
    assert "about 10 s" in said
    found.view.edit.click()
    assert found.view.naming.text() == "first"
    qtbot.keyClicks(found.view.naming, "House <b>style</b>")
    qtbot.keyClick(found.view.naming, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: found.view.title.text() == "House <b>style</b>", timeout=PATIENCE_MS)
    found.view.note.setFocus()
    qtbot.keyClicks(found.view.note, "The one to keep")
    qtbot.keyClick(found.view.note, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: workspace.tuning.get(run.id).remark == "The one to keep", timeout=PATIENCE_MS)
    found.view.origin.head.click()
    assert "222222222222" in texts(found)
    assert "no longer here as it was" in texts(found)


def test_several_runs_over_each_other(
    qtbot: QtBot, workspace: Workspace, page: Callable[[], TunePage], settled: Settled
) -> None:
    kept(workspace, "first")
    kept(workspace, "second", steps=10, rank=8)
    found = page()
    view = found.list.view.viewport()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=row(found, 0))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, row(found, 1))
    qtbot.waitUntil(found.overlay.isVisible, timeout=PATIENCE_MS)
    said = texts(found)
    assert "● second" in said and "■ first" in said
    assert "Rank" in said and "Alpha" not in said  # only what was made differently
    assert len(found.overlay.chart._plot.getPlotItem().listDataItems()) == 4


def test_deleting_can_be_taken_back(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, page: Callable[[], TunePage], settled: Settled
) -> None:
    run = kept(workspace, "first")
    found = page()
    qtbot.mouseClick(found.list.view.viewport(), Qt.MouseButton.LeftButton, pos=row(found, 0))
    settled()
    delete = next(action for action in found.actions_offered() if action.key == "tune.delete")
    assert delete.enabled()
    delete.run()
    qtbot.waitUntil(lambda: not found.list.rows, timeout=PATIENCE_MS)
    assert workspace.tuning.list() == []
    toast = window.findChild(Toast)
    assert isinstance(toast, Toast)
    qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(found.list.rows) == 1, timeout=PATIENCE_MS)
    assert workspace.tuning.get().id == run.id


def test_discarding_is_asked_first(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, page: Callable[[], TunePage], settled: Settled
) -> None:
    run = kept(workspace, "far", state="training", steps=3)
    folder = workspace.tuning.folder(run)
    with held(folder):
        found = page()
        qtbot.waitUntil(found.view.discard.isVisible, timeout=PATIENCE_MS)
        qtbot.mouseClick(found.view.discard, Qt.MouseButton.LeftButton)
        settled()
        assert not wished(folder)
        banner = next(one for one in window.findChildren(Banner) if "Throw this run away?" in one.text)
        next(one for one in banner.findChildren(type(found.view.stop)) if one.text() == "Throw it away").click()
        qtbot.waitUntil(lambda: wished(folder), timeout=PATIENCE_MS)


def test_the_list_is_searched(qtbot: QtBot, workspace: Workspace, page: Callable[[], TunePage]) -> None:
    for name in ("House style", "Letters", "Straße"):
        kept(workspace, name)
    found = page()
    found.list.search.setText("STRASSE")
    qtbot.waitUntil(lambda: [one.title for one in found.list.rows] == ["Straße"], timeout=PATIENCE_MS)


def test_the_picture_follows_the_theme(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, page: Callable[..., TunePage]
) -> None:
    found = page(run=kept(workspace, "first").id)
    qtbot.waitUntil(lambda: found.view.chart._plot is not None, timeout=PATIENCE_MS)
    for name, tokens in (("dark", DARK), ("light", LIGHT)):
        window.shell.theme.apply(Settings(theme=name))
        assert found.view.chart._plot.backgroundBrush().color() == QColor(tokens.surface)
