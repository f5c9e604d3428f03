"""The scoring that runs: started, followed, stopped, continued."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from engine.compare.scoring import Scorecard
from engine.errors import FormfactError
from engine.events import Event, Progress
from engine.jobs import Job, Lane
from ui.pages.scorecard.data import Request
from ui.shell import Shell


class Work(QObject):
    """At most one scoring at a time.

    Signals:
        began: a scorecard is being answered: its number.
        moved: how far it is, after each question: a ``Progress``.
        refused: it could not begin or go on: the error.
        ended: it is done, stopped or failed: its number.
    """

    began = Signal(int)
    moved = Signal(object)
    refused = Signal(object)
    ended = Signal(int)

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._shell = shell
        self._scoring = shell.workspace.scoring
        self._job: Job | None = None
        self.number: int | None = None

    @property
    def runs(self) -> bool:
        """Whether a scoring runs or waits for its turn."""
        return self._job is not None

    def score(self, request: Request) -> None:
        """Score a question set; the same scoring that was stopped goes on where it was."""
        self._shell.look(
            lambda: self._scoring.begin(request.questions, run=request.run, arms=request.arms),
            lambda row: self.go_on(row.id, row.source),
            owner=self,
            failed=self.refused.emit,
        )

    def go_on(self, number: int, name: str) -> None:
        """Answer what is open of a scorecard."""
        if self.runs:
            return
        self.number = number
        self._job = self._shell.run(
            Lane.CHAT,
            self.tr("Scoring “{0}”").format(name),
            lambda task: self._scoring.go_on(number, task),
            owner=self,
            on_event=self._heard,
            on_done=self._done,
            on_failed=self._failed,
            on_end=self._ended,
            page="scorecard",
        )
        self.began.emit(number)

    def stop(self) -> None:
        """Stop; the answers so far stay."""
        if self._job is not None:
            self._job.cancel()

    def _heard(self, event: Event) -> None:
        if isinstance(event, Progress) and event.what == "Scoring":
            self.moved.emit(event)

    def _done(self, card: Scorecard) -> None:
        self._shell.notify(self.tr("The scorecard is ready"), card.verdict.sentence)

    def _failed(self, fault: FormfactError) -> None:
        self.refused.emit(fault)

    def _ended(self, _job: Job) -> None:
        number, self._job, self.number = self.number, None, None
        self._shell.tell("scorecards")
        self.ended.emit(number)
