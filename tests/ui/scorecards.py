"""What the tests of the Scorecard page share."""

from __future__ import annotations

import json
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.compare.checks import read
from engine.compare.question_sets import QuestionSets
from engine.compare.questions import Question
from engine.types import Arm
from engine.workspace import Workspace
from store import scores
from ui.main_window import MainWindow
from ui.pages.scorecard.page import ScorecardPage
from ui.widgets import Text

Settled = Callable[[], None]
LEFT = Qt.MouseButton.LeftButton


def question(number: int, words: int = 3) -> Question:
    form = read({"check": "min_words", "words": words}, "form")
    facts = read({"check": "value", "accept": ["99 red balloons"]}, "facts")
    return Question(f"q{number}", f"Tell me story number {number}.", (form,), (facts,))


def opened(window: MainWindow, settled: Settled) -> ScorecardPage:
    window.show_page("scorecard")
    settled()
    assert isinstance(window.page, ScorecardPage)
    return window.page


def press(qtbot: QtBot, widget: QWidget, label: str) -> None:
    shown = [one for one in widget.findChildren(QPushButton) if one.isVisible() and one.text() == label]
    assert shown, f"no button {label!r}"
    qtbot.mouseClick(shown[0], LEFT)


def texts(widget: QWidget) -> list[str]:
    return [one.text() for one in widget.findChildren(Text) if one.isVisible()]


def made_card(workspace: Workspace, sets: QuestionSets, count: int = 4) -> None:
    """A finished scorecard of the base arm, without a model having been asked."""
    sets.save("Made", [question(number) for number in range(count)])
    begun = workspace.scoring.begin("Made", arms=(Arm.BASE,))
    for number in range(count):
        answer = {"arm": "base", "answer": f"Story {number} of the fox", "adapter": None, "passages": [], "seed": 1}
        numbers = {"prompt_tokens": 1, "answer_tokens": 1, "first_token_s": 0.1, "tokens_per_s": 1.0}
        stored = json.dumps({**answer, **numbers, "stop_reason": "end"})
        row = scores.AnswerRow(begun.id, f"q{number}", "base", 1, number % 2, '{"form": [], "facts": ["No."]}', stored)
        scores.add(workspace.database, [row], 0.1)
    scores.finish(workspace.database, begun.id)
