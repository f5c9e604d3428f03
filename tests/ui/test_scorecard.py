"""The Scorecard page in a real window: scored by a real model, stopped, continued, searched, reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from engine.compare.question_sets import QuestionSets
from engine.task import Task
from engine.types import FOUR_ARMS, Arm
from engine.workspace import Workspace
from store import runs, scores
from tests.chat.lora import write_adapter
from tests.chat.test_service import add_run
from tests.ui.conftest import PATIENCE_MS
from tests.ui.scorecards import LEFT, Settled, made_card, opened, press, question, texts
from ui.main_window import MainWindow
from ui.pages.scorecard import reports
from ui.pages.scorecard.page import ScorecardPage
from ui.widgets import Toast


@pytest.fixture
def run(workspace: Workspace, shared_data: Path, tmp_path: Path) -> runs.Run:
    """A finished run of a very small model."""
    gguf = shared_data / "models/stories260k/derived/stories260K-f32-v3.gguf"
    model = workspace.models.add(str(gguf), Task(), name="stories")
    return add_run(workspace, model, write_adapter(gguf, tmp_path / "adapter.gguf"))


@pytest.fixture
def sets(workspace: Workspace) -> QuestionSets:
    return workspace.question_sets


@pytest.fixture
def page(window: MainWindow, settled: Settled) -> ScorecardPage:
    return opened(window, settled)


def scored(page: ScorecardPage, qtbot: QtBot, settled: Settled) -> None:
    qtbot.waitUntil(lambda: page.work.runs, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not page.work.runs, timeout=PATIENCE_MS)
    settled()


def test_four_arms_are_scored_shown_and_reported(
    window: MainWindow,
    qtbot: QtBot,
    settled: Settled,
    run: runs.Run,
    sets: QuestionSets,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sets.save("Stories", [question(number) for number in range(3)])
    page = opened(window, settled)
    press(qtbot, page, "Score the questions")
    scored(page, qtbot, settled)
    shown = page.view.shown
    assert shown and shown.card.arms == FOUR_ARMS and len(shown.card.scored) == 12
    assert len(shown.marks) == 4 and page.view.picture.isVisible()
    assert "Not enough evidence" in page.view.verdict.text()
    assert "form 100 % (" in page.view.picture.accessibleDescription()
    assert page.history.list.count() == 1 and not page.view.go_on.isVisible()

    table = page.view.answers.table
    window.resize(1280, 800)
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(1, 0)).center())
    detail, row = page.view.answers.detail, page.view.answers.model.rows[1]
    qtbot.waitUntil(lambda: row.question.text in texts(detail))
    told = "\n".join(texts(detail))
    assert row.said[Arm.TUNED].answer.answer.strip() in told
    assert "It does not say “99 red balloons”." in told and "✓ form: passes its check" in told

    seen: list[Path] = []
    monkeypatch.setattr(reports, "show_file", seen.append)
    page.open_report()
    settled()
    assert "99 red balloons" in seen[0].read_text(encoding="utf-8")


def test_a_scoring_is_stopped_and_goes_on_where_it_was(
    window: MainWindow, workspace: Workspace, qtbot: QtBot, settled: Settled, run: runs.Run, sets: QuestionSets
) -> None:
    sets.save("Stories", [question(number) for number in range(12)])
    page = opened(window, settled)
    page.work.moved.connect(lambda event: page.stop() if event.done >= 2 else None)
    window.actions_offered()[0].run()
    scored(page, qtbot, settled)
    (half,) = workspace.scoring.summaries()
    assert half.state == "running" and 2 <= half.answered < 12
    assert "of 12 questions answered" in page.view.about.text()
    assert "stopped at" in page.history.list.item(0).text()
    before = scores.answers(workspace.database, half.id)
    page.work.moved.disconnect()
    qtbot.mouseClick(page.view.go_on, LEFT)
    scored(page, qtbot, settled)
    (whole,) = workspace.scoring.summaries()
    assert (whole.id, whole.state, whole.answered) == (half.id, "done", 12)
    assert scores.answers(workspace.database, half.id)[: len(before)] == before
    assert not page.view.go_on.isVisible()


def test_a_child_that_dies_is_said_and_scoring_goes_on(
    window: MainWindow, workspace: Workspace, qtbot: QtBot, settled: Settled, run: runs.Run, sets: QuestionSets
) -> None:
    sets.save("Stories", [question(number) for number in range(12)])
    page = opened(window, settled)
    page.work.moved.connect(lambda event: workspace.chat_child.kill() if event.done == 2 else None)
    page.bar.go.click()
    scored(page, qtbot, settled)
    assert "ended unexpectedly" in page.bar.fault.text() and page.bar.fault.isVisible()
    assert page.view.go_on.isVisible()
    page.work.moved.disconnect()
    qtbot.mouseClick(page.view.go_on, LEFT)
    scored(page, qtbot, settled)
    assert workspace.scoring.summaries()[0].state == "done" and not page.bar.fault.isVisible()


def test_what_cannot_be_scored_is_said_under_the_choices(
    window: MainWindow, qtbot: QtBot, settled: Settled, sets: QuestionSets
) -> None:
    sets.add("Bare", "Why?")
    page = opened(window, settled)
    page.bar.go.click()
    settled()
    assert page.bar.fault.isVisible() and "No question of “Bare” has a check." in page.bar.fault.text()
    assert not page.work.runs


def test_search_and_models(
    window: MainWindow, workspace: Workspace, qtbot: QtBot, settled: Settled, run: runs.Run, sets: QuestionSets
) -> None:
    made_card(workspace, sets)
    page = opened(window, settled)
    answers = page.view.answers
    QAbstractItemModelTester(answers.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    QAbstractItemModelTester(page.editor.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert answers.model.rowCount() == 4 and not page.view.picture.isHidden()
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(answers.search, "story 2 of")
    qtbot.waitUntil(lambda: answers.model.rowCount() == 1)
    answers.search.setText("nothing like it")
    qtbot.waitUntil(lambda: answers.model.rowCount() == 0)
    assert answers.detail.isHidden()
    answers.search.clear()
    qtbot.waitUntil(lambda: answers.model.rowCount() == 4)
    assert not answers.filter._buttons["differ"].isEnabled()


def test_a_scorecard_is_removed_and_taken_back(
    window: MainWindow, workspace: Workspace, qtbot: QtBot, settled: Settled, run: runs.Run, sets: QuestionSets
) -> None:
    made_card(workspace, sets)
    page = opened(window, settled)
    page.history.list.setFocus()
    qtbot.keyClick(page.history.list, Qt.Key.Key_Delete)
    settled()
    assert workspace.scoring.summaries() == [] and page.view.isHidden()
    press(qtbot, window.findChildren(Toast)[-1], "Undo")
    settled()
    assert len(workspace.scoring.summaries()) == 1 and page.view.isVisible()


def test_the_picture_tells_the_numbers_of_the_mark_under_the_mouse(page: ScorecardPage, qtbot: QtBot) -> None:
    picture = page.view.picture
    assert picture._unscaled(QRectF(picture.rect()).center()).toPoint() == QPoint(274, 270)
    assert picture.heightForWidth(400) < 400


def test_reports_are_opened_by_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: asked.append(url.toLocalFile()))
    reports.show_file(tmp_path / "ü 空.html")
    assert asked == [str(tmp_path / "ü 空.html")]
