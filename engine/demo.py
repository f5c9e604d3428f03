"""The main job on the built-in sample: index its documents, tune the starter, score the four arms, write the report.

The demo's folder is a workspace with ``report.html`` and ``demo.json`` beside it. ``demo.json`` says which steps are
done and how long they took, so that a demo that was stopped or killed goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import events, resources, sample
from engine.errors import Cancelled, FormfactError, disk_errors
from engine.task import Task
from engine.tune.recipe import Recipe
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.compare.scoring import Scorecard

_TITLE = "Formfact on the sample: tune for form, retrieve for facts"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo showed. ``seconds`` counts all of its starts; ``repeated``: it had been done before."""

    scorecard: Scorecard
    report: Path
    seconds: float
    repeated: bool

    def plain(self) -> dict[str, Any]:
        """The demo as the command line's JSON."""
        return {**self.scorecard.plain(self.report), "seconds": round(self.seconds, 1)}


class _State(msgspec.Struct):
    """What ``demo.json`` holds."""

    seconds: dict[str, float] = {}
    run: str = ""
    scorecard: int = 0


def run(folder: Path, task: Task, *, recipe: Recipe | None = None) -> Demo:
    """Do the main job in ``folder``, or what is left of it.

    Args:
        folder: a new folder, or one in which a demo was begun. A finished demo is shown again, not repeated.
        task: told the steps and their progress; its cancel saves and stops.
        recipe: how to tune; None takes the sample's own.

    Raises:
        FormfactError: ``folder`` holds something else, or one of the steps failed.
        Cancelled: stopped on request; the same call goes on.
    """
    folder = folder.absolute()
    with disk_errors(folder):
        if folder.exists() and not (folder / "demo.json").exists() and (folder.is_file() or any(folder.iterdir())):
            raise FormfactError(f"{folder} is not an empty folder.", "Choose a new one: formfact demo --out DIR.")
        folder.mkdir(parents=True, exist_ok=True)
    with Workspace.open(folder) as workspace:
        try:
            return _Steps(workspace, task).all(recipe or _recipe())
        except Cancelled as stop:
            raise Cancelled("The demo stopped; what is done is saved.", "Start it again to go on from there.") from stop


def _recipe() -> Recipe:
    return Recipe.load(resources.SAMPLE / "recipe.toml")


class _Steps:
    """The steps of one demo; each leaves its result in the workspace before the next begins."""

    def __init__(self, workspace: Workspace, task: Task) -> None:
        self._workspace = workspace
        self._task = task
        self._file = workspace.folder / "demo.json"
        self._state = msgspec.json.decode(self._file.read_bytes(), type=_State) if self._file.exists() else _State()
        self._save()

    def all(self, recipe: Recipe) -> Demo:
        """Every step that is not done yet."""
        if self._state.scorecard:
            return self._result(repeated=True)
        with self._step("copying", 1, "Copying the sample"):
            folder = sample.copy(self._workspace)
        with self._step("indexing", 2, "Indexing its documents"):
            self._workspace.documents.add([folder / "documents"], self._task)
        with self._step("tuning", 3, "Tuning the starter on its examples"):
            tuned = sample.tuned(self._workspace, folder, recipe, self._task)
        with self._step("scoring", 4, "Asking every question in four ways"):
            card = self._workspace.scoring.score(
                folder / "questions.jsonl", self._task, run=tuned.id, model=sample.MODEL
            )
        with self._step("reporting", 5, "Writing the report"):
            self._workspace.scoring.report(card, self._report, title=_TITLE)
        self._state.run, self._state.scorecard = tuned.id, card.row.id
        self._save()
        return self._result(repeated=False)

    def _result(self, *, repeated: bool) -> Demo:
        card = self._workspace.scoring.get(self._state.scorecard)
        return Demo(card, self._report, sum(self._state.seconds.values()), repeated)

    @property
    def _report(self) -> Path:
        return self._workspace.folder / "report.html"

    @contextmanager
    def _step(self, name: str, number: int, what: str) -> Iterator[None]:
        """One step: announced, timed over all its starts, and stopped before it begins if that was asked."""
        self._task.check()
        self._task.emit(events.Started(f"{number}/5 {what}"))
        began = time.monotonic()
        try:
            yield
        finally:
            self._state.seconds[name] = self._state.seconds.get(name, 0.0) + time.monotonic() - began
            self._save()

    def _save(self) -> None:
        with disk_errors(self._file):
            draft = self._file.with_suffix(".part")
            draft.write_bytes(msgspec.json.encode(self._state))
            draft.replace(self._file)
