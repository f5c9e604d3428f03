"""What is seen of a question: the toggle, panes beside each other, differences, blind, proof, sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.chat.asking import Asking
from engine.compare.questions import from_line
from engine.task import Task
from engine.types import FOUR_ARMS, Arm, Passage
from engine.workspace import Workspace
from store.runs import Run
from tests.ui.chat.steps import PATIENCE_MS, QUESTION, answered, ask, panes, press, toggle, visible
from tests.ui.talk import long_conversation
from ui.main_window import MainWindow
from ui.pages.chat.page import ChatPage
from ui.pages.chat.sources import SourceCard
from ui.shell import Shell


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


def test_panes_that_come_later_have_their_height_and_their_checks(
    qtbot: QtBot, page: ChatPage, workspace: Workspace, settled: Callable[[], None]
) -> None:
    """All arms have answered; panes are made as layouts bring them into view."""
    line = f'{{"id": "1", "question": "{QUESTION}", "form": [{{"check": "max_words", "words": 500}}]}}'
    workspace.question_sets.save("Mine", [from_line(line)])
    conversation = workspace.conversations.new().id
    workspace.conversations.ask(conversation, QUESTION, FOUR_ARMS, Task(), asking=Asking(), chosen=Arm.BOTH)
    page.open(conversation)
    settled()
    assert visible(page) == [Arm.BOTH]
    for layout, arms in (("Split", [Arm.TUNED, Arm.GROUNDED]), ("Grid", list(FOUR_ARMS))):
        press(page, layout)
        settled()
        assert visible(page) == arms
        for arm, pane in panes(page).items():
            assert pane.height() > pane.view.height() > 0, arm
            assert pane.checks.isVisible(), arm


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


def test_without_a_run_the_tuned_arms_say_why(qtbot: QtBot, window: MainWindow, settled: Callable[[], None]) -> None:
    settled()
    page = window.page
    assert isinstance(page, ChatPage)
    ask(qtbot, page)
    assert not toggle(page, "Tuned").isEnabled() and "Tune first" in toggle(page, "Tuned").toolTip()
    assert visible(page) == [Arm.GROUNDED]


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


def test_the_shell_remembers_layout_and_arm(qtbot: QtBot, page: ChatPage, shell: Shell) -> None:
    page.sight.show_layout("split")
    assert shell.settings.layout["chat.layout"] == "split"
    page.sight.show_arm(Arm.BOTH)
    assert (shell.settings.layout["chat.arm"], shell.settings.layout["chat.layout"]) == ("both", "one")


def _up(page: ChatPage) -> bool:
    page.turns.verticalScrollBar().setValue(0)
    return False
