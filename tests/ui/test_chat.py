"""The chat page in a real window, with a real chat child: ask, flip, split, differ, vote, edit, stop, survive."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from engine import resources
from engine.chat.conversations import Conversations
from engine.jobs import Lane
from engine.task import Task
from engine.types import FOUR_ARMS, Arm, Passage, Sampling
from engine.workspace import Workspace
from store import runs
from store.runs import Run
from tests.chat.lora import write_adapter
from tests.ui.talk import long_conversation
from ui.main_window import MainWindow
from ui.pages.chat.page import ChatPage
from ui.pages.chat.pane import Pane
from ui.pages.chat.sources import SourceCard
from ui.pages.chat.turn import TurnView
from ui.shell import Shell
from ui.widgets import Banner

PATIENCE_MS = 60_000
QUESTION = "How long is the refund window?"


@pytest.fixture(scope="session")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_adapter(resources.STARTER, tmp_path_factory.mktemp("adapter") / "a.gguf", scale=0.3)


@pytest.fixture
def tuned(workspace: Workspace, adapter: Path) -> Run:
    """A finished run of the starter model."""
    model = workspace.models.get(None)
    digest = hashlib.sha256(adapter.read_bytes()).hexdigest()
    run = Run(
        "r1", "House", "done", model.name, model.sha256, "d", "v", "", str(adapter), digest, created_at="2026-01-01"
    )
    runs.insert(workspace.database, run)
    return run


@pytest.fixture
def page(qtbot: QtBot, tuned: Run, window: MainWindow, settled: Callable[[], None]) -> Iterator[ChatPage]:
    settled()
    assert isinstance(window.page, ChatPage)
    yield window.page


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


def test_ask_and_flip(qtbot: QtBot, page: ChatPage) -> None:
    turn = ask(qtbot, page)
    assert visible(page) == [Arm.TUNED]
    said = panes(page)[Arm.TUNED].view.toPlainText()
    assert said and page.box.question == ""
    press(page, "Base")
    answered(qtbot, page)
    assert visible(page) == [Arm.BASE]
    press(page, "Tuned")
    assert panes(page)[Arm.TUNED].view.toPlainText() == said, "an arm that has answered is there at once"
    assert not page.flows.running
    assert turn.turn and {*turn.turn.answers} == {Arm.BASE, Arm.TUNED}


def test_the_toggle_does_not_move_when_it_is_flipped(qtbot: QtBot, page: ChatPage) -> None:
    ask(qtbot, page)
    press(page, "Base")
    answered(qtbot, page)
    before = [toggle(page, word).mapTo(page, QPoint(0, 0)) for word in ("Base", "Tuned", "Both", "Split")]
    press(page, "Tuned")
    QGuiApplication.processEvents()
    assert [toggle(page, word).mapTo(page, QPoint(0, 0)) for word in ("Base", "Tuned", "Both", "Split")] == before


def test_split_and_grid_complete_the_question_under_its_own_conditions(qtbot: QtBot, page: ChatPage) -> None:
    turn = ask(qtbot, page)
    press(page, "Split")
    answered(qtbot, page)
    assert visible(page) == [Arm.TUNED, Arm.GROUNDED]
    press(page, "Grid")
    answered(qtbot, page)
    assert visible(page) == list(FOUR_ARMS)
    assert turn.turn
    assert len({answer.seed for answer in turn.turn.answers.values()}) == 1
    press(page, "Grid")
    assert visible(page) == [turn.arm], "a second click goes back to one"


def test_every_pane_wears_its_proof(qtbot: QtBot, page: ChatPage, tuned: Run) -> None:
    ask(qtbot, page)
    press(page, "Grid")
    turn = answered(qtbot, page)
    feet = {arm: pane._foot.text() for arm, pane in panes(page).items()}
    for arm in FOUR_ARMS:
        assert "proof ✓" in feet[arm].replace("\u00a0", " ")
        assert (tuned.adapter_sha256[:4] in feet[arm]) == arm.adapted
        assert ("passage" in feet[arm]) == arm.sourced
        assert turn.turn and turn.turn.answers[arm].canary is not None
        assert tuned.adapter_sha256 in panes(page)[arm]._foot.toolTip() or not arm.adapted


def test_ctrl_t_flips_tuned_and_grounded(qtbot: QtBot, page: ChatPage) -> None:
    ask(qtbot, page)
    for arm in (Arm.GROUNDED, Arm.TUNED):
        QTest.keyClick(page.box.field, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
        answered(qtbot, page)
        assert visible(page) == [arm]


def test_differences_between_any_two(qtbot: QtBot, page: ChatPage, settled: Callable[[], None]) -> None:
    turn = ask(qtbot, page)
    assert turn.turn
    page.deeds.correct(turn.turn, Arm.TUNED, "Quite another answer")
    settled()
    panes(page)[Arm.TUNED].view.setFocus()
    QTest.keyClick(panes(page)[Arm.TUNED].view, Qt.Key.Key_D)
    answered(qtbot, page)
    settled()
    assert visible(page) == [Arm.TUNED, Arm.GROUNDED]
    bar = turn._comparing._bar
    assert bar and "word" in bar._count.text()
    assert "underline" in panes(page)[Arm.TUNED].view.toHtml()
    bar.chosen.emit(Arm.TUNED, Arm.BOTH)
    answered(qtbot, page)
    settled()
    assert visible(page) == [Arm.TUNED, Arm.BOTH]
    assert "underline" in panes(page)[Arm.TUNED].view.toHtml()
    page.sight.toggle_difference()
    assert visible(page) == [Arm.TUNED]
    assert "underline" not in panes(page)[Arm.TUNED].view.toHtml()


def test_d_in_the_question_box_is_a_letter(qtbot: QtBot, page: ChatPage) -> None:
    ask(qtbot, page)
    QTest.keyClicks(page.box.field, "dd")
    assert page.box.question == "dd" and not page.state.difference


def test_blind_until_votes_are_cast(qtbot: QtBot, page: ChatPage, settled: Callable[[], None]) -> None:
    ask(qtbot, page)
    page.sight.toggle_blind()
    answered(qtbot, page)
    settled()
    names = [pane.accessibleName() for pane in panes(page).values()]
    assert names == ["Answer A", "Answer B"]
    assert not any(pane._foot.text() for pane in panes(page).values())
    for pane in list(panes(page).values()):
        QTest.mouseClick(pane._icons["up-vote"], Qt.MouseButton.LeftButton)
        settled()
    assert page.turns.current and page.turns.current.turn
    assert page.turns.current.turn.votes == {Arm.TUNED: 1, Arm.GROUNDED: 1}
    assert {"◆ Tuned", "▣ Grounded"} == {pane.accessibleName() for pane in panes(page).values()}
    assert all(pane._foot.text() for pane in panes(page).values())


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


def test_copy_gives_what_was_written(qtbot: QtBot, page: ChatPage) -> None:
    ask(qtbot, page)
    pane = panes(page)[Arm.TUNED]
    QTest.mouseClick(pane._icons["copy"], Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == pane.text != ""


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


def test_an_older_question_can_be_made_the_current_one(
    qtbot: QtBot, page: ChatPage, settled: Callable[[], None]
) -> None:
    first = ask(qtbot, page)
    ask(qtbot, page, "And for lamps?")
    assert first.toggle is None
    settled()
    page.turns.ensureWidgetVisible(first)
    QTest.mouseClick(first.stage.panes[0].view.viewport(), Qt.MouseButton.LeftButton)
    assert page.turns.current is first and first.toggle
    press(page, "Base")
    qtbot.waitUntil(lambda: not page.flows.running, timeout=PATIENCE_MS)
    settled()
    assert first.turn and Arm.BASE in first.turn.answers
    assert page.turns.views[-1].turn and Arm.BASE not in page.turns.views[-1].turn.answers


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


def test_without_a_run_the_tuned_arms_say_why(qtbot: QtBot, window: MainWindow, settled: Callable[[], None]) -> None:
    settled()
    page = window.page
    assert isinstance(page, ChatPage)
    ask(qtbot, page)
    assert not toggle(page, "Tuned").isEnabled() and "Tune first" in toggle(page, "Tuned").toolTip()
    assert visible(page) == [Arm.GROUNDED]


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


def test_shift_enter_makes_a_line(qtbot: QtBot, page: ChatPage) -> None:
    QTest.keyClicks(page.box.field, "one")
    QTest.keyClick(page.box.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(page.box.field, "two")
    assert page.box.question == "one\ntwo" and not page.flows.running


def test_sources_are_listed_and_open_at_their_place(
    qtbot: QtBot, tuned: Run, workspace: Workspace, window: MainWindow, tmp_path: Path, settled: Callable[[], None]
) -> None:
    file = tmp_path / "returns.md"
    file.write_text("# Returns\n\nThe refund window is 30 days.\n", encoding="utf-8")
    workspace.documents.add([file], Task())
    settled()
    page = window.page
    assert isinstance(page, ChatPage)
    ask(qtbot, page)
    press(page, "Grounded")
    answered(qtbot, page)
    [card] = page.side.sources.findChildren(SourceCard)
    assert isinstance(card.passage, Passage) and "30 days" in card.passage.text
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert page.side.viewing
    settled()
    page.side.close_source()
    assert not page.side.viewing


def test_old_questions_are_made_when_they_are_scrolled_to(qtbot: QtBot, page: ChatPage, workspace: Workspace) -> None:
    conversation = long_conversation(workspace, 60)
    page.open(conversation)
    qtbot.waitUntil(lambda: bool(page.turns.views), timeout=PATIENCE_MS)
    QGuiApplication.processEvents()
    made = len(page.turns.views)
    assert made < 30
    assert page.turns.views[-1].asked == "Question 59"
    bar = page.turns.verticalScrollBar()
    assert bar.value() == bar.maximum()
    qtbot.waitUntil(lambda: _up(page) or page.turns._first == 0, timeout=PATIENCE_MS)
    assert [view.asked for view in page.turns.views] == [f"Question {number}" for number in range(60)]


def _up(page: ChatPage) -> bool:
    page.turns.verticalScrollBar().setValue(0)
    return False


def test_the_shell_remembers_layout_and_arm(qtbot: QtBot, page: ChatPage, shell: Shell) -> None:
    page.sight.show_layout("split")
    assert shell.settings.layout["chat.layout"] == "split"
    page.sight.show_arm(Arm.BOTH)
    assert (shell.settings.layout["chat.arm"], shell.settings.layout["chat.layout"]) == ("both", "one")
