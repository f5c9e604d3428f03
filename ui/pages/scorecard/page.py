"""The page “Scorecard”: what is scored, the scorecard in view, earlier ones, and the editor of question sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from engine.errors import FormfactError
from engine.events import Progress
from ui.actions import Action
from ui.pages.scorecard.bar import ScoreBar
from ui.pages.scorecard.data import Choices, Request, Shown, read_card, read_choices, source_name
from ui.pages.scorecard.editor import Editor
from ui.pages.scorecard.history import History
from ui.pages.scorecard.reports import Reports
from ui.pages.scorecard.sets import SetIntents
from ui.pages.scorecard.view import CardView
from ui.pages.scorecard.work import Work
from ui.shell import Page, Shell
from ui.theme.tokens import Space
from ui.widgets import Column, EmptyState, Line, Row, Text

_FILES = (".jsonl", ".json", ".ndjson")
_NARROW = 1100


class ScorecardPage(Page):
    """Form and facts of every arm, measured on questions with checks."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._choices = Choices((), (), ())
        self._wanted: int | None = None
        self._reading = False
        self.bar, self.history, self.editor = ScoreBar(shell), History(shell), Editor(shell)
        self.view = CardView(shell)
        self.sets, self.reports, self.work = SetIntents(shell, self), Reports(shell, self), Work(shell, self)
        self._lay_out()
        self._listen()

    # The page in the window

    def shown(self) -> None:
        """Read what there is."""
        self._read()

    def arrive(self, **arguments: Any) -> None:
        """``scorecard``: show that one. ``questions``: edit that set, at ``question`` (an id)."""
        if "scorecard" in arguments:
            self.show_card(arguments["scorecard"])
        elif "questions" in arguments:
            self.edit(arguments["questions"], arguments.get("question", ""))

    def dropped(self, paths: list[Path]) -> bool:
        """Question set files are imported."""
        files = [path for path in paths if path.suffix.lower() in _FILES]
        for path in files:
            self.sets.take(path)
        return bool(files)

    def actions_offered(self) -> list[Action]:
        """Score, stop, edit, import, report."""
        return [
            Action(
                "scorecard.score", self.tr("Score the questions"), self.bar.go.click, "Ctrl+Return", self._can_score
            ),
            Action("scorecard.stop", self.tr("Stop scoring"), self.stop, "Esc", lambda: self.work.runs),
            Action("scorecard.edit", self.tr("Edit the questions"), self.bar.edit.click, "Ctrl+E", self._has_set),
            Action("scorecard.import", self.tr("Import questions…"), self.sets.import_file),
            Action("scorecard.new", self.tr("New question set"), self.sets.new),
            Action("scorecard.report", self.tr("Open the report"), self.open_report, "Ctrl+P", self._has_card),
            Action("scorecard.save", self.tr("Save the report as…"), self.save_report, "Ctrl+S", self._has_card),
        ]

    def leave(self) -> str:
        """Save what is being edited; scoring goes on at the next start where it was."""
        self.editor.flush()
        return ""

    # What a person wants

    def show_card(self, number: int) -> None:
        """Show a scorecard."""
        self._wanted = number
        self._stack.setCurrentWidget(self._main)
        self.shell.look(
            lambda: read_card(self.shell.workspace, number), self._show, owner=self, key="card", failed=self._lost
        )

    def score(self, request: Request) -> None:
        """Score what was chosen."""
        self.bar.show_fault("")
        self.work.score(request)

    def go_on(self, number: int) -> None:
        """Answer what is open of a scorecard."""
        shown = self.view.shown
        self.work.go_on(number, source_name(shown.card.row.source) if shown else "")

    def stop(self) -> None:
        """Stop the scoring; the answers so far stay."""
        self.work.stop()
        self.bar.show_stopping()

    def edit(self, questions: str, question: str = "") -> None:
        """Edit a question set."""
        self.editor.open(questions, question=question)
        self._stack.setCurrentWidget(self.editor)

    def remove(self, number: int) -> None:
        """Remove a scorecard; the toast brings it back."""
        if number == self.work.number:
            self.shell.banner("info", self.tr("This scorecard is being answered."), remedy=self.tr("Stop it first."))
            return
        scoring = self.shell.workspace.scoring

        def back() -> None:
            self.shell.look(lambda: scoring.restore(number), lambda _: self._restored(number), owner=self)

        def gone(_: object) -> None:
            self.shell.toast(self.tr("Removed the scorecard"), back)
            self._read()

        self.shell.look(lambda: scoring.remove(number), gone, owner=self)

    def open_report(self) -> None:
        """Open the report of the scorecard in view, to read or to print."""
        if self.view.shown:
            self.reports.open(self.view.shown)

    def save_report(self) -> None:
        """Save the report of the scorecard in view."""
        if self.view.shown:
            self.reports.save(self.view.shown)

    # How it goes

    def _read(self) -> None:
        self.shell.look(lambda: read_choices(self.shell.workspace), self._offer, owner=self, key="choices")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window, and on a projector, the list of earlier ones gives way."""
        super().resizeEvent(event)
        self._show_history()

    def _show_history(self) -> None:
        wide = self.width() >= self.shell.theme.px(_NARROW) and not self.shell.settings.presentation
        for part in (self.history, self._rule):
            part.setVisible(wide and bool(self._choices.cards))

    def _offer(self, choices: Choices) -> None:
        self._choices = choices
        self.bar.show_choices(choices)
        self.bar.setVisible(bool(choices.sets or choices.cards))
        ids = [card.id for card in choices.cards]
        self._show_history()
        if self._wanted not in ids:
            self._wanted = ids[0] if ids else None
        if self._wanted is None:
            self._body.setCurrentWidget(self._no_card if choices.sets else self._no_set)
        elif self.view.shown is None or self.view.shown.card.row.id != self._wanted:
            self._renew()
        else:
            self._body.setCurrentWidget(self.view)
        self.history.show_cards(choices.cards, self._wanted, self.work.number)

    def _renew(self) -> None:
        """Read the wanted scorecard again, without bringing it into view."""
        if (number := self._wanted) is not None:
            self._reading = True
            self.shell.look(
                lambda: read_card(self.shell.workspace, number), self._show, owner=self, key="card", failed=self._lost
            )

    def _show(self, shown: Shown) -> None:
        self._reading = False
        self.view.show_card(shown, running=self.work.number == shown.card.row.id)
        self._body.setCurrentWidget(self.view)

    def _lost(self, fault: FormfactError) -> None:
        self._wanted, self._reading = None, False
        self.shell.fault(fault)
        self._read()

    def _restored(self, number: int) -> None:
        self._wanted = number
        self._read()

    def _began(self, number: int) -> None:
        self.bar.show_job(True)
        self._read()
        self.show_card(number)

    def _moved(self, event: Progress) -> None:
        self.bar.show_progress(event)
        if self._wanted == self.work.number and not self._reading:  # a large set takes its time to be read
            self._renew()

    def _ended(self, _number: int) -> None:
        self.bar.show_job(False)
        self._renew()

    def _refused(self, fault: FormfactError) -> None:
        self.bar.show_fault(f"{fault.what} {fault.remedy}".strip())

    def _changed(self, what: str) -> None:
        if what in ("questions", "runs", "scorecards") and self.isVisible():
            self._read()

    def _back(self) -> None:
        self._stack.setCurrentWidget(self._main)
        self._read()
        self._renew()

    def _can_score(self) -> bool:
        return not self.work.runs and self.bar.go.isEnabled() and self._stack.currentWidget() is self._main

    def _has_set(self) -> bool:
        return bool(self._choices.sets)

    def _has_card(self) -> bool:
        return self.view.shown is not None and bool(self.view.shown.card.scored)

    # Parts

    def _lay_out(self) -> None:
        self._no_set, self._no_card = self._empty_states()
        self._body = QStackedWidget()
        for part in (self._no_set, self._no_card, self.view):
            self._body.addWidget(part)
        top = Column(Text(self.tr("Scorecard"), "title"), self.bar, gap=Space.M, margin=(0, 0, Space.XL, 0))
        right = Column(top, gap=Space.M, margin=(Space.XL, Space.L, 0, 0))
        right.addWidget(self._body, 1)
        self._rule = Line(upright=True)
        row = Row(self.history, self._rule, gap=0)
        row.addLayout(right, 1)
        self._main = QWidget()
        self._main.setLayout(row)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._main)
        self._stack.addWidget(self.editor)
        self.setLayout(Column(self._stack, gap=0))

    def _empty_states(self) -> tuple[EmptyState, EmptyState]:
        why = self.tr(
            "A scorecard asks every arm the same questions and judges each answer: does it look as it should (form), "
            "and does it say what is true (facts)? It ends in one sentence: prompt, retrieve, tune, or both."
        )
        first = [
            (self.tr("Use the sample questions"), self.sets.take_sample),
            (self.tr("Import questions…"), self.sets.import_file),
            (self.tr("Write questions"), self.sets.new),
        ]
        then = [
            (self.tr("Score the questions"), self.bar.go.click),
            (self.tr("Edit the questions"), self.bar.edit.click),
        ]
        theme, title = self.shell.theme, self.tr("Measure what tuning and documents bring")
        return (
            EmptyState(theme, "scorecard", title, why, first),
            EmptyState(theme, "scorecard", self.tr("Nothing has been scored yet"), why, then),
        )

    def _listen(self) -> None:
        self.bar.score_asked.connect(self.score)
        self.bar.stop_asked.connect(self.stop)
        self.bar.edit_asked.connect(self.edit)
        self.bar.more.clicked.connect(lambda: self.sets.menu(self.bar.questions, self.bar.more))
        self.editor.more.clicked.connect(lambda: self.sets.menu(self.editor.name, self.editor.more))
        self.editor.left.connect(self._back)
        self.history.chosen.connect(self.show_card)
        self.history.remove_asked.connect(self.remove)
        self.view.continue_asked.connect(self.go_on)
        self.view.report_asked.connect(self.open_report)
        self.view.edit_asked.connect(self.edit)
        self.work.began.connect(self._began)
        self.work.moved.connect(self._moved)
        self.work.refused.connect(self._refused)
        self.work.ended.connect(self._ended)
        self.shell.changed.connect(self._changed)
        self.shell.settings_changed.connect(self._show_history)
