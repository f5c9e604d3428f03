"""Question sets in a real window: made, edited, imported, exported, removed and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.compare.checks import read
from engine.compare.question_sets import QuestionSets
from engine.compare.questions import read_questions
from engine.task import Task
from engine.types import Arm
from engine.workspace import Workspace
from store import runs
from tests.chat.lora import write_adapter
from tests.chat.test_service import add_run
from tests.ui.scorecards import Settled, made_card, opened, press, question
from ui.main_window import MainWindow
from ui.pages.scorecard.page import ScorecardPage
from ui.widgets import Banner, Toast


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


def test_an_empty_workspace_offers_questions(page: ScorecardPage, qtbot: QtBot, settled: Settled) -> None:
    press(qtbot, page, "Use the sample questions")
    settled()
    assert page.bar.questions == "Sample questions"
    assert page.bar.chosen_arms() == (Arm.BASE, Arm.GROUNDED), "without a run there are no tuned arms"
    press(qtbot, page, "Edit the questions")
    settled()
    assert page.editor.model.rowCount() == 40


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
