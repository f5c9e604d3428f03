"""Steps that the tests of the Examples page share."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow
from ui.pages.examples.page import ExamplesPage
from ui.pages.examples.view import DatasetView

Settled = Callable[[], None]
PAIRS = [
    ("How long is the warranty?", "Two years."),
    ("Who are you?", "A lamp."),
    ("Why <b>so</b> 空?", "Because & so."),
]


def opened(window: MainWindow, settled: Settled) -> ExamplesPage:
    window.show_page("examples")
    settled()
    assert isinstance(window.page, ExamplesPage)
    return window.page


def questions(view: DatasetView) -> list[str]:
    return [row.question for row in view.table.rows.rows]


def answer_in_editor(view: DatasetView) -> str:
    return view.side.editor.draft.messages[1].content if view.side.editor.draft else ""


def press(qtbot: QtBot, widget: object, key: Qt.Key, *, control: bool = False) -> None:
    modifier = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(widget, key, modifier)


def undo(qtbot: QtBot, window: MainWindow) -> None:
    assert window._toast is not None
    qtbot.mouseClick(window._toast.button, Qt.MouseButton.LeftButton)
