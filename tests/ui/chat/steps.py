"""What a person does on the chat page, step by step."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from engine.types import Arm
from ui.pages.chat.page import ChatPage
from ui.pages.chat.pane import Pane
from ui.pages.chat.turn import TurnView

PATIENCE_MS = 60_000
QUESTION = "How long is the refund window?"


def ask(qtbot: QtBot, page: ChatPage, question: str = QUESTION) -> TurnView:
    """Type a question, press Enter, wait for the answers."""
    QTest.keyClicks(page.box.field, question)
    QTest.keyClick(page.box.field, Qt.Key.Key_Return)
    return answered(qtbot, page)


def answered(qtbot: QtBot, page: ChatPage) -> TurnView:
    """Wait until nothing is being answered and the page shows what is in the store."""
    qtbot.waitUntil(lambda: not page.flows.running, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: bool(page.turns.views) and page.turns.views[-1].turn is not None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not page.turns.views[-1].flows, timeout=PATIENCE_MS)
    return page.turns.views[-1]


def toggle(page: ChatPage, word: str) -> QPushButton:
    """A segment of the toggle."""
    current = page.turns.current
    assert current and current.toggle
    return next(one for one in current.toggle.findChildren(QPushButton) if word in one.accessibleName())


def press(page: ChatPage, word: str) -> None:
    QTest.mouseClick(toggle(page, word), Qt.MouseButton.LeftButton)


def panes(page: ChatPage) -> dict[Arm, Pane]:
    """The panes in view of the current question."""
    assert page.turns.current
    return {pane.arm: pane for pane in page.turns.current.stage.panes}


def visible(page: ChatPage) -> list[Arm]:
    return [arm for arm, pane in panes(page).items() if pane.isVisible()]
