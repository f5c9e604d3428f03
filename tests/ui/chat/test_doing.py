"""What can be done with a question and its answers; nothing of it loses anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from engine.types import Arm, Sampling
from engine.workspace import Workspace
from tests.ui.chat.steps import QUESTION, answered, ask, panes, press
from ui.main_window import MainWindow
from ui.pages.chat.page import ChatPage
from ui.widgets import Banner


def test_history_goes_on_from_the_chosen_arm(qtbot: QtBot, page: ChatPage, workspace: Workspace) -> None:
    first = ask(qtbot, page)
    press(page, "Base")
    answered(qtbot, page)
    assert first.turn
    base = first.turn.answers[Arm.BASE].answer
    second = ask(qtbot, page, "And for lamps?")
    assert second.turn and base in second.turn.comparison.history
    assert len(page.turns.views) == 2
    assert [one.turns for one in workspace.conversations.list()] == [2]


def test_editing_a_question_branches_and_loses_nothing(
    qtbot: QtBot, page: ChatPage, settled: Callable[[], None]
) -> None:
    first = ask(qtbot, page)
    ask(qtbot, page, "And for lamps?")
    page.turns.set_current(first)
    page.edit_question()
    box = first.question._box
    assert box
    box.put("How long may I keep it?")
    QTest.keyClick(box.field, Qt.Key.Key_Return)
    answered(qtbot, page)
    assert [view.asked for view in page.turns.views] == ["How long may I keep it?"]
    question = page.turns.views[0].question
    assert question._place.text() == "2/2" and question._before.isVisible()
    QTest.mouseClick(question._before, Qt.MouseButton.LeftButton)
    settled()
    assert [view.asked for view in page.turns.views] == [QUESTION, "And for lamps?"]


def test_a_new_seed_makes_a_version_and_is_refused_where_it_changes_nothing(
    qtbot: QtBot, page: ChatPage, window: MainWindow, settled: Callable[[], None]
) -> None:

    ask(qtbot, page)
    page.reseed()
    assert not page.flows.running
    assert any("temperature 0" in one.text for one in window.findChildren(Banner))
    page.new()
    page.bar.set_asking(dataclasses.replace(page.bar.asking(), sampling=Sampling(temperature=0.9, max_tokens=20)))
    first = ask(qtbot, page)
    assert first.turn
    seed = first.turn.comparison.seed
    page.reseed()
    again = answered(qtbot, page)
    assert again.turn and again.turn.comparison.seed != seed and len(again.turn.siblings) == 2


def test_delete_can_be_undone(qtbot: QtBot, page: ChatPage, window: MainWindow, settled: Callable[[], None]) -> None:
    turn = ask(qtbot, page)
    turn.question.deleted.emit()
    settled()
    assert page.turns.views == []
    assert window._toast
    QTest.mouseClick(window._toast.button, Qt.MouseButton.LeftButton)
    settled()
    assert [view.asked for view in page.turns.views] == [QUESTION]


def test_an_answer_can_be_corrected_and_become_an_example(
    qtbot: QtBot, page: ChatPage, workspace: Workspace, settled: Callable[[], None]
) -> None:
    ask(qtbot, page)
    pane = panes(page)[Arm.TUNED]
    said = pane.text
    pane.edit()
    assert pane._edit
    pane._edit._field.setPlainText("Dear customer, **thirty** days.")
    QTest.keyClick(pane._edit._field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settled()
    assert pane.view.toPlainText() == "Dear customer, thirty days."
    assert page.turns.current and page.turns.current.turn
    assert page.turns.current.turn.answers[Arm.TUNED].answer == said, "what was said is kept"
    QTest.mouseClick(pane._icons["example"], Qt.MouseButton.LeftButton)
    settled()
    [dataset] = workspace.datasets.list()
    [example] = workspace.datasets.examples(dataset)
    assert [message.content for message in example.messages] == [QUESTION, "Dear customer, **thirty** days."]


def test_copy_gives_what_was_written(qtbot: QtBot, page: ChatPage) -> None:
    ask(qtbot, page)
    pane = panes(page)[Arm.TUNED]
    QTest.mouseClick(pane._icons["copy"], Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == pane.text != ""


def test_shift_enter_makes_a_line(qtbot: QtBot, page: ChatPage) -> None:
    QTest.keyClicks(page.box.field, "one")
    QTest.keyClick(page.box.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(page.box.field, "two")
    assert page.box.question == "one\ntwo" and not page.flows.running


def test_a_question_becomes_one_of_the_scorecard(
    qtbot: QtBot, page: ChatPage, window: MainWindow, workspace: Workspace, settled: Callable[[], None]
) -> None:
    ask(qtbot, page)
    for _ in range(2):  # asked twice, it is there once
        page.use_as_question()
        settled()
    ((kept,),) = [workspace.question_sets.get(one.name).questions for one in workspace.question_sets.list()]
    assert kept.text == page.turns.current.turn.comparison.question  # type: ignore[union-attr]
    page.shell.go("scorecard", questions="From chat", question=kept.id)
    settled()
    assert window.key == "scorecard"


def test_the_same_seed_says_the_same_again(qtbot: QtBot, page: ChatPage, settled: Callable[[], None]) -> None:
    ask(qtbot, page)
    pane = panes(page)[Arm.TUNED]
    said = pane.text
    pane._open_menu()
    menu = pane.findChild(QMenu)
    assert menu
    next(one for one in menu.actions() if "same seed" in one.text()).trigger()
    menu.close()
    assert page.flows.running
    answered(qtbot, page)
    settled()
    assert pane.text == said
    assert page.turns.current and page.turns.current.turn and len(page.turns.current.turn.siblings) == 1


def test_the_conversation_can_go_on_from_another_answer(
    qtbot: QtBot, page: ChatPage, settled: Callable[[], None]
) -> None:
    ask(qtbot, page)
    press(page, "Split")
    turn = answered(qtbot, page)
    panes(page)[Arm.GROUNDED].continued.emit()
    settled()
    assert turn.turn
    second = ask(qtbot, page, "And for lamps?")
    assert second.turn and turn.turn.answers[Arm.GROUNDED].answer in second.turn.comparison.history
