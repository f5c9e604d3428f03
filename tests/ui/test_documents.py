"""The Documents page in a real window, with the real index child."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from store.documents import Document
from tests.ground.written import write_pdf
from tests.ui.conftest import PATIENCE_MS
from ui.main_window import MainWindow
from ui.pages.documents.model import COVERAGE, NAME, STATE, DocumentsModel
from ui.pages.documents.page import DocumentsPage
from ui.shell import Shell
from ui.widgets import Banner
from ui.widgets.source_view import SourceView

Settled = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, settled: Settled) -> DocumentsPage:
    window.show_page("documents")
    settled()
    assert isinstance(window.page, DocumentsPage)
    return window.page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs 空"
    made.mkdir()
    (made / "staff.md").write_text("# Staff\n\nAnna leads the workshop. 🪔 Jonas drives the van.\n", encoding="utf-8")
    (made / "bread.txt").write_text("The oven is lit at five. Bread is sold at seven.\n", encoding="utf-8")
    (made / "nothing.pdf").touch()
    return made


def _column(model: DocumentsModel, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def _drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, buttons, keys))


def _banners(window: MainWindow) -> list[Banner]:
    return [one for one in window.findChildren(Banner) if one.isVisible()]


def test_from_dropping_a_folder_to_undo(
    qtbot: QtBot, window: MainWindow, page: DocumentsPage, settled: Settled, folder: Path
) -> None:
    model, table = page.browser.model, page.browser.table
    assert page.empty.isVisible() and not page.head.add.isVisible()
    _drop(window, folder)
    assert page.indexing.isVisible()
    qtbot.waitUntil(lambda: page.intents.job is None, timeout=PATIENCE_MS)
    settled()
    assert not page.indexing.isVisible() and not page.empty.isVisible()
    assert _column(model, NAME) == ["bread.txt", "nothing.pdf", "staff.md"]
    assert _column(model, STATE) == ["✓  In step", "!  Empty", "✓  In step"]
    assert _column(model, COVERAGE) == ["100 %", "–", "100 %"]
    page.head.unwell.click()
    assert _column(model, NAME) == ["nothing.pdf"]
    page.head.unwell.click()

    (folder / "nothing.pdf").write_bytes(b"not a pdf")
    page.browser.select(str(folder / "nothing.pdf"))
    qtbot.mouseClick(page.browser.selection.buttons["retry"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.intents.job is None, timeout=PATIENCE_MS)
    settled()
    assert _column(model, STATE)[1].startswith("✗  Failed")

    page.browser.select(str(folder / "staff.md"))
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert page.question.isVisible() and model.rowCount() == 3  # asked, not done
    qtbot.keyClick(page.question, Qt.Key.Key_Escape)
    assert not page.question.isVisible()
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    qtbot.keyClick(page.question.yes, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: model.rowCount() == 2, timeout=PATIENCE_MS)
    assert "Removed 1 document" in page.head.back.text()
    page.intents.undo()
    qtbot.waitUntil(lambda: model.rowCount() == 3, timeout=PATIENCE_MS)
    settled()

    page.asks.new_collection()
    qtbot.keyClicks(page.question.field, "Bakery")
    qtbot.keyClick(page.question.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.browser.tabs.names == ["Bakery", "Documents"], timeout=PATIENCE_MS)
    page.intents.move([one for one in model.documents if one.name == "bread.txt"], "Bakery")
    qtbot.waitUntil(lambda: "Bakery  1" in page.browser.tabs.tabs.tabText(1), timeout=PATIENCE_MS)
    page.browser.tabs.choose("Bakery")
    assert _column(model, NAME) == ["bread.txt"]
    qtbot.keyClicks(page.inspector.field, "Who drives the van?")
    qtbot.waitUntil(lambda: page.inspector.model.rowCount() > 0, timeout=PATIENCE_MS)
    assert {one.passage.document for one in page.inspector.model.candidates} == {"bread.txt"}


def test_from_a_question_to_its_place(
    qtbot: QtBot, window: MainWindow, page: DocumentsPage, settled: Settled, folder: Path
) -> None:
    (folder / "nothing.pdf").unlink()
    write_pdf(folder / "terms.pdf", ["The first page says nothing of note.", "Refunds are paid within thirty days."])
    page.add([folder])
    qtbot.waitUntil(lambda: page.intents.job is None, timeout=PATIENCE_MS)
    settled()

    qtbot.keyClicks(page.inspector.field, "When are refunds paid?")
    qtbot.waitUntil(lambda: page.inspector.model.rowCount() > 0, timeout=PATIENCE_MS)
    first = page.inspector.model.candidates[0]
    assert first.passage.document == "terms.pdf"
    row = [page.inspector.model.index(0, column).data() for column in range(5)]
    assert row[0].startswith("1  (") and row[1].startswith("1  (") and row[4] == "✓ source [1]"
    page.inspector.table.selectRow(0)
    source = page.source
    qtbot.waitUntil(lambda: source.view is not None, timeout=PATIENCE_MS)
    assert source.isVisible() and source.view and (source.view.kind, source.view.page) == ("page", 2)
    assert len(source.canvas.marks) == 1
    source.turn(-1)
    qtbot.waitUntil(lambda: bool(source.view and source.view.page == 1), timeout=PATIENCE_MS)
    assert not source.canvas.marks
    wide = source.canvas.scale
    source.zoom(1.25)
    assert source.canvas.scale > wide
    source.zoom(0)
    assert source.canvas.scale == wide
    source.copy_citation()
    assert QGuiApplication.clipboard().text() == "terms.pdf, page 2: “Refunds are paid within thirty days.”"

    page.show_passage(page.shell.workspace.documents.search("Who drives the van?", 1)[0])
    qtbot.waitUntil(lambda: bool(source.view and source.view.kind == "text"), timeout=PATIENCE_MS)
    assert source.reading.marked == "Anna leads the workshop. 🪔 Jonas drives the van."
    source.reading.setFocus()
    qtbot.keyClick(source.reading, Qt.Key.Key_Escape)
    assert not source.isVisible()


def test_a_killed_child_is_said_and_one_click_goes_on(
    qtbot: QtBot, window: MainWindow, page: DocumentsPage, settled: Settled, folder: Path
) -> None:
    for n in range(150):
        (folder / f"file{n:02}.txt").write_text(f"Report {n}. " + f"Lamp {n} was sold. " * 100, encoding="utf-8")
    model = page.browser.model
    page.add([folder])
    qtbot.waitUntil(lambda: any("In step" in one for one in _column(model, STATE)), timeout=PATIENCE_MS)
    page.indexing.flip()
    qtbot.waitUntil(lambda: page.indexing.paused and model.rowCount() == 153, timeout=PATIENCE_MS)
    page.shell.workspace.index_child.kill()
    qtbot.waitUntil(lambda: page.intents.job is None, timeout=PATIENCE_MS)
    settled()
    assert not page.indexing.isVisible() and page.head.unfinished.isVisible()
    assert "◐  Not finished" in _column(model, STATE)
    (banner,) = _banners(window)
    assert "ended unexpectedly" in banner.text
    page.head.unfinished.click()
    qtbot.waitUntil(lambda: page.intents.job is None, timeout=PATIENCE_MS)
    settled()
    assert set(_column(model, STATE)) == {"✓  In step", "!  Empty"}


def _document(number: int) -> Document:
    name = f"/docs/{number % 7}/file {number:05}.pdf"
    return Document(
        number, name, "/docs", "", 1, 1, "indexed", "", number, "", "Documents", 3, 0, 9, number, 1.0, number
    )


def test_the_model_keeps_qts_rules_with_many_rows(qapp: object, shell: Shell) -> None:
    model = DocumentsModel(shell.theme)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    many = [_document(number) for number in range(20_000)]
    model.set_documents(many)
    assert model.rowCount() == 20_000
    model.sort(4, Qt.SortOrder.DescendingOrder)
    assert model.at(0).chunks == 19_999
    model.filter("", "FILE 0001", False)
    assert model.rowCount() == 10
    changed = replace(many[12], status="refused", reason="corrupt: it is damaged")
    row = model.row_of(changed.path)
    model.update([changed])
    assert row is not None and model.index(row, STATE).data() == "✗  Failed: it is damaged"
    model.filter("", "", True)
    assert model.rowCount() == 1
    model.update([replace(changed, path="/docs/new.pdf", status="waiting")])
    assert model.rowCount() == 2
    model.set_busy(True)
    model.filter("Another", "", False)
    assert model.rowCount() == 0
    tester.deleteLater()


def test_a_source_that_fails_still_shows_the_quote(qtbot: QtBot, shell: Shell, settled: Settled) -> None:
    from engine.types import Passage

    source = SourceView(shell)
    qtbot.addWidget(source)
    source.open_passage(Passage(1, 99, "gone.md", "/nowhere/gone.md", None, 3, 9, "It was said.", "Part"))
    qtbot.waitUntil(lambda: source.view is not None, timeout=PATIENCE_MS)
    assert source.view and "not indexed any more" in source.view.note
    assert source.reading.marked == "It was said."
