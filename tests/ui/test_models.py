"""The Models page in a real window: adding, removing, the catalogue with a hub on this machine, what it can do."""

from __future__ import annotations

import dataclasses
import functools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from engine.models import hub as hub_module
from engine.models import overview, transfer
from engine.models.catalogue import catalogue
from engine.models.transfer import fetch
from tests.models.files import write_folder, write_gguf
from tests.models.hub_server import Hub, serve
from tests.ui.conftest import PATIENCE_MS
from ui.main_window import MainWindow
from ui.pages.models.page import ModelsPage
from ui.widgets import Banner, Text, Toast

ENTRY = dataclasses.replace(catalogue()[0], repo="org/repo", file="tiny-Q4_K_M.gguf", twin="org/twin")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that has the one model of a catalogue, about 1 MB large, and its twin."""
    content = write_gguf(tmp_path / "source.gguf").read_bytes() + b"\0" * 1_000_000
    twin = {file.name: file.read_bytes() for file in write_folder(tmp_path / "twin").iterdir()}
    hub = Hub({ENTRY.file: content, "LICENSE": b"You may do what you like."}, others={"org/twin": twin})
    monkeypatch.setattr(hub_module, "fetch", functools.partial(fetch, pause_s=0.0))
    monkeypatch.setattr(hub_module, "read_small", functools.partial(transfer.read_small, pause_s=0.0))
    monkeypatch.setattr(overview, "catalogue", lambda: (ENTRY,))
    with serve(hub) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        yield hub


@pytest.fixture
def page(window: MainWindow, settled: Callable[[], None]) -> ModelsPage:
    """The page, filled."""
    window.show_page("models")
    settled()
    assert isinstance(window.page, ModelsPage)
    return window.page


def _names(page: ModelsPage) -> list[str]:
    model = page.installed.table.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def _words(page: ModelsPage) -> str:
    return "\n".join(text.text().replace("\u200b", "") for text in page.findChildren(Text) if text.isVisible())


def _press(qtbot: QtBot, page: ModelsPage, label: str) -> None:
    """Click the visible button with that label, once it is there."""

    def shown() -> list[QPushButton]:
        return [one for one in page.findChildren(QPushButton) if one.isVisible() and one.text() == label]

    qtbot.waitUntil(lambda: bool(shown()), timeout=PATIENCE_MS)
    qtbot.mouseClick(shown()[0], Qt.MouseButton.LeftButton)


def _arriving(page: ModelsPage) -> bool:
    now = page.catalogue.transfers.of(ENTRY)
    return bool(now and now.progress and now.progress.done)


def test_a_dropped_file_is_listed_removed_and_taken_back(
    page: ModelsPage, window: MainWindow, qtbot: QtBot, settled: Callable[[], None], tmp_path: Path
) -> None:
    assert _names(page) == ["starter"]
    assert "everything works at once" in _words(page)
    gguf = write_gguf(tmp_path / "Größe 空.gguf")
    assert page.dropped([gguf])
    settled()
    assert _names(page) == ["starter", "größe-空"]
    assert page.installed.chosen and page.installed.chosen.model.name == "größe-空"
    assert "From the GGUF file itself." in _words(page)
    assert "chat template" in window.findChildren(Banner)[0].accessibleName()
    _press(qtbot, page, "Ask it in Chat")
    assert window.key == "chat"
    assert window.page.bar.asking().model == "größe-空"  # type: ignore[attr-defined]
    window.show_page("models")
    settled()
    _press(qtbot, page, "Remove from the list")
    settled()
    assert _names(page) == ["starter"]
    assert gguf.exists()
    _press(qtbot, window.findChildren(Toast)[0], "Undo")  # type: ignore[arg-type]
    settled()
    assert _names(page) == ["starter", "größe-空"]


def test_a_file_and_its_folder_together_are_one_model(
    page: ModelsPage, settled: Callable[[], None], tmp_path: Path
) -> None:
    assert page.dropped([write_gguf(tmp_path / "pair.gguf"), write_folder(tmp_path / "twin")])
    settled()
    assert page.installed.chosen and page.installed.chosen.model.twin == str(tmp_path / "twin")
    assert "From its training folder twin." in _words(page)


def test_what_is_no_model_is_said_in_place(
    page: ModelsPage, window: MainWindow, settled: Callable[[], None], tmp_path: Path
) -> None:
    assert not page.dropped([tmp_path / "notes.txt"])
    (tmp_path / "bad.gguf").write_bytes(b"no model at all")
    page.dropped([tmp_path / "bad.gguf"])
    settled()
    assert window.findChildren(Banner)[0].kind == "bad"
    assert _names(page) == ["starter"]


def test_the_licence_comes_before_the_download(
    page: ModelsPage, window: MainWindow, qtbot: QtBot, settled: Callable[[], None], hub: Hub
) -> None:
    page.show_view("catalogue")
    settled()
    assert "The network is off" in _words(page)
    assert hub.asked == []
    _press(qtbot, page, "Switch the network on")
    assert window.shell.settings.network
    _press(qtbot, page, "Download…")
    settled()
    said = _words(page)
    assert "Apache License 2.0" in said and "apache-2.0" in said and "to download" in said
    assert not any(path.endswith(".gguf") for path, _ in hub.asked)
    _press(qtbot, page, "Accept the licence and download")
    settled()
    assert "✓ Installed" in _words(page)
    _press(qtbot, page, "Show it")
    settled()
    assert page.installed.chosen and page.installed.chosen.model.name == "tiny-q4-k-m"


def test_a_download_pauses_goes_on_and_can_be_thrown_away(
    page: ModelsPage, window: MainWindow, qtbot: QtBot, settled: Callable[[], None], hub: Hub
) -> None:
    window.shell.configure(network=True)
    hub.slow = threading.Event()
    page.show_view("catalogue")
    settled()
    page.catalogue.pane.twin.setChecked(False)
    for _ in range(2):
        _press(qtbot, page, "Download…")
        _press(qtbot, page, "Accept the licence and download")
        qtbot.waitUntil(lambda: _arriving(page), timeout=PATIENCE_MS)
        _press(qtbot, page, "Pause")
        hub.slow.set()
        settled()
        assert "have arrived" in _words(page)
        _press(qtbot, page, "Throw away")
        settled()
        assert not list((window.shell.workspace.folder / "models").rglob("*.part"))
        hub.slow = threading.Event()
    hub.slow = None
    hub.drop_after = [300_000] + [0] * 9
    _press(qtbot, page, "Download…")
    _press(qtbot, page, "Accept the licence and download")
    settled()
    assert "keeps breaking off" in _words(page)
    hub.drop_after = []
    _press(qtbot, page, "Try again")
    _press(qtbot, page, "Accept the licence and download")
    settled()
    assert "✓ Installed" in _words(page)


def test_a_hub_that_cannot_be_asked_is_said_in_the_pane(
    page: ModelsPage, window: MainWindow, qtbot: QtBot, settled: Callable[[], None], hub: Hub
) -> None:
    window.shell.configure(network=True)
    hub.status = 404
    page.show_view("catalogue")
    settled()
    _press(qtbot, page, "Download…")
    settled()
    assert "no such repository" in _words(page)
    hub.status = 200
    _press(qtbot, page, "Try again")
    settled()
    assert "to download" in _words(page)
    _press(qtbot, page, "Not now")
    assert page.catalogue.transfers.of(ENTRY) is None


def test_what_this_machine_can_do(page: ModelsPage, qtbot: QtBot) -> None:
    page.show_view("machine")
    for part in ("billion parameters", "cores", "llama.cpp"):
        qtbot.waitUntil(lambda part=part: part in _words(page), timeout=PATIENCE_MS)  # type: ignore[misc]


def test_sorting_keeps_what_is_chosen(page: ModelsPage, settled: Callable[[], None]) -> None:
    page.show_view("catalogue")
    settled()
    table = page.catalogue.table
    QAbstractItemModelTester(table.model(), QAbstractItemModelTester.FailureReportingMode.Fatal)
    table.selectRow(3)
    chosen = page.catalogue.chosen
    table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert page.catalogue.chosen == chosen
    assert table.model().index(0, 0).data() == "Phi-4 14B"
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert page.catalogue.chosen == chosen
    assert table.currentIndex().row() == 3


def test_ctrl_f_searches_the_list(page: ModelsPage, qtbot: QtBot, settled: Callable[[], None]) -> None:
    page.show_view("catalogue")
    settled()
    table = page.catalogue.table
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.search.hasFocus)
    qtbot.keyClicks(page.search, "mistral")
    qtbot.waitUntil(lambda: table.model().rowCount() == 1)
    assert page.catalogue.chosen and page.catalogue.chosen.entry.maker == "Mistral AI"
    page.search.setText("no such model")
    qtbot.waitUntil(lambda: page.catalogue.chosen is None)
    assert not page.catalogue.pane.isVisible()


def test_large_type_leaves_room_for_the_names(page: ModelsPage, window: MainWindow, qtbot: QtBot) -> None:
    page.show_view("catalogue")
    table, size = page.catalogue.table, window.size()
    assert not table.isColumnHidden(3)
    window.shell.configure(text_scale=1.8)
    qtbot.waitUntil(lambda: table.isColumnHidden(3))
    assert window.size() == size
    longest = table.fontMetrics().horizontalAdvance("Mistral 7B v0.3")
    qtbot.waitUntil(lambda: table.columnWidth(0) >= longest)
