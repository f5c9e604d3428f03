"""The sample in a workspace: a fictional company's documents, examples and questions, indexed and tuned.

What a person meets at the first start. Each step is skipped where its result is there already, so that preparing can
be stopped at any moment and called again.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from engine import events, resources
from engine.errors import FormfactError, disk_errors
from engine.task import Task
from engine.tune.recipe import Recipe

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.runs import Run

DATASET = "Support replies"
QUESTIONS = "Sample questions"
MODEL = "starter"
RUN = "House style"
_RESUMABLE = ("stopped", "interrupted")
_MARK = "sample.wanted"


def wanted(workspace: Workspace) -> bool:
    """Whether the workspace is to hold the sample and does not hold all of it yet."""
    return (workspace.folder / _MARK).exists()


def want(folder: Path) -> None:
    """Make ``folder`` a workspace that is to hold the sample; ``prepare`` then fills it."""
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).touch()


def prepare(workspace: Workspace, task: Task) -> None:
    """Index the sample's documents, import its examples, and tune the starter on them; what is there is left.

    Raises:
        FormfactError: one of the steps failed.
        Cancelled: stopped on request; the next call goes on.
    """
    folder = copy(workspace)
    if QUESTIONS not in [one.name for one in workspace.question_sets.list()]:
        workspace.question_sets.import_file(folder / "questions.jsonl", QUESTIONS)
    workspace.documents.add([folder / "documents"], task)
    task.check()
    tuned(workspace, folder, Recipe.load(resources.SAMPLE / "recipe.toml"), task)
    (workspace.folder / _MARK).unlink(missing_ok=True)


def copy(workspace: Workspace) -> Path:
    """The sample's files in the workspace's own folder, to look into and to play with; what was changed there stays."""
    target = workspace.folder / "sample"
    with disk_errors(target):
        for source in sorted(resources.SAMPLE.rglob("*")):
            here = target / source.relative_to(resources.SAMPLE)
            if source.is_file() and source.suffix != ".py" and not here.exists():
                here.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, here)
    return target


def tuned(workspace: Workspace, folder: Path, recipe: Recipe, task: Task) -> Run:
    """A finished run on the sample's examples: the one that is there, the one that was stopped, or a new one."""
    tuning = workspace.tuning
    data = workspace.datasets.import_file(folder / "examples.jsonl", task, name=DATASET)
    for run in sorted(tuning.list(), key=lambda one: one.created_at, reverse=True):
        if (run.name, run.dataset_version) != (RUN, data.version):
            continue
        if run.state == "done":
            return run
        if run.state in _RESUMABLE:
            return _finished(tuning.resume(run.id, task), task)
    return _finished(tuning.start(DATASET, MODEL, task, recipe=recipe, name=RUN), task)


def _finished(run: Run, task: Task) -> Run:
    task.check()
    if run.state != "done":
        raise FormfactError(f"Tuning ended as “{run.state}”. {run.note}".strip(), "Start it again.")
    task.emit(events.Notice(f"The run {run.name} is ready."))
    return run
