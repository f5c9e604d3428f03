"""The Scorecard page in a real window: question sets edited, scored by a real model, stopped, continued, reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.compare.checks import read
from engine.compare.question_sets import QuestionSets
from engine.compare.questions import Question, read_questions
from engine.task import Task
from engine.types import FOUR_ARMS, Arm
from engine.workspace import Workspace
from store import runs, scores
from tests.chat.lora import write_adapter
from tests.chat.test_service import add_run
from tests.ui.conftest import PATIENCE_MS
from ui.main_window import MainWindow
from ui.pages.scorecard import reports
from ui.pages.scorecard.page import ScorecardPage
from ui.widgets import Banner, Text, Toast

Settled = Callable[[], None]
LEFT = Qt.MouseButton.LeftButton


def question(number: int, words: int = 3) -> Question:
    form = read({"check": "min_words", "words": words}, "form")
    facts = read({"check": "value", "accept": ["99 red balloons"]}, "facts")
    return Question(f"q{number}", f"Tell me story number {number}.", (form,), (facts,))


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


def opened(window: MainWindow, settled: Settled) -> ScorecardPage:
    window.show_page("scorecard")
    settled()
    assert isinstance(window.page, ScorecardPage)
    return window.page


def press(qtbot: QtBot, widget: QWidget, label: str) -> None:
    shown = [one for one in widget.findChildren(QPushButton) if one.isVisible() and one.text() == label]
    assert shown, f"no button {label!r}"
    qtbot.mouseClick(shown[0], LEFT)


def scored(page: ScorecardPage, qtbot: QtBot, settled: Settled) -> None:
    qtbot.waitUntil(lambda: page.work.runs, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not page.work.runs, timeout=PATIENCE_MS)
    settled()


def test_an_empty_workspace_offers_questions(page: ScorecardPage, qtbot: QtBot, settled: Settled) -> None:
    press(qtbot, page, "Use the sample questions")
    settled()
    assert page.bar.questions == "Sample questions"
    assert page.bar.chosen_arms() == (Arm.BASE, Arm.GROUNDED), "without a run there are no tuned arms"
    press(qtbot, page, "Edit the questions")
    settled()
    assert page.editor.model.rowCount() == 40


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
    qtbot.waitUntil(lambda: row.question.text in _texts(detail))
    told = "\n".join(_texts(detail))
    assert row.said[Arm.TUNED].answer.answer.strip() in told
    assert "It does not say “99 red balloons”." in told and "✓ form: passes its check" in told

    seen: list[Path] = []
    monkeypatch.setattr(reports, "show_file", seen.append)
    page.open_report()
    settled()
    assert "99 red balloons" in seen[0].read_text(encoding="utf-8")


def _texts(widget: QWidget) -> list[str]:
    return [one.text() for one in widget.findChildren(Text) if one.isVisible()]


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


def made_card(workspace: Workspace, sets: QuestionSets, count: int = 4) -> None:
    """A finished scorecard of the base arm, without a model having been asked."""
    sets.save("Made", [question(number) for number in range(count)])
    begun = workspace.scoring.begin("Made", arms=(Arm.BASE,))
    for number in range(count):
        answer = {"arm": "base", "answer": f"Story {number} of the fox", "adapter": None, "passages": [], "seed": 1}
        numbers = {"prompt_tokens": 1, "answer_tokens": 1, "first_token_s": 0.1, "tokens_per_s": 1.0}
        stored = json.dumps({**answer, **numbers, "stop_reason": "end"})
        row = scores.AnswerRow(begun.id, f"q{number}", "base", 1, number % 2, '{"form": [], "facts": ["No."]}', stored)
        scores.add(workspace.database, [row], 0.1)
    scores.finish(workspace.database, begun.id)


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


def test_a_question_is_written_with_its_checks_and_saves_itself(
    window: MainWindow, qtbot: QtBot, settled: Settled, sets: QuestionSets
) -> None:
    page = opened(window, settled)
    press(qtbot, page, "Write questions")
    settled()
    press(qtbot, page.editor, "Add question")
    settled()
    form = page.editor.form
    assert form.text.hasFocus(), "what is typed replaces the words that stand there"
    qtbot.keyClicks(form.text, "How heavy?")
    words = form.add("form", "max_words")
    qtbot.keyClicks(words.editors["words"], "ten")
    qtbot.waitUntil(lambda: "Not saved yet" in page.editor.state.text())
    assert words.fault.isVisible() and "not a whole number" in words.fault.text()
    words.editors["words"].setText("10")
    value = form.add("facts", "value")
    assert not value.fault.isVisible(), "nothing is wrong before one has typed"
    qtbot.keyClicks(value.editors["accept"], "2 kg")
    qtbot.keyClick(value.editors["accept"], Qt.Key.Key_Return)
    qtbot.keyClicks(value.editors["accept"], "2000 g")
    qtbot.waitUntil(lambda: page.editor.state.text().startswith("Saved"))
    (kept,) = sets.get(page.editor.name).questions
    assert (kept.text, kept.form) == ("How heavy?", (read({"check": "max_words", "words": 10}, "form"),))
    assert kept.facts == (read({"check": "value", "accept": ["2 kg", "2000 g"]}, "facts"),)
    assert page.editor.model.index(0, 0).data() == "How heavy?"
    found = sets.find("how heavy")
    assert found == kept
    words.remove_asked.emit()
    page.leave()
    settled()
    assert sets.get(page.editor.name).questions[0].form == ()


def test_questions_are_duplicated_deleted_and_taken_back(
    window: MainWindow, qtbot: QtBot, settled: Settled, sets: QuestionSets
) -> None:
    sets.save("s", [question(number) for number in range(3)])
    page = opened(window, settled)
    page.arrive(questions="s", question="q1")
    settled()
    editor = page.editor
    assert editor.table.currentIndex().row() == 1
    editor.duplicate()
    settled()
    assert [one.text[-2] for one in editor.model.questions] == ["0", "1", "2", "1"]
    editor.table.selectRow(0)
    editor.table.setFocus()
    qtbot.keyClick(editor.table, Qt.Key.Key_Delete)
    settled()
    assert len(sets.get("s").questions) == 3
    press(qtbot, window.findChildren(Toast)[-1], "Undo")
    settled()
    assert [one.id for one in sets.get("s").questions][:3] == ["q0", "q1", "q2"]


def test_what_is_typed_is_saved_before_another_question_is_shown(
    window: MainWindow, qtbot: QtBot, settled: Settled, sets: QuestionSets
) -> None:
    sets.save("s", [question(number) for number in range(3)])
    page = opened(window, settled)
    page.edit("s")
    settled()
    page.editor.form.text.setPlainText("Changed?")
    page.editor.table.selectRow(2)
    page.editor.form.text.setPlainText("  ")
    page.editor.table.selectRow(1)
    settled()
    assert [one.text for one in sets.get("s").questions] == ["Changed?", question(1).text, question(2).text]
    assert "was not saved: the question is empty" in window.findChildren(Toast)[-1].text


def test_ctrl_f_goes_to_the_search_of_what_is_in_view(
    window: MainWindow, qtbot: QtBot, settled: Settled, sets: QuestionSets
) -> None:
    sets.save("s", [question(number) for number in range(3)])
    page = opened(window, settled)
    page.edit("s")
    settled()
    window.activateWindow()
    qtbot.keyClick(page.editor.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.editor.search.hasFocus()
    qtbot.keyClicks(page.editor.search, "number 2")
    qtbot.waitUntil(lambda: page.editor.model.rowCount() == 1)
    assert page.editor.form.text.toPlainText() == question(2).text


def test_files_are_dropped_exported_and_refused(
    page: ScorecardPage,
    window: MainWindow,
    settled: Settled,
    sets: QuestionSets,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sets.save("one", [question(1)])
    source, copy = sets.export("one", tmp_path / "fragen 空.jsonl"), tmp_path / "copy.jsonl"
    assert page.dropped([source]) and not page.dropped([tmp_path / "x.pdf"])
    settled()
    assert page.bar.questions == "fragen 空"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(copy), ""))
    page.sets.export("fragen 空")
    settled()
    assert read_questions(copy).questions == (question(1),)
    copy.write_text("{", encoding="utf-8")
    page.sets.take(copy)
    settled()
    assert "copy.jsonl, line 1" in window.findChildren(Banner)[-1].text


def test_a_set_is_renamed_removed_and_taken_back(
    window: MainWindow, qtbot: QtBot, settled: Settled, sets: QuestionSets, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets.save("old", [question(1)])
    page = opened(window, settled)
    monkeypatch.setattr("ui.pages.scorecard.sets.QInputDialog.getText", lambda *_, **__: ("new", True))
    page.sets.rename("old")
    settled()
    assert page.bar.questions == "new"
    page.sets.remove("new")
    settled()
    assert sets.list() == []
    press(qtbot, window.findChildren(Toast)[-1], "Undo")
    settled()
    assert page.bar.questions == "new"


def test_hostile_text_stays_text(
    window: MainWindow, workspace: Workspace, settled: Settled, run: runs.Run, sets: QuestionSets
) -> None:
    nasty = '<img src="http://127.0.0.1:9/x.png"><b>\u202e&amp;</b> %n {0} ' + "long " * 2000
    made_card(workspace, sets, count=1)
    workspace.database.run("UPDATE scored_answers SET answer = json_set(answer, '$.answer', ?)", [nasty])
    sets.add("Made", nasty)
    page = opened(window, settled)
    page.edit("Made", "q2")
    settled()
    assert page.editor.form.text.toPlainText() == nasty.strip()
    window.grab()


def test_the_picture_tells_the_numbers_of_the_mark_under_the_mouse(page: ScorecardPage, qtbot: QtBot) -> None:
    picture = page.view.picture
    assert picture._unscaled(QRectF(picture.rect()).center()).toPoint() == QPoint(274, 270)
    assert picture.heightForWidth(400) < 400


def test_reports_are_opened_by_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: asked.append(url.toLocalFile()))
    reports.show_file(tmp_path / "ü 空.html")
    assert asked == [str(tmp_path / "ü 空.html")]
