"""The conversation list, the bar of choices and the context bar, in a real window's shell."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QMenu
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from engine.chat.conversations import Asking, Conversation
from engine.chat.presets import Preset
from engine.types import Budget, Sampling
from engine.workspace import Workspace
from store import runs
from ui.pages.chat.bar import AskBar
from ui.pages.chat.budget import ContextBar
from ui.pages.chat.entries import ConversationDelegate, heading
from ui.pages.chat.listing import ConversationList
from ui.pages.chat.sampling import AskingPanel
from ui.shell import Shell

PATIENCE_MS = 60_000


@pytest.fixture
def listing(qtbot: QtBot, shell: Shell) -> ConversationList:
    talk = shell.workspace.conversations
    for title in ("Refunds", "Tone", "Äpfel 空 & more"):
        talk.new(title)
    made = ConversationList(shell)
    qtbot.addWidget(made)
    made.resize(240, 500)
    made.show()
    qtbot.waitUntil(lambda: made.model.rowCount() == 4, timeout=PATIENCE_MS)
    return made


@pytest.fixture
def bar(qtbot: QtBot, shell: Shell) -> AskBar:
    made = AskBar(shell)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.choices.known, timeout=PATIENCE_MS)
    return made


def shown(listing: ConversationList) -> list[str]:
    return [str(listing.model.index(row).data()) for row in range(listing.model.rowCount())]


def place(listing: ConversationList, title: str) -> QPoint:
    """Where a conversation is in the list."""
    return listing.view.visualRect(listing.model.index(shown(listing).index(title))).center()


def click(qtbot: QtBot, listing: ConversationList, at: QPoint) -> None:
    QTest.mouseClick(listing.view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def choose(listing: ConversationList, entry: str) -> None:
    """Choose from the menu that is open."""
    menu = listing.findChildren(QMenu)[-1]
    next(action for action in menu.actions() if action.text() == entry).trigger()
    menu.close()


def open_menu(qtbot: QtBot, listing: ConversationList, title: str) -> None:
    index = listing.model.index(shown(listing).index(title))
    click(qtbot, listing, ConversationDelegate.more(listing.view.visualRect(index)).center())


def test_a_click_opens_and_headings_do_not(qtbot: QtBot, listing: ConversationList, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(listing.model)  # type: ignore[no-untyped-call]
    assert shown(listing) == ["Today", "Äpfel 空 & more", "Tone", "Refunds"]
    with qtbot.waitSignal(listing.opened) as told:
        click(qtbot, listing, place(listing, "Tone"))
    [conversation] = told.args or []
    assert listing.model.find(str(conversation)).data() == "Tone"
    with qtbot.assertNotEmitted(listing.opened):
        click(qtbot, listing, place(listing, "Today"))
    with qtbot.waitSignal(listing.opened):
        QTest.keyClick(listing.view, Qt.Key.Key_Return)


def test_search_shows_what_has_the_words(qtbot: QtBot, listing: ConversationList) -> None:
    QTest.keyClicks(listing.search, "PFEL")
    qtbot.waitUntil(lambda: shown(listing) == ["Today", "Äpfel 空 & more"])
    listing.search.setText("nowhere")
    qtbot.waitUntil(lambda: shown(listing) == [])
    assert "nowhere" in " ".join(label.text() for label in listing.findChildren(QLabel) if label.isVisible())
    listing.search.clear()
    qtbot.waitUntil(lambda: len(shown(listing)) == 4)


def test_rename_in_place(qtbot: QtBot, listing: ConversationList) -> None:
    listing.view.setCurrentIndex(listing.model.index(2))
    listing.view.setFocus()
    QTest.keyClick(listing.view, Qt.Key.Key_F2)
    editor = next(field for field in listing.view.findChildren(QLineEdit) if field.isVisible())
    assert editor.text() == "Tone"
    editor.selectAll()
    QTest.keyClicks(editor, "Tone of the house")
    listing._show([])  # what arrives meanwhile does not take the field away
    assert editor.isVisible()
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Tone of the house" in shown(listing))
    assert "Tone of the house" in [chat.title for chat in listing._shell.workspace.conversations.list()]


def test_pin_delete_and_undo(qtbot: QtBot, shell: Shell, listing: ConversationList) -> None:
    open_menu(qtbot, listing, "Refunds")
    choose(listing, "Pin")
    qtbot.waitUntil(lambda: shown(listing) == ["Pinned", "Refunds", "Today", "Äpfel 空 & more", "Tone"])
    click(qtbot, listing, place(listing, "Tone"))
    with qtbot.waitSignal(listing.created), qtbot.waitSignal(shell.asked_toast) as told:
        QTest.keyClick(listing.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "Tone" not in shown(listing))
    assert told.args and "Tone" in told.args[0]
    told.args[1]()
    qtbot.waitUntil(lambda: "Tone" in shown(listing))


@pytest.mark.parametrize(("entry", "suffix"), [("Export as Markdown…", ".md"), ("Export as JSON…", ".json")])
def test_export(
    qtbot: QtBot,
    shell: Shell,
    listing: ConversationList,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    entry: str,
    suffix: str,
) -> None:
    asked: list[str] = []

    def name(*arguments: object) -> tuple[str, str]:
        asked.append(str(arguments[2]))
        return str(tmp_path / f"out{suffix}"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", name)
    open_menu(qtbot, listing, "Äpfel 空 & more")
    with qtbot.waitSignal(shell.asked_toast):
        choose(listing, entry)
    assert Path(asked[0]).name == f"Äpfel 空   more{suffix}"
    assert "Äpfel 空 & more" in (tmp_path / f"out{suffix}").read_text(encoding="utf-8")


def test_groups_by_date() -> None:
    def group(day: str, *, pinned: bool = False) -> str:
        return heading(Conversation("1", "", pinned, day, day), date(2026, 11, 23))

    days = ("2026-11-23T12:00", "2026-11-22T12:00", "2026-11-18T12:00", "2026-11-01T12:00", "2025-12-24T12:00")
    words = [group(f"{day}:00+00:00") for day in days]
    assert words == ["Today", "Yesterday", "This week", "This month", "December 2025"]
    assert group("2025-12-24T12:00:00+00:00", pinned=True) == "Pinned"


def add_run(workspace: Workspace, name: str, model: str = "starter", state: str = "done") -> None:
    runs.insert(
        workspace.database,
        runs.Run(name, name, state, model, "s", "d", "v", "", adapter="a.gguf", created_at=f"2026-{len(name):02}"),
    )


def test_the_bar_says_what_answers_and_lets_choose(qtbot: QtBot, shell: Shell, bar: AskBar) -> None:
    assert (bar.model.value, bar.run.value, bar.collection.value, bar.preset.value) == (
        "starter",
        "No tuned run",
        "All documents",
        "Exact",
    )
    for name, state in (("one", "done"), ("newest", "done"), ("unfinished", "failed")):
        add_run(shell.workspace, name, state=state)
    shell.tell("runs")
    qtbot.waitUntil(lambda: bar.run.value == "Run “newest”")
    assert list(bar.run.entries()) == ["The newest run", "newest", "one", "Tune one…"]
    with qtbot.waitSignal(bar.changed):
        next(action for action in bar.run.menu().actions() if action.text() == "one").trigger()
    assert (bar.asking().run, bar.run.value) == ("one", "Run “one”")
    list(bar.preset.entries())
    with qtbot.waitSignal(bar.changed):
        next(action for action in bar.preset.menu().actions() if action.text() == "Varied").trigger()
    assert bar.asking().sampling.temperature == 0.8 and bar.preset.value == "Varied"
    with qtbot.assertNotEmitted(bar.changed):
        bar.set_asking(Asking(collection="Handbook", run="gone", system="Be kind."))
    shown = (bar.collection.value, bar.run.value, bar.preset.value)
    assert shown == ("Handbook (removed)", "Run removed", "Own settings")
    list(bar.run.entries())
    with qtbot.waitSignal(shell.asked_page) as told:
        next(action for action in bar.run.menu().actions() if action.text() == "Tune one…").trigger()
    assert told.args == ["tune", {}]


def test_the_panel_changes_what_is_asked_and_keeps_presets(qtbot: QtBot, shell: Shell, bar: AskBar) -> None:
    QTest.mouseClick(bar.more, Qt.MouseButton.LeftButton)
    panel = bar.findChild(AskingPanel)
    assert panel is not None and panel.isVisible() and panel.name.text() == "Exact"
    panel.system.setPlainText("  Answer briefly. ")
    for field, value in (("temperature", 0.7), ("max_tokens", 99), ("k", 5), ("seed", 42), ("min_p", 0.1)):
        panel.number(field).setValue(value)  # type: ignore[arg-type]
    wanted = Asking(system="Answer briefly.", sampling=Sampling(0.7, 40, 0.95, 0.1, 1.0, 99), seed=42, k=5)
    assert bar.asking() == wanted and bar.preset.value == "Own settings"
    panel.name.clear()
    QTest.keyClicks(panel.name, "Mine")
    with qtbot.waitSignal(shell.asked_toast):
        QTest.keyClick(panel.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bar.preset.value == "Mine")
    assert Preset("Mine", wanted.system, wanted.sampling, 5) in shell.workspace.presets.list()
    bar.set_asking(dataclasses.replace(wanted, seed=1))
    assert bar.preset.value == "Mine", "a seed is not part of a preset"
    bar.open_panel()
    panel = bar.findChildren(AskingPanel)[-1]
    with qtbot.waitSignal(shell.asked_toast) as told:
        panel.delete()
    qtbot.waitUntil(lambda: bar.preset.value == "Own settings")
    assert told.args
    told.args[1]()
    qtbot.waitUntil(lambda: bar.preset.value == "Mine")


def test_the_context_bar_says_how_much_and_what_was_dropped(qtbot: QtBot, shell: Shell) -> None:
    bar = ContextBar(shell)
    qtbot.addWidget(bar)
    bar.show_budget(None)
    assert bar.isHidden()
    bar.show_budget(Budget(2000, 100, 0, 350, 50, 256, 1, 2))
    texts = [label.text() for label in bar.findChildren(QLabel)]
    assert "25 % of 2000 tokens" in texts[1].replace(",", "") and "350" in texts
    assert "History" not in texts, "what takes nothing is not listed"
    assert "Left out to make it fit: the oldest message and the 2 weakest passages." in texts
    assert "Passages 350" in bar.accessibleName()
    bar.show_budget(Budget(2000, 100, 0, 0, 50, 256))
    assert all("Left out" not in label.text() for label in bar.findChildren(QLabel) if label.isVisibleTo(bar))
