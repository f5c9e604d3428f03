"""What goes wrong: children that die, stops, other weights, texts that are too long. One click goes on."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

import psutil
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.chat.conversations import Conversations
from engine.jobs import Lane
from engine.types import FOUR_ARMS, Arm
from engine.workspace import Workspace
from tests.ui.chat.steps import PATIENCE_MS, QUESTION, answered, ask, panes, press
from ui.main_window import MainWindow
from ui.pages.chat.page import ChatPage
from ui.pages.chat.turn import TurnView
from ui.shell import Shell
from ui.widgets import Banner


def test_escape_stops(qtbot: QtBot, page: ChatPage, workspace: Workspace) -> None:
    ask(qtbot, page)
    child = psutil.Process(workspace.chat_child.pid)
    child.suspend()
    QTest.keyClicks(page.box.field, "Another?")
    QTest.keyClick(page.box.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.turns.views[-1].comparison is not None, timeout=PATIENCE_MS)
    assert page.busy
    QTest.keyClick(page.box.field, Qt.Key.Key_Escape)
    child.resume()
    turn = answered(qtbot, page)
    assert not page.busy and turn.turn and turn.turn.state == "stopped"
    offer = panes(page)[Arm.TUNED]._ask
    assert offer.isVisible() and offer.text() == "Answer again"
    QTest.mouseClick(offer, Qt.MouseButton.LeftButton)
    answered(qtbot, page)
    assert panes(page)[Arm.TUNED].view.toPlainText()


def test_a_dead_child_is_said_in_place_and_one_click_goes_on(
    qtbot: QtBot, page: ChatPage, workspace: Workspace
) -> None:
    ask(qtbot, page)
    press(page, "Grid")
    answered(qtbot, page)
    psutil.Process(workspace.chat_child.pid).suspend()
    QTest.keyClicks(page.box.field, "Another?")
    QTest.keyClick(page.box.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.turns.views[-1].comparison is not None, timeout=PATIENCE_MS)
    workspace.chat_child.kill()
    answered(qtbot, page)
    shown = panes(page)
    assert all("ended unexpectedly" in shown[arm]._gap.text() for arm in FOUR_ARMS)
    QTest.mouseClick(shown[Arm.BASE]._ask, Qt.MouseButton.LeftButton)
    answered(qtbot, page)
    assert all(pane.view.toPlainText() for pane in panes(page).values())


def test_a_question_that_was_cut_off_by_the_end_of_formfact(qtbot: QtBot, page: ChatPage, workspace: Workspace) -> None:
    turn = ask(qtbot, page)
    assert turn.comparison
    workspace.database.run("DELETE FROM answers")
    workspace.database.run("UPDATE comparisons SET state = 'asking'")
    Conversations(workspace)  # as the next start does
    page.open(page.conversation)
    qtbot.waitUntil(lambda: bool(page.turns.views), timeout=PATIENCE_MS)
    pane = panes(page)[Arm.TUNED]
    assert "Formfact ended" in pane._gap.text()
    QTest.mouseClick(pane._ask, Qt.MouseButton.LeftButton)
    answered(qtbot, page)
    assert panes(page)[Arm.TUNED].view.toPlainText()


def test_other_weights_than_before_are_said_and_the_question_can_be_asked_anew(
    qtbot: QtBot, page: ChatPage, workspace: Workspace, settled: Callable[[], None]
) -> None:
    ask(qtbot, page)
    workspace.database.run("UPDATE comparisons SET model_sha256 = 'another'")
    press(page, "Base")
    answered(qtbot, page)
    pane = panes(page)[Arm.BASE]
    assert "no longer the one" in pane._gap.text()
    QTest.mouseClick(pane._ask, Qt.MouseButton.LeftButton)
    answered(qtbot, page)
    assert panes(page)[Arm.BASE].view.toPlainText()
    assert page.turns.current and page.turns.current.question._place.text() == "2/2"


def test_a_question_that_was_cancelled_in_the_queue_goes_back_into_the_box(
    qtbot: QtBot, page: ChatPage, shell: Shell, settled: Callable[[], None]
) -> None:
    held = threading.Event()
    shell.run(Lane.CHAT, "Scoring", lambda _: held.wait(60), owner=page)
    QTest.keyClicks(page.box.field, QUESTION)
    QTest.keyClick(page.box.field, Qt.Key.Key_Return)
    assert "Waits until" in panes(page)[Arm.TUNED]._gap.text()
    QTest.keyClick(page.box.field, Qt.Key.Key_Escape)
    held.set()
    settled()
    assert page.box.question == QUESTION and page.turns.views == []


def test_what_cannot_begin_gives_the_question_back(
    qtbot: QtBot, page: ChatPage, window: MainWindow, settled: Callable[[], None]
) -> None:

    page.bar.set_asking(dataclasses.replace(page.bar.asking(), model="gone"))
    QTest.keyClicks(page.box.field, QUESTION)
    QTest.keyClick(page.box.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.flows.running, timeout=PATIENCE_MS)
    settled()
    assert page.box.question == QUESTION and not page.turns.views
    assert any("gone" in one.text for one in window.findChildren(Banner))


def test_a_conversation_can_be_left_and_come_back_to_while_it_is_answered(
    qtbot: QtBot, page: ChatPage, workspace: Workspace, settled: Callable[[], None]
) -> None:
    ask(qtbot, page)
    first = page.conversation
    child = psutil.Process(workspace.chat_child.pid)
    child.suspend()
    QTest.keyClicks(page.box.field, "Another?")
    QTest.keyClick(page.box.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.turns.views[-1].comparison is not None, timeout=PATIENCE_MS)
    page.new()
    assert not page.busy and page.turns.views == []
    page.open(first)
    qtbot.waitUntil(lambda: len(page.turns.views) == 2, timeout=PATIENCE_MS)
    assert page.busy
    child.resume()
    answered(qtbot, page)
    assert panes(page)[Arm.TUNED].view.toPlainText()


def test_a_megabyte_in_the_question_box_stays_beside_it(qtbot: QtBot, page: ChatPage) -> None:
    text = "word " * 200_000
    data = QMimeData()
    data.setText(text)
    page.box.field.insertFromMimeData(data)
    assert page.box.field.toPlainText() == ""
    assert page.box._chip.isVisible() and "1.0 MB" in page.box._chip_text.text()
    page.box.field.insertPlainText("Sum up:")
    assert page.box.question.startswith("Sum up:\n\nword word") and len(page.box.question) > 999_000
    turn = _sent(qtbot, page)
    assert len(turn.question._text.text()) < 2_000
    assert "too long" in panes(page)[Arm.TUNED]._gap.text()


def _sent(qtbot: QtBot, page: ChatPage) -> TurnView:
    QTest.keyClick(page.box.field, Qt.Key.Key_Return)
    return answered(qtbot, page)
