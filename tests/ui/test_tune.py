"""The Tune page in the real window: the sentence, a run while it goes, what is kept, what is compared."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from engine import events
from engine.process import ROOT
from engine.settings import Settings
from engine.task import Task
from engine.tune.holding import held
from engine.tune.journal import FILE, Journal
from engine.tune.recipe import Recipe
from engine.tune.wishes import STOP, wished
from engine.workspace import Workspace
from store import runs as rows
from store.runs import Run
from tests.tune.test_background import end_background
from tests.tune.test_service import SMALL, data, model, stories
from tests.ui.conftest import PATIENCE_MS
from ui.main_window import MainWindow
from ui.pages.tune.page import TunePage
from ui.theme.tokens import DARK, LIGHT
from ui.widgets import Banner, Toast

__all__ = ["model"]  # a fixture

GATE = {
    "passed": True, "cause": "", "quantised": False, "tokens": True, "base": {"error": 1e-3, "top1": 1.0},
    "tuned": {"error": 2e-3, "top1": 1.0}, "effect": 0.4,
}  # fmt: skip
Settled = Callable[[], None]


def kept(workspace: Workspace, name: str, state: str = "done", steps: int = 20, **recipe: Any) -> Run:
    """A run as if it had been through, with its journal."""
    totals = {"step": steps, "steps": 20, "seconds": 12.0, "tokens": 900, "held_out": [[steps, 1 / steps]]}
    run = Run(
        id=f"run-{name}", name=name, state=state, model="starter", base_sha256="0" * 64, dataset="replies",
        dataset_version="1" * 64, recipe=dataclasses.replace(Recipe.preset("balanced"), **recipe).toml(),
        adapter=f"runs/run-{name}/adapter.gguf", adapter_sha256="2" * 64,
        gate=json.dumps(GATE) if state == "done" else "{}",
        metrics=json.dumps(totals), created_at=f"2026-01-02T00:00:{len(workspace.tuning.list()):02}+00:00",
    )  # fmt: skip
    folder = workspace.tuning.folder(run)
    folder.mkdir(parents=True)
    rows.insert(workspace.database, run)
    journal = Journal(folder / FILE, Task())
    journal.tell(events.Estimated(20, 1.0, 2.0, 10**9))
    journal.tell(events.Sample(0, "Who are you?", "A model."))
    for number in range(1, steps + 1):
        journal.tell(step(number))
    journal.tell(events.Evaluated(steps, 1 / steps))
    journal.tell(events.Sample(steps, "Who are you?", "Dear customer,\nI am a model."))
    journal.close()
    return run


def step(number: int) -> events.TrainStep:
    return events.TrainStep(number, 20, 4 / number, 1e-3, 400.0, 10**9, 20.0 - number, number * 45, 61.0, 2 * 10**9)


@pytest.fixture
def page(window: MainWindow, settled: Settled) -> Callable[[], TunePage]:
    """Opens the page; what was put into the workspace before is there."""

    def open_page(**arguments: Any) -> TunePage:
        window.resize(1280, 800)
        window.shell.go("tune", **arguments)
        settled()
        found = window.findChild(TunePage)
        assert isinstance(found, TunePage)
        return found

    return open_page


def texts(page: TunePage) -> str:
    """Everything that can be read on the page."""
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def row(page: TunePage, number: int) -> QPoint:
    view = page.list.view
    return view.visualRect(view.model().index(number, 0)).center()


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
