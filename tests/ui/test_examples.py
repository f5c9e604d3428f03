"""The Examples page in a real window: importing, finding, editing, undoing, seeing what a model sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QPushButton
from pytestqt.qtbot import QtBot

from engine.task import Task
from engine.types import Message
from engine.workspace import Workspace
from tests.ui.conftest import PATIENCE_MS
from ui.main_window import MainWindow
from ui.pages.examples.page import ExamplesPage
from ui.pages.examples.view import DatasetView

Settled = Callable[[], None]
PAIRS = [
    ("How long is the warranty?", "Two years."),
    ("Who are you?", "A lamp."),
    ("Why <b>so</b> 空?", "Because & so."),
]


@pytest.fixture
def page(window: MainWindow, workspace: Workspace, tmp_path: Path, settled: Settled) -> ExamplesPage:
    """The page with a dataset ``lamps`` of three examples."""
    file = tmp_path / "lamps.jsonl"
    file.write_text("\n".join(json.dumps({"prompt": q, "completion": a}) for q, a in PAIRS), "utf-8")
    workspace.datasets.import_file(file, Task())
    return opened(window, settled)


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


def test_an_empty_workspace_says_what_to_do(window: MainWindow, settled: Settled) -> None:
    page = opened(window, settled)
    assert {"Import a file…", "Write an example"} <= {button.text() for button in page.findChildren(QPushButton)}
    assert not page.view.isVisible()


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


def test_the_table_shows_and_follows_the_rules_of_models(page: ExamplesPage) -> None:
    QAbstractItemModelTester(page.view.table.rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert questions(page.view) == [q for q, _ in PAIRS]
    assert page.view.side.editor.draft and page.view.side.editor.draft.messages[1].content == "Two years."
    page.view.table.show_rows(page.view.table.rows.rows[:1])
    page.view.table.show_rows([])


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


def test_the_wizard_maps_imports_and_lists_bad_rows(
    window: MainWindow, page: ExamplesPage, tmp_path: Path, settled: Settled
) -> None:
    file = tmp_path / "new 空.csv"
    file.write_text("frage,antwort\nWhy?,Because\nHow?,\nWho?,Me\n", "utf-8")
    assert page.dropped([file])
    settled()
    wizard = page.wizard
    assert not wizard._go.isEnabled() or wizard._rows._model.rowCount() == 3
    form = wizard._form
    form._format.setCurrentIndex(form._format.findData("prompt and completion"))
    for field, column in (("prompt", "antwort"), ("completion", "frage")):  # the wrong way round, then the right one
        form._fields[field].setCurrentIndex(form._fields[field].findData(column))
    form.changed.emit()
    settled()
    assert wizard._rows._model.whole(0).startswith("USER\nBecause")
    for field, column in (("prompt", "frage"), ("completion", "antwort")):
        form._fields[field].setCurrentIndex(form._fields[field].findData(column))
    form.changed.emit()
    settled()
    assert wizard._rows._model.whole(0).startswith("USER\nWhy?")
    wizard._rows._next.click()
    assert "antwort is missing" in wizard._rows._whole.toPlainText()
    wizard._go.click()
    settled()
    assert wizard._result._rows.rowCount() == 1
    wizard._result._go.click()
    settled()
    assert page.view.dataset and page.view.dataset.name == "new 空"
    assert questions(page.view) == ["Why?", "Who?"]


def test_a_file_that_cannot_be_read_is_refused_in_place(page: ExamplesPage, tmp_path: Path, settled: Settled) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text("[1]\n")
    page.begin_import(file)
    settled()
    assert "No row" in page.wizard._fault.text()
    assert not page.wizard._go.isEnabled()
    page.wizard._cancel.click()
    settled()
    assert page.view.isVisible()


def test_rename_remove_undo_and_export(
    qtbot: QtBot,
    window: MainWindow,
    page: ExamplesPage,
    workspace: Workspace,
    settled: Settled,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("lights", True))
    page.view.header.rename_asked.emit()
    settled()
    assert page.view.dataset and page.view.dataset.name == "lights"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(tmp_path / "out.jsonl"), ""))
    page.view.header.export_asked.emit()
    settled()
    assert len((tmp_path / "out.jsonl").read_text("utf-8").splitlines()) == 3
    page.view.header.remove_asked.emit()
    settled()
    assert workspace.datasets.list() == []
    assert not page.view.isVisible()
    undo(qtbot, window)
    settled()
    assert [one.name for one in workspace.datasets.list()] == ["lights"]
    assert questions(page.view) == [q for q, _ in PAIRS]


def test_one_is_sent_to_an_example(window: MainWindow, page: ExamplesPage, settled: Settled) -> None:
    window.shell.go("chat")
    window.shell.go("examples", dataset="lamps", position=2)
    settled()
    assert page.view.table.currentIndex().row() == 2


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


def test_everything_has_a_name(page: ExamplesPage) -> None:
    nameless = [
        type(widget).__name__
        for widget in page.findChildren(QPushButton)
        if widget.isVisible() and not (widget.accessibleName() or widget.text() or widget.toolTip())
    ]
    assert nameless == []
    assert QApplication.focusWidget() is page.view.table
