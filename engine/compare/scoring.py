"""Every arm on every question, stored as it goes; a scoring that was stopped or killed continues where it was."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import events, resources
from engine.compare.judge import answer_row, judged, reusable, scored
from engine.compare.questions import Question, QuestionSet, digest, from_json, read_questions, to_json
from engine.compare.scorecard import Scored, SideScores, side_scores
from engine.compare.verdict import Verdict, verdict
from engine.errors import Cancelled, NotFound, QuestionsRefused, Refused
from engine.task import Task
from engine.types import FOUR_ARMS, Arm
from store import scores
from store.scores import AnswerRow, ScoreRow, Summary

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.models import Model
    from store.runs import Run

__all__ = ["Scorecard", "Scoring", "judged"]

SHOTS = 3
Shots = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What came out: the scores of each side, the verdict, and every answer behind them."""

    row: ScoreRow
    questions: tuple[Question, ...]
    scored: tuple[Scored, ...]
    form: SideScores
    facts: SideScores
    verdict: Verdict

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms that were asked."""
        return tuple(Arm(name) for name in msgspec.json.decode(self.row.arms, type=list[str]))

    def plain(self, report: Path | None = None) -> dict[str, Any]:
        """The scorecard as the command line's JSON (a side without checks is null)."""
        sides = {"form": self.form.arms, "facts": self.facts.arms}
        return {
            "arms": {arm: {side: means.get(arm) for side, means in sides.items()} for arm in self.arms},
            "questions": len(self.questions),
            "seconds": round(self.row.seconds, 3),
            "verdict": self.verdict.sentence,
            "follows": self.verdict.follows,
            "report": str(report) if report else None,
        }


