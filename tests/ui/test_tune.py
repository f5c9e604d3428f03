"""The Tune page in the real window: the sentence, and real training from its button to Chat."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from engine.process import ROOT
from engine.task import Task
from engine.tune.recipe import Recipe
from engine.workspace import Workspace
from tests.tune.test_background import end_background
from tests.tune.test_service import SMALL, data, model, stories
from tests.ui.conftest import PATIENCE_MS
from tests.ui.tuned import Settled, page, texts
from ui.main_window import MainWindow
from ui.pages.tune.page import TunePage
from ui.widgets import Banner

__all__ = ["model", "page"]  # fixtures


def test_without_examples_it_says_what_to_do(qtbot: QtBot, window: MainWindow, page: Callable[[], TunePage]) -> None:
    found = page()
    assert found.form.empty.isVisible()
    assert "No examples yet" in texts(found)
    with qtbot.waitSignal(window.shell.asked_page) as asked:
        found.form.asked_examples.emit()
    assert asked.args == ["examples", {}]


def test_the_sentence_says_what_it_needs(
    qtbot: QtBot, workspace: Workspace, page: Callable[[], TunePage], settled: Settled
) -> None:
    data(workspace, stories(120), "Replies 空")
    found = page()
    form = found.form
    qtbot.waitUntil(lambda: "It fits" in form.need.text(), timeout=PATIENCE_MS)
    assert form.data.currentText() == "Replies 空 (120 examples)"
    assert form.start.isEnabled()
    assert "four passes" in form.words.text()
    form.presets.chosen.emit("thorough")
    assert form.fields.recipe() == Recipe.preset("thorough")
    rate = form.fields.control("learning_rate")
    assert isinstance(rate, QLineEdit)
    form.fold.head.click()
    rate.setFocus()
    rate.selectAll()
    qtbot.keyClicks(rate, "7")
    qtbot.waitUntil(lambda: "learning rate cannot be 7" in form.need.text().replace("_", " "), timeout=PATIENCE_MS)
    assert not form.start.isEnabled()
    assert "0.1" in form.warnings.text()
    assert form.presets.key == ""
    form.choose_preset("quick")
    qtbot.waitUntil(form.start.isEnabled, timeout=PATIENCE_MS)


def test_every_setting_has_a_control_that_explains_itself(page: Callable[[], TunePage]) -> None:
    form = page().form
    for field in dataclasses.fields(Recipe):
        control = form.fields.control(field.name)
        assert control.accessibleName()
        assert field.metadata["explain"] in control.accessibleDescription()
    for name in ("quick", "balanced", "thorough"):
        form.choose_preset(name)
        assert form.fields.recipe() == Recipe.preset(name)


def test_an_earlier_version_of_the_examples_can_be_taken(
    qtbot: QtBot, workspace: Workspace, page: Callable[[], TunePage]
) -> None:
    data(workspace, stories(120), "replies")
    data(workspace, stories(130), "replies")
    found = page()
    form = found.form
    assert form.data.itemText(0) == "replies (130 examples)"
    assert form.data.itemText(1).endswith("(120 examples)")
    form.data.setCurrentIndex(1)
    qtbot.waitUntil(form.start.isEnabled, timeout=PATIENCE_MS)
    form.started.disconnect(found.deeds.start)
    with qtbot.waitSignal(form.started) as started:
        form.start.click()
    assert workspace.datasets.get(started.args[0]).rows == 120


def test_too_little_memory_offers_less(
    qtbot: QtBot, workspace: Workspace, page: Callable[[], TunePage], monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine import machine

    here = machine.look()
    monkeypatch.setattr(machine, "look", lambda folder=None: dataclasses.replace(here, free_memory=10**8, gpus=()))
    data(workspace, stories(120), "replies")
    form = page().form
    qtbot.waitUntil(lambda: "does not fit" in form.need.text(), timeout=PATIENCE_MS)
    qtbot.mouseClick(form.smaller, Qt.MouseButton.LeftButton)
    assert (form.fields.recipe().batch, form.fields.recipe().accumulation) == (4, 2)


def test_from_the_button_to_chat(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, model: str, page: Callable[[], TunePage]
) -> None:
    """Real training, watched on the page, of a real small model."""
    data(workspace, stories(24), "replies")
    found = page()
    form = found.form
    form.model.setCurrentIndex(form.model.findData(model))
    form.fields.show_recipe(SMALL.with_settings(["max_steps=4", "eval_every=2"]))
    form.name.setText("House style")
    qtbot.waitUntil(form.start.isEnabled, timeout=PATIENCE_MS)
    qtbot.mouseClick(form.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: found.view.isVisible() and found.view.stop.isVisible(), timeout=PATIENCE_MS)
    assert found.view.title.text() == "House style"
    qtbot.waitUntil(lambda: found.view.chat.isVisible(), timeout=4 * PATIENCE_MS)
    said = texts(found)
    assert "Gate passed: the model in chat is the model that was trained." in said
    assert "4 / 4" in said
    assert "step 4" in said and "step 2" in said and "before" in said  # the sample answers
    assert [one.title for one in found.list.rows] == ["House style"]
    with qtbot.waitSignal(window.shell.asked_page) as asked:
        qtbot.mouseClick(found.view.chat, Qt.MouseButton.LeftButton)
    assert asked.args == ["chat", {"run": workspace.tuning.get().id}]


def test_a_killed_trainer_is_said_and_one_click_goes_on(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, model: str, page: Callable[[], TunePage]
) -> None:
    name = data(workspace, stories(24), "replies")
    found = page()
    found.deeds.start(name, model, SMALL.with_settings(["max_steps=4000", "save_every=2", "samples=0"]), "Unlucky")
    qtbot.waitUntil(lambda: len(steps(found)) > 4, timeout=2 * PATIENCE_MS)
    child = next(one for one in workspace._children if one.module == "engine.tune.child" and one.pid)
    child.kill()
    qtbot.waitUntil(found.view.resume.isVisible, timeout=PATIENCE_MS)
    assert "It can be resumed from its last checkpoint." in found.view.state.text()
    assert any("ended unexpectedly" in one.text for one in window.findChildren(Banner))
    before = steps(found)[-1]
    qtbot.mouseClick(found.view.resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: steps(found)[-1] > before + 2, timeout=2 * PATIENCE_MS)
    assert steps(found) == list(range(1, steps(found)[-1] + 1))  # nothing lost, nothing twice
    qtbot.mouseClick(found.view.discard, Qt.MouseButton.LeftButton)
    banner = next(one for one in window.findChildren(Banner) if "Throw this run away?" in one.text)
    next(one for one in banner.findChildren(QPushButton) if one.text() == "Throw it away").click()
    qtbot.waitUntil(lambda: not found.list.rows, timeout=2 * PATIENCE_MS)
    assert list((workspace.folder / "runs").iterdir()) == []


def steps(page: TunePage) -> list[int]:
    """The steps that the picture shows."""
    return list(page.view.shown.curve.steps) if page.view.shown else []


def test_left_training_when_the_window_closes(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, model: str, page: Callable[[], TunePage],
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    """The question at closing, answered with “in the background”: the run goes on in a process of its own."""
    name = data(workspace, stories(24), "replies")
    found = page()
    recipe = SMALL.with_settings(["max_steps=4000", "save_every=0", "samples=0"])
    found.deeds.start(name, model, recipe, "Left alone")
    qtbot.waitUntil(lambda: bool(found.view.shown and found.view.shown.curve.last), timeout=2 * PATIENCE_MS)

    def answer(box: QMessageBox) -> int:
        button = next(one for one in box.buttons() if one.text() == "Go on in the background")
        monkeypatch.setattr(QMessageBox, "clickedButton", lambda _: button)
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    request.addfinalizer(partial(end_background, workspace.tuning.get().id))
    window.close()
    assert window.isHidden()
    qtbot.waitUntil(lambda: not window.shell.bridge.jobs.active, timeout=2 * PATIENCE_MS)
    run = workspace.tuning.get("Left alone")
    assert workspace.tuning.elsewhere(run)
    window.show()
    found.shown()
    far = workspace.tuning.story(run).read_on().steps[-1]
    qtbot.waitUntil(lambda: "also when this window is closed" in found.view.state.text(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: found.view.shown.curve.steps[-1] > far, timeout=2 * PATIENCE_MS)
    qtbot.mouseClick(found.view.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(found.view.chat.isVisible, timeout=2 * PATIENCE_MS)
    assert workspace.tuning.get(run.id).state == "stopped"
    assert found.view.resume.isVisible()


def test_export_writes_what_was_chosen(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, model: str, page: Callable[..., TunePage], tmp_path: Path,
    settled: Settled,
) -> None:  # fmt: skip
    run = workspace.tuning.start(data(workspace, stories(20)), model, Task(), recipe=SMALL)
    found = page(run=run.id)
    found.deeds.export_to(run, "adapter", tmp_path / "out")
    settled()
    assert (tmp_path / "out" / "formfact.json").exists()
    assert any("Exported to" in one.text for one in window.findChildren(Banner))


def test_the_page_is_light_until_a_chart_is_drawn() -> None:
    script = "import sys, ui.pages.tune.page; print('pyqtgraph' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"
