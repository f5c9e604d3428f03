"""The Examples page: the import wizard, and what one does with whole datasets."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot

from engine.workspace import Workspace
from tests.ui.examples.steps import PAIRS, Settled, questions, undo
from ui.main_window import MainWindow
from ui.pages.examples.page import ExamplesPage


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