class Scoring:
    """Question sets, scorecards and reports of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._removed: dict[int, tuple[ScoreRow, Sequence[AnswerRow]]] = {}

    def score(
        self,
        questions: Path | str,
        task: Task,
        *,
        run: str | None = None,
        model: str | None = None,
        arms: Sequence[Arm] = FOUR_ARMS,
        seed: int = 1,
    ) -> Scorecard:
        """Ask every arm every question of a set, and judge the answers: ``begin``, then ``go_on``."""
        begun = self.begin(questions, run=run, model=model, arms=arms, seed=seed)
        return self.go_on(begun.id, task)

    def begin(
        self,
        questions: Path | str,
        *,
        run: str | None = None,
        model: str | None = None,
        arms: Sequence[Arm] = FOUR_ARMS,
        seed: int = 1,
    ) -> ScoreRow:
        """The scorecard for these questions, to be answered by ``go_on``: an unfinished one of just the same, or new.

        Where only checks have changed since an earlier one, its answers are taken over and judged anew.

        Args:
            questions: a file, or the name of a question set of the workspace; of that, those that have checks.
            run: the run whose adapter the tuned arms use; None takes the newest finished run of the model.
            model: the base model; None takes the run's, or else the default.

        Raises:
            QuestionsRefused: the set cannot be used; nothing has been asked.
            NotFound: there is no such question set, model or run.
        """
        asked = self._questions(questions)
        base, tuned = self._weights(run, model, arms)
        begun = scores.begin(self._workspace.database, self._row(asked, base, tuned, arms, seed))
        self._take_over(begun, asked.questions, base, tuned)
        return begun

    def go_on(self, number: int, task: Task) -> Scorecard:
        """Answer what is open of a scorecard; one that was stopped or killed goes on where it was.

        Raises:
            Refused: the model, the run or the documents are not those that it was begun with.
            NotFound: there is no such scorecard, or its model or run is gone.
            Cancelled: stopped on request. The answers so far are stored; the same call continues.
        """
        row = self._scorecard(number)
        asked, arms = from_json(row.question_set), msgspec.json.decode(row.arms, type=list[Arm])
        base, tuned = self._weights(row.run or None, row.model, arms)
        same = self._row(QuestionSet(row.source, row.questions_sha256, asked), base, tuned, arms, row.seed)
        if same.identity != row.identity:
            raise Refused(
                "Documents, model or run have changed since this scorecard was begun.", "Score the questions anew."
            )
        shots = self._shots(tuned) if tuned and Arm.PROMPTED in arms else ()
        self._ask(asked, row, arms, shots, task)
        scores.finish(self._workspace.database, row.id)
        return self.get(row.id)

    def _take_over(self, begun: ScoreRow, questions: Sequence[Question], base: Model, tuned: Run | None) -> None:
        """Judge anew, instead of asking anew, what was answered before under just the same conditions.

        So a check that was corrected costs no time. The same questions with the same checks are asked again.
        """
        database = self._workspace.database
        if scores.answers(database, begun.id):
            return
        for old in scores.alike(database, begun):
            known, arms = from_json(old.question_set), msgspec.json.decode(old.arms, type=list[Arm])
            same = self._row(QuestionSet(old.source, old.questions_sha256, known), base, tuned, arms, old.seed)
            if same.identity == old.identity:  # nor has anything else changed that answers depend on
                said = [scored(answer) for answer in scores.answers(database, old.id)]
                wanted = msgspec.json.decode(begun.arms, type=list[Arm])
                for question, answers in reusable(known, said, questions, wanted):
                    rows = [answer_row(begun.id, question, answer) for answer in answers]
                    scores.add(database, rows, old.seconds / len(known))
                return

    def _questions(self, questions: Path | str) -> QuestionSet:
        """The questions to ask; of a set of the workspace those that have checks."""
        sets = self._workspace.question_sets
        if isinstance(questions, Path):
            return read_questions(questions)
        if Path(questions).is_file() and questions not in [one.name for one in sets.list()]:
            return read_questions(Path(questions))
        checked = tuple(one for one in sets.get(questions).questions if one.form or one.facts)
        if not checked:
            raise QuestionsRefused(f"No question of “{questions}” has a check.", "Add checks to its questions first.")
        return QuestionSet(questions, digest(checked), checked)

    def get(self, number: int) -> Scorecard:
        """A scorecard that is stored, finished or not."""
        row = self._scorecard(number)
        judgements = tuple(scored(answer) for answer in scores.answers(self._workspace.database, number))
        form, facts = side_scores(judgements, "form"), side_scores(judgements, "facts")
        return Scorecard(row, from_json(row.question_set), judgements, form, facts, verdict(form, facts))

    def _scorecard(self, number: int) -> ScoreRow:
        if row := scores.scorecard(self._workspace.database, number):
            return row
        raise NotFound(f"There is no scorecard {number}.", "Score a question set first: formfact score FILE.")

    def list(self) -> Sequence[ScoreRow]:
        """Every scorecard, newest first."""
        return scores.scorecards(self._workspace.database)

    def summaries(self) -> Sequence[Summary]:
        """Every scorecard in short, newest first."""
        return scores.summaries(self._workspace.database)

    def remove(self, number: int) -> None:
        """Remove a scorecard; ``restore`` brings it back until the workspace is closed."""
        database = self._workspace.database
        self._removed[number] = self._scorecard(number), scores.answers(database, number)
        scores.remove(database, number)

    def restore(self, number: int) -> None:
        """Undo ``remove``."""
        scores.put_back(self._workspace.database, *self._removed.pop(number))

    def report(self, scorecard: Scorecard, target: Path, *, title: str = "") -> Path:
        """Write a scorecard as one self-contained HTML file; see ``engine.compare.report``."""
        from engine.compare.report import write

        return write(self._workspace, scorecard, target, title)

    def _weights(self, run: str | None, model: str | None, arms: Sequence[Arm]) -> tuple[Model, Run | None]:
        """The model, and the run if an arm needs one."""
        if not any(arm.adapted or arm is Arm.PROMPTED for arm in arms):
            return self._workspace.models.get(model), None
        if run is not None:
            tuned = self._workspace.tuning.get(run)
            return self._workspace.models.get(model or tuned.model), tuned
        base = self._workspace.models.get(model)
        done = [one for one in self._workspace.tuning.list() if one.model == base.name and one.state == "done"]
        if not done:
            raise NotFound(
                f"There is no finished run of {base.name} whose answers could be scored.",
                "Tune it first (formfact tune start), or name a run (--run).",
            )
        return base, max(done, key=lambda one: one.created_at)

    def _row(self, asked: QuestionSet, base: Model, tuned: Run | None, arms: Sequence[Arm], seed: int) -> ScoreRow:
        documents = sorted(one.sha256 for one in self._workspace.documents.list())
        depends = {
            "questions_sha256": asked.sha256,
            "model_sha256": base.sha256,
            "run": tuned.id if tuned else "",
            "adapter_sha256": tuned.adapter_sha256 if tuned else "",
            "documents_sha256": _digest(documents),
            "arms": msgspec.json.encode(list(arms)).decode(),
            "seed": seed,
        }
        return ScoreRow(
            id=0,
            identity=_digest([depends, resources.text("prompts/grounded.txt")]),
            state="running",
            question_set=to_json(asked.questions),
            source=asked.path,
            model=base.name,
            seconds=0.0,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            **depends,  # type: ignore[arg-type]
        )

    def _shots(self, tuned: Run) -> Shots:
        """For the prompted arm: the first short examples that the run was tuned on."""
        data = f"{tuned.dataset}@{tuned.dataset_version}" if tuned.dataset_version else tuned.dataset
        asked = [example.messages for example in self._workspace.datasets.examples(data, count=100)]
        pairs = [turns for turns in asked if [turn.role for turn in turns] == ["user", "assistant"]]
        return tuple((user.content, assistant.content) for user, assistant in pairs[:SHOTS])

    def _ask(self, questions: Sequence[Question], row: ScoreRow, arms: Sequence[Arm], shots: Shots, task: Task) -> None:
        known = {answer.question for answer in scores.answers(self._workspace.database, row.id)}
        todo = [question for question in questions if question.id not in known]
        if known:
            task.emit(events.Notice(f"{len(known)} of {len(questions)} questions are answered already; going on."))
        quiet = Task()  # the tokens of a hundred answers are of no interest to who waits for a table
        task.on_cancel(quiet.cancel)
        began = time.monotonic()
        for count, question in enumerate(todo):
            done = len(questions) - len(todo) + count
            pace = (time.monotonic() - began) / count if count else None
            eta = pace * (len(todo) - count) if pace else None
            task.emit(events.Progress("Scoring", done, len(questions), "questions", eta, question.text[:48]))
            self._ask_one(question, row, arms, shots, quiet)
        task.emit(events.Progress("Scoring", len(questions), len(questions), "questions"))

    def _ask_one(self, question: Question, row: ScoreRow, arms: Sequence[Arm], shots: Shots, quiet: Task) -> None:
        began = time.monotonic()
        try:
            quiet.check()
            answers = self._workspace.chat.answer(
                question.text, arms, quiet, model=row.model, run=row.run or None, seed=row.seed, shots=shots
            )
            quiet.check()  # an answer that was cut short is not an answer
        except Cancelled as stop:
            said = "Scoring stopped; the answers so far are saved."
            raise Cancelled(said, "The same command goes on from there.") from stop
        rows = [answer_row(row.id, question, answer) for answer in answers]
        scores.add(self._workspace.database, rows, time.monotonic() - began)


def _digest(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()
