"""What the page reads, on a reader thread, and shows as it is. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.compare import picture
from engine.compare.picture import Mark
from engine.compare.rows import Row, rows
from engine.compare.scoring import Scorecard
from engine.types import Arm
from engine.workspace import Workspace
from store.questions import SetRow
from store.runs import Run
from store.scores import Summary


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be scored, with what, and what has been."""

    sets: Sequence[SetRow]
    runs: Sequence[Run]
    cards: Sequence[Summary]


@dataclass(frozen=True, slots=True)
class Shown:
    """A scorecard as it is shown.

    Attributes:
        run: the name of its run, empty if it had none or it is gone.
        editable: whether its question set is one of the workspace.
    """

    card: Scorecard
    rows: Sequence[Row]
    marks: Sequence[Mark]
    run: str
    editable: bool


@dataclass(frozen=True, slots=True)
class Request:
    """What a person has chosen to score."""

    questions: str
    run: str | None
    arms: tuple[Arm, ...]


def read_choices(workspace: Workspace) -> Choices:
    """Everything that can be chosen; finished runs only, the newest first."""
    runs = [run for run in workspace.tuning.list() if run.state == "done"]
    runs.sort(key=lambda run: run.created_at, reverse=True)
    return Choices(workspace.question_sets.list(), runs, workspace.scoring.summaries())


def read_card(workspace: Workspace, number: int) -> Shown:
    """A scorecard with its questions in the order of interest."""
    card = workspace.scoring.get(number)
    names = {one.name for one in workspace.question_sets.list()}
    run = next((one.name for one in workspace.tuning.list() if one.id == card.row.run), "")
    return Shown(card, rows(card), picture.marks(card.form, card.facts), run, card.row.source in names)


def report_file(workspace: Workspace, card: Scorecard) -> Path:
    """Where a scorecard's report lies in the workspace."""
    return workspace.folder / "reports" / f"scorecard-{card.row.id}.html"


def source_name(source: str) -> str:
    """The name of a question set: as it is called in the workspace, or the file's name."""
    return Path(source).stem if Path(source).is_absolute() else source
