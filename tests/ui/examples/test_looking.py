"""The Examples page: finding, sorting, the meters, and what a model sees."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QInputDialog, QPushButton
from pytestqt.qtbot import QtBot

from engine.types import Message
from engine.workspace import Workspace
from tests.ui.conftest import PATIENCE_MS
from tests.ui.examples.steps import PAIRS, Settled, opened, press, questions
from ui.main_window import MainWindow
from ui.pages.examples.page import ExamplesPage


def test_an_empty_workspace_says_what_to_do(window: MainWindow, settled: Settled) -> None:
    page = opened(window, settled)
    assert {"Import a file…", "Write an example"} <= {button.text() for button in page.findChildren(QPushButton)}
    assert not page.view.isVisible()


def test_the_table_shows_and_follows_the_rules_of_models(page: ExamplesPage) -> None:
    QAbstractItemModelTester(page.view.table.rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert questions(page.view) == [q for q, _ in PAIRS]
    assert page.view.side.editor.draft and page.view.side.editor.draft.messages[1].content == "Two years."
    page.view.table.show_rows(page.view.table.rows.rows[:1])
    page.view.table.show_rows([])


def test_search_and_filters(
    qtbot: QtBot, page: ExamplesPage, settled: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = page.view
    press(qtbot, view.table, Qt.Key.Key_F, control=True)
    assert view.filters.search.hasFocus()
    qtbot.keyClicks(view.filters.search, "LAMP")
    qtbot.waitUntil(lambda: questions(view) == ["Who are you?"], timeout=PATIENCE_MS)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("shiny", True))
    view.ask_tag()
    view.filters.search.clear()
    qtbot.waitUntil(lambda: len(questions(view)) == 3, timeout=PATIENCE_MS)
    settled()
    assert view.table.rows.rows[1].tags == ("shiny",)
    [tag] = view.filters._menu.actions()
    tag.trigger()
    qtbot.waitUntil(lambda: questions(view) == ["Who are you?"], timeout=PATIENCE_MS)
    view.filters._clear.click()
    qtbot.waitUntil(lambda: len(questions(view)) == 3, timeout=PATIENCE_MS)


def test_a_heading_sorts(qtbot: QtBot, page: ExamplesPage, settled: Settled) -> None:
    header = page.view.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(2) + 10, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settled()
    assert [row.answer for row in page.view.table.rows.rows] == ["A lamp.", "Because & so.", "Two years."]
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settled()
    assert page.view.table.rows.rows[0].answer == "Two years."


def test_the_preview_shows_structure_and_what_is_learnt(qtbot: QtBot, page: ExamplesPage) -> None:
    view = page.view
    view.side.flip()
    qtbot.waitUntil(lambda: "Two years." in view.side.preview.text, timeout=PATIENCE_MS)
    assert "<|im_start|>" in view.side.preview.text
    document = view.side.preview._seen.text.document()
    cursor = document.find("years")
    assert cursor.charFormat().fontUnderline()
    assert not document.find("warranty").charFormat().fontUnderline()
    assert "learnt" in cursor.charFormat().toolTip()
    view.side.flip()
    view.side.editor._turns[1].text.setPlainText("Never.")
    view.side.flip()
    qtbot.waitUntil(lambda: "Never." in view.side.preview.text, timeout=PATIENCE_MS)


def test_the_meters_say_what_there_is(page: ExamplesPage, qtbot: QtBot, settled: Settled) -> None:
    meters = page.view.meters
    assert meters._amount.said.text().startswith("3 ·")
    assert "held out" in meters._split.said.text()
    settled()
    qtbot.waitUntil(lambda: "Median" in meters._lengths.said.text(), timeout=PATIENCE_MS)
    assert all(row.tokens for row in page.view.table.rows.rows)


def test_a_finding_leads_to_its_rows(
    window: MainWindow, page: ExamplesPage, workspace: Workspace, settled: Settled
) -> None:
    again = [Message("user", "who are you"), Message("assistant", "Somebody else, I think.")]
    workspace.datasets.add("lamps", again)
    window.shell.tell("datasets")
    settled()
    contradiction = next(one for one in page.view.meters._menu.actions() if "different answers" in one.text())
    contradiction.trigger()
    settled()
    assert questions(page.view) == ["Who are you?", "who are you"]


def test_one_is_sent_to_an_example(window: MainWindow, page: ExamplesPage, settled: Settled) -> None:
    window.shell.go("chat")
    window.shell.go("examples", dataset="lamps", position=2)
    settled()
    assert page.view.table.currentIndex().row() == 2


def test_everything_has_a_name(page: ExamplesPage) -> None:
    nameless = [
        type(widget).__name__
        for widget in page.findChildren(QPushButton)
        if widget.isVisible() and not (widget.accessibleName() or widget.text() or widget.toolTip())
    ]
    assert nameless == []
    assert QApplication.focusWidget() is page.view.table
