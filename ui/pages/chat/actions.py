"""What can be done on the page “Chat”, for the palette and the keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.types import FOUR_ARMS
from ui.actions import Action
from ui.pages.chat.toggle import GRID, ONE, SPLIT
from ui.widgets import arm_name

if TYPE_CHECKING:
    from ui.pages.chat.page import ChatPage


def of(page: ChatPage) -> list[Action]:
    """The actions of the page."""
    tr = page.tr
    arms = [
        Action(f"chat.{arm}", tr("Show {0}").format(arm_name(arm)), partial(page.sight.show_arm, arm), f"Alt+{number}")
        for number, arm in enumerate(FOUR_ARMS, 1)
    ]
    return [
        Action("chat.new", tr("New conversation"), page.new, "Ctrl+N"),
        Action("chat.ask", tr("Write a question"), page.box.field.setFocus, "Ctrl+L"),
        Action("chat.stop", tr("Stop answering (Esc)"), page.stop, enabled=lambda: page.busy),
        Action("chat.flip", tr("Flip tuned and grounded"), page.sight.flip, "Ctrl+T"),
        *arms,
        Action("chat.one", tr("One answer"), partial(page.sight.show_layout, ONE), "Alt+5"),
        Action("chat.split", tr("Split: tuned beside grounded"), partial(page.sight.show_layout, SPLIT), "Alt+6"),
        Action("chat.grid", tr("Grid: all four answers"), partial(page.sight.show_layout, GRID), "Alt+7"),
        Action("chat.difference", tr("Mark the words that differ"), page.sight.toggle_difference, "D"),
        Action("chat.blind", tr("Blind: hide whose answer is whose"), page.sight.toggle_blind, "Ctrl+B"),
        Action("chat.edit", tr("Edit the question"), page.edit_question, "Ctrl+E", page.has_turn),
        Action("chat.reseed", tr("Answer under a new seed"), page.reseed, "Ctrl+R", page.has_turn),
        Action("chat.copy", tr("Copy the answer"), page.copy_answer, "Ctrl+Shift+C", page.has_turn),
        Action("chat.example", tr("Use the answer as example"), page.use_as_example, "Ctrl+Shift+E", page.has_turn),
        Action("chat.question", tr("Add the question to the scorecard"), page.use_as_question, "", page.has_turn),
        Action("chat.find", tr("Search conversations"), page.frame.search, "Ctrl+F"),
        Action("chat.list", tr("Show or fold the conversations"), page.frame.fold_list, "Ctrl+["),
        Action("chat.sources", tr("Show or fold the sources"), page.frame.fold_sources, "Ctrl+]"),
    ]
