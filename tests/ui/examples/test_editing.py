"""The Examples page: writing, changing, duplicating, deleting, undoing; nothing is lost."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from engine.types import Message
from engine.workspace import Workspace
from tests.ui.conftest import PATIENCE_MS
from tests.ui.examples.steps import PAIRS, Settled, answer_in_editor, opened, press, questions, undo
from ui.main_window import MainWindow
from ui.pages.examples.page import ExamplesPage


def test_the_first_example_is_written(qtbot: QtBot, window: MainWindow, settled: Settled, workspace: Workspace) -> None:
    page = opened(window, settled)
    page.view.side.add()
    question, answer = (turn.text for turn in page.view.side.editor._turns)
    qtbot.keyClicks(question, "Why?")
    press(qtbot, question, Qt.Key.Key_Return, control=True)
    settled()
    assert "no answer" in page.view.side.editor._fault.text()
    assert workspace.datasets.list() == []
    qtbot.keyClicks(answer, "Because.")
    press(qtbot, answer, Qt.Key.Key_Return, control=True)
    settled()
    assert questions(page.view) == ["Why?"]
    assert not page.view.side.editor.dirty


def test_an_edit_is_saved_when_one_goes_on_and_can_be_undone(
    qtbot: QtBot, window: MainWindow, page: ExamplesPage, workspace: Workspace, settled: Settled
) -> None:
    view = page.view
    press(qtbot, view.table, Qt.Key.Key_Return)
    text = view.side.editor._turns[1].text
    text.selectAll()
    qtbot.keyClicks(text, "Three years.")
    assert view.side.editor.dirty
    press(qtbot, text, Qt.Key.Key_Return, control=True)  # saves and goes on
    settled()
    assert view.table.rows.rows[0].answer == "Three years."
    assert view.side.editor.draft and view.side.editor.draft.messages[0].content == "Who are you?"
    assert workspace.datasets.examples("lamps")[0].messages[1].content == "Three years."
    undo(qtbot, window)
    qtbot.waitUntil(lambda: view.table.rows.rows[0].answer == "Two years.", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: answer_in_editor(view) == "Two years.", timeout=PATIENCE_MS)


def test_looking_changes_no_letter(
    qtbot: QtBot, window: MainWindow, page: ExamplesPage, workspace: Workspace, settled: Settled
) -> None:
    odd = "a\u00a0b\r\nc\u2028d\te\u200d\ufeff"
    made = workspace.datasets.add("lamps", [Message("user", odd), Message("assistant", odd)])
    version = workspace.datasets.get("lamps").version
    window.shell.go("examples", dataset="lamps", position=3)
    settled()
    assert not page.view.side.editor.dirty
    page.view.table.go(0)
    settled()
    assert workspace.datasets.get("lamps").version == version
    page.view.table.go(3)
    qtbot.waitUntil(lambda: answer_in_editor(page.view) == odd, timeout=PATIENCE_MS)
    qtbot.keyClicks(page.view.side.editor._turns[1].text, "x")
    page.view.side.save()
    settled()
    assert workspace.datasets.example(made).messages[1].content == "x" + odd.replace("\r\n", "\n")


def test_what_cannot_be_learnt_is_not_saved_and_not_lost(
    qtbot: QtBot, window: MainWindow, page: ExamplesPage, settled: Settled
) -> None:
    view = page.view
    view.side.editor._turns[1].text.setPlainText(" ")
    view.table.step(1)
    settled()
    [banner] = window._shown_banners()
    assert "no answer" in banner.text
    assert view.table.rows.rows[0].answer == "Two years."
    back = next(button for button in banner.findChildren(QPushButton) if button.text() == "Back to it")
    back.click()
    assert answer_in_editor(view) == " "
    view.side.editor.revert()


def test_delete_and_undo_by_keys(qtbot: QtBot, window: MainWindow, page: ExamplesPage, settled: Settled) -> None:
    view = page.view
    view.table.setFocus()
    view.table.selectAll()
    press(qtbot, view.table, Qt.Key.Key_Delete)
    settled()
    assert questions(view) == []
    assert view.side.editor.draft is None
    undo(qtbot, window)
    settled()
    assert questions(view) == [q for q, _ in PAIRS]


def test_delete_in_a_text_deletes_a_letter(qtbot: QtBot, page: ExamplesPage, settled: Settled) -> None:
    press(qtbot, page.view.table, Qt.Key.Key_Return)
    press(qtbot, page.view.side.editor._turns[0].text, Qt.Key.Key_Delete)
    settled()
    assert len(questions(page.view)) == 3
    assert page.view.side.editor._turns[0].text.toPlainText() == "ow long is the warranty?"


def test_duplicate(qtbot: QtBot, page: ExamplesPage, settled: Settled) -> None:
    press(qtbot, page.view.table, Qt.Key.Key_D, control=True)
    settled()
    assert questions(page.view)[:2] == ["How long is the warranty?"] * 2
    assert page.view.table.currentIndex().row() == 1


def test_closing_saves_what_was_edited(page: ExamplesPage, workspace: Workspace) -> None:
    page.view.side.editor._turns[1].text.setPlainText("Ten years.")
    assert page.leave() == ""
    assert workspace.datasets.examples("lamps")[0].messages[1].content == "Ten years."
    page.view.side.editor._turns[1].text.setPlainText("")
    assert "cannot be saved" in page.leave()
    page.view.side.add()
    page.view.side.editor._turns[0].text.setPlainText("Half a question")
    assert "not been added" in page.leave()
    page.view.side.editor.revert()
    assert page.leave() == ""
