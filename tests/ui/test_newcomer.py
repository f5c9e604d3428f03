"""A newcomer's hour, in the real window with real children: from the first start to a report, and a restart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPlainTextEdit
from pytestqt.qtbot import QtBot

from engine import resources, sample
from engine.types import Arm
from ui.app import App
from ui.bridge import PERIOD_MS
from ui.main_window import MainWindow
from ui.pages.chat.page import ChatPage
from ui.pages.examples.page import ExamplesPage
from ui.pages.scorecard.page import ScorecardPage
from ui.pages.tune.page import TunePage

PATIENCE_MS = 300_000
KNOWN = "How long is the refund window?"
NEW_DOCUMENT = "# Parking\n\nThe Velora garage is beside the shop. The parking fee of the Velora garage is 7 euros.\n"
NEW_QUESTION = "What is the parking fee of the Velora garage?"


class Newcomer:
    """Someone who clicks through the window, one step after another."""

    def __init__(self, app: App, qtbot: QtBot) -> None:
        self.app, self._qtbot = app, qtbot

    @property
    def window(self) -> MainWindow:
        assert self.app.window
        return self.app.window

    @property
    def chat(self) -> ChatPage:
        self.window.show_page("chat")
        assert isinstance(self.window.page, ChatPage)
        return self.window.page

    def start(self) -> None:
        assert self.app.open(self.app.usual())
        self._qtbot.waitExposed(self.window)

    def until(self, true: object) -> None:
        assert callable(true)
        self._qtbot.waitUntil(true, timeout=PATIENCE_MS)

    def rest(self) -> None:
        """Wait until nothing runs and all reads have arrived."""
        bridge = self.window.shell.bridge
        for _ in range(3):  # what the end of a job or a read asked for, too
            self.until(lambda: not bridge.jobs.active and not bridge.reads)
            self._qtbot.wait(2 * PERIOD_MS)

    def do(self, key: str) -> None:
        """Do an action of the page in view, as its key or the palette does."""
        action = next(one for one in self.window.actions_offered() if one.key == key)
        assert action.enabled(), key
        action.run()

    def drop(self, *paths: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        self.window.dropEvent(QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, button, key))

    def ask(self, question: str) -> None:
        page = self.chat
        page.box.put(question)
        QTest.keyClick(page.box.field, Qt.Key.Key_Return)
        self.until(lambda: not page.busy and page.turns.current is not None and page.turns.current.turn is not None)
        self.rest()

    def see(self, arm: Arm) -> str:
        """Flip to an arm and read its answer."""
        page = self.chat
        self.do(f"chat.{arm}")
        self.rest()
        assert page.turns.current
        return page.turns.current.stage.panes[0].text


@pytest.fixture
def newcomer(qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newcomer]:
    monkeypatch.setenv("FORMFACT_WORKSPACE", str(tmp_path / "Formfact"))
    person = Newcomer(App(), qtbot)
    yield person
    person.app.close()


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_newcomers_path(newcomer: Newcomer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newcomer.start()
    base = _while_the_sample_is_prepared(newcomer)
    _first_toggle(newcomer, base)
    _own_documents(newcomer, tmp_path)
    run = _own_examples_and_tuning(newcomer, tmp_path)
    _scorecard_and_report(newcomer, tmp_path, monkeypatch)
    _after_a_restart(newcomer, run)


def _while_the_sample_is_prepared(newcomer: Newcomer) -> str:
    """Chat works at once, with the arms that there are."""
    page = newcomer.chat
    assert sample.wanted(newcomer.window.shell.workspace)
    newcomer.do("chat.base")
    page.ask(KNOWN)
    newcomer.until(lambda: not page.busy and page.turns.current is not None and page.turns.current.turn is not None)
    assert page.turns.current
    assert sample.wanted(newcomer.window.shell.workspace), "it was not answered while the sample was prepared"
    return page.turns.current.stage.panes[0].text


def _first_toggle(newcomer: Newcomer, base: str) -> None:
    """The sample is ready: four arms, four answers, flipped in place."""
    newcomer.rest()
    assert not sample.wanted(newcomer.window.shell.workspace)
    said = {arm: newcomer.see(arm) for arm in (Arm.TUNED, Arm.GROUNDED, Arm.BOTH, Arm.BASE)}
    assert said[Arm.BASE] == base
    assert "Brightwell" in said[Arm.TUNED] and "Brightwell" in said[Arm.BOTH]
    assert "Brightwell" not in said[Arm.GROUNDED]
    assert "30 days" in said[Arm.GROUNDED]


def _own_documents(newcomer: Newcomer, tmp_path: Path) -> None:
    """A folder is dropped; a grounded answer rests on it, and the cited place opens."""
    folder = tmp_path / "my documents"
    folder.mkdir()
    (folder / "parking.md").write_text(NEW_DOCUMENT, encoding="utf-8")
    newcomer.window.show_page("documents")
    newcomer.drop(folder)
    newcomer.rest()
    assert "parking.md" in [one.name for one in newcomer.window.shell.workspace.documents.list()]
    page = newcomer.chat
    newcomer.do("chat.new")
    newcomer.ask(NEW_QUESTION)
    newcomer.see(Arm.GROUNDED)
    assert page.turns.current and page.turns.current.turn
    passages = page.turns.current.turn.passages
    assert passages[0].document == "parking.md"
    page.side.open(passages[0])
    newcomer.rest()
    assert page.side.viewing
    newcomer.until(lambda: any("7 euros" in view.toPlainText() for view in page.side.findChildren(QPlainTextEdit)))


def _own_examples_and_tuning(newcomer: Newcomer, tmp_path: Path) -> str:
    """A dataset is imported through the wizard and tuned on; its run is tried in chat."""
    file = tmp_path / "shouting.jsonl"
    known = resources.SAMPLE.joinpath("examples.jsonl").read_text(encoding="utf-8").splitlines()[:40]
    turns = [json.loads(line)["messages"] for line in known]
    rows = [{"prompt": t[-2]["content"], "completion": t[-1]["content"].upper()} for t in turns]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    newcomer.window.show_page("examples")
    newcomer.drop(file)
    newcomer.rest()
    examples = newcomer.window.page
    assert isinstance(examples, ExamplesPage)
    examples.wizard._go.click()
    newcomer.rest()
    assert "shouting" in [one.name for one in newcomer.window.shell.workspace.datasets.list()]
    newcomer.window.shell.go("tune", data="shouting")
    newcomer.rest()
    tune = newcomer.window.page
    assert isinstance(tune, TunePage)
    assert tune.form.data.currentText().startswith("shouting")
    tune.form.choose_preset("quick")
    newcomer.rest()
    tune.form.start.click()
    newcomer.rest()
    run = newcomer.window.shell.workspace.tuning.get(None)
    assert (run.dataset, run.state) == ("shouting", "done"), run.note
    newcomer.window.shell.go("chat", run=run.id)
    newcomer.do("chat.new")
    newcomer.ask(KNOWN)
    newcomer.see(Arm.TUNED)
    newcomer.see(Arm.BOTH)
    return run.id


def _scorecard_and_report(newcomer: Newcomer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question set is dropped, scored and reported."""
    file = tmp_path / "three questions.jsonl"
    lines = (resources.SAMPLE / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:3]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    newcomer.window.show_page("scorecard")
    newcomer.drop(file)
    newcomer.rest()
    page = newcomer.window.page
    assert isinstance(page, ScorecardPage)
    newcomer.do("scorecard.score")
    newcomer.rest()
    assert page.view.shown and len(page.view.shown.card.scored) == 12
    target = tmp_path / "report.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(target), ""))
    newcomer.do("scorecard.save")
    newcomer.rest()
    assert "<html" in target.read_text(encoding="utf-8")


def _after_a_restart(newcomer: Newcomer, run: str) -> None:
    """Everything is there."""
    newcomer.window.close()
    newcomer.app = App()
    newcomer.start()
    newcomer.rest()
    workspace = newcomer.window.shell.workspace
    assert not sample.wanted(workspace)
    assert {one.name for one in workspace.datasets.list()} >= {sample.DATASET, "shouting"}
    assert run in [one.id for one in workspace.tuning.list()]
    assert len(workspace.scoring.list()) == 1
    titles = [one.title for one in workspace.conversations.list()]
    assert len(titles) == 3 and NEW_QUESTION in titles
    page = newcomer.chat
    assert page.turns.current and page.turns.current.turn
    assert set(page.turns.current.turn.answers) >= {Arm.TUNED, Arm.BOTH}
