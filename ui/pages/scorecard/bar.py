"""What is scored with what: question set, run, arms, and the button that starts it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QMenu, QSizePolicy, QWidget

from engine.events import Progress
from engine.types import FOUR_ARMS, Arm
from ui import words
from ui.pages.scorecard.data import Choices, Request
from ui.shell import Shell
from ui.theme.tokens import MARKS, Space
from ui.widgets import Button, Column, IconButton, ProgressLine, Row, Text, arm_label, arm_name


class ScoreBar(QWidget):
    """The line of choices on top of the page.

    Signals:
        score_asked: the button was pressed: a ``Request``.
        stop_asked: stop what runs.
        edit_asked: edit the questions of the chosen set: its name.
    """

    score_asked = Signal(object)
    stop_asked = Signal()
    edit_asked = Signal(str)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._next, self._scored_before = "", False
        self.sets = _combo(self.tr("Question set"))
        self.runs = _combo(self.tr("Run: whose adapter the tuned arms use"))
        self.edit = IconButton(shell.theme, "edit", self.tr("Edit the questions and their checks"), self._edit)
        self.arms = Button("")
        self.arms.setMenu(self._made_menu())
        self.go = Button(self.tr("Score"), "primary", self._score)
        self.stop = Button(self.tr("Stop"), "plain", self.stop_asked.emit)
        self.stop.setToolTip(self.tr("Stop; the answers so far are kept, and scoring can go on from there"))
        self.more = IconButton(shell.theme, "more", self.tr("More for this question set"))
        self.progress = ProgressLine()
        self.fault = Text("", "secondary", wrap=True)
        self.fault.tone("bad")
        row = Row(self.sets, self.edit, self.more, Space.S, self.runs, Space.S, self.arms, None, self.stop, self.go)
        self.setLayout(Column(row, self.progress, self.fault, gap=Space.S))
        self.runs.currentIndexChanged.connect(self._limit)
        self.show_job(False)
        self.show_fault("")
        self._show_arms()

    @property
    def questions(self) -> str:
        """The name of the chosen question set, empty if there is none."""
        return str(self.sets.currentData() or "")

    def show_choices(self, choices: Choices) -> None:
        """Offer these; what was chosen stays chosen if it is still there. At first that is what was scored last."""
        if self.sets.count() == 0 and choices.cards:
            self._next = choices.cards[0].source
        _fill(self.sets, [(one.name, one.name) for one in choices.sets], self.tr("No questions yet"), self._next)
        self._next = ""
        _fill(self.runs, [(run.name, run.id) for run in choices.runs], self.tr("No run yet"), "")
        self.edit.setEnabled(bool(choices.sets))
        self._scored_before = bool(choices.cards)
        self.go.setVisible(self._scored_before and self.stop.isHidden())  # at first the page's middle has the button
        self._limit()

    def choose_next(self, questions: str) -> None:
        """Choose a question set as soon as it is among the choices."""
        self._next = questions

    def show_job(self, running: bool) -> None:
        """Whether a scoring runs or waits."""
        self.stop.setVisible(running)
        self.go.setVisible(self._scored_before and not running)
        self.progress.setVisible(running)
        if running:
            self.show_progress(None)
            self.show_fault("")

    def show_progress(self, event: Progress | None) -> None:
        """How far the scoring is."""
        self.progress.show_progress(event, prefix=event.detail if event else self.tr("Waiting for the model"))

    def show_stopping(self) -> None:
        """It has been asked to stop."""
        self.progress.show_progress(None, prefix=self.tr("Stopping"))

    def show_fault(self, text: str) -> None:
        """Say, under the choices, why nothing was started; empty: nothing to say."""
        self.fault.setText(text)
        self.fault.setVisible(bool(text))

    def chosen_arms(self) -> tuple[Arm, ...]:
        """The arms to ask, in their order."""
        return tuple(arm for arm, action in self._actions.items() if action.isChecked() and action.isEnabled())

    def _made_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._actions = {arm: menu.addAction(self._told(arm)) for arm in Arm}
        for arm, action in self._actions.items():
            action.setCheckable(True)
            action.setChecked(arm in FOUR_ARMS)
            action.toggled.connect(self._show_arms)
        return menu

    def _told(self, arm: Arm) -> str:
        what = {
            Arm.BASE: self.tr("the model as it is"),
            Arm.TUNED: self.tr("with the adapter"),
            Arm.GROUNDED: self.tr("with passages"),
            Arm.BOTH: self.tr("adapter and passages"),
            Arm.PROMPTED: self.tr("with a few examples in the prompt"),
        }[arm]
        return f"{arm_label(arm)}: {what}"

    def _limit(self) -> None:
        """Without a run there are no tuned arms."""
        has_run = bool(self.runs.currentData())
        for arm in (Arm.TUNED, Arm.BOTH, Arm.PROMPTED):
            self._actions[arm].setEnabled(has_run)
            self._actions[arm].setToolTip("" if has_run else self.tr("Tune the model first"))
        self._show_arms()

    def _show_arms(self) -> None:
        arms = self.chosen_arms()
        self.arms.setText(
            f"{' '.join(MARKS[arm] for arm in arms)}  {words.count(len(arms), self.tr('arm'), self.tr('arms'))}"
        )
        names = ", ".join(arm_name(arm) for arm in arms)
        self.arms.setToolTip(self.tr("Arms to ask: {0}").format(names))
        self.arms.setAccessibleName(self.arms.toolTip())
        self.go.setEnabled(bool(arms and self.questions))
        self.go.setToolTip(self.tr("Ask every arm every question, and judge the answers (Ctrl+Return)"))

    def _score(self) -> None:
        self.score_asked.emit(Request(self.questions, self.runs.currentData(), self.chosen_arms()))

    def _edit(self) -> None:
        self.edit_asked.emit(self.questions)


def _combo(name: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setToolTip(name)
    combo.setMinimumContentsLength(14)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return combo


def _fill(combo: QComboBox, choices: list[tuple[str, str]], none: str, wanted: str) -> None:
    before = wanted or combo.currentData()
    combo.blockSignals(True)
    combo.clear()
    for label, value in choices or [(none, "")]:
        combo.addItem(label, value)
    combo.setEnabled(bool(choices))
    combo.setCurrentIndex(max(0, combo.findData(before)))
    combo.blockSignals(False)
