"""Tuning, for the window and the command line: start, list, stop, resume and repeat runs."""

from __future__ import annotations

import dataclasses
import shutil
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.errors import FormfactError, ModelRefused, NotFound, disk_errors
from engine.task import Task
from engine.tune import journal, ledger
from engine.tune.pipeline import Pipeline
from engine.tune.recipe import Recipe
from engine.tune.watch import STOP, newest_checkpoint
from store import runs as rows
from store.runs import ACTIVE, Run

if TYPE_CHECKING:
    from engine.events import Event
    from engine.workspace import Workspace

_RESUMABLE = ("interrupted", "stopped", "failed")


class Tuning:
    """The training runs of a workspace.

    A run that was left in the middle by a process that is gone is ``interrupted`` from the first look at it, and can be
    resumed.

    Args:
        workspace: the open workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._database = workspace.database
        if not workspace.read_only:  # we hold the workspace's lock, so nobody else works on a run
            rows.interrupt(self._database, "Its process ended before it was through.")

    def start(
        self, data: str, model: str | None, task: Task, *, recipe: Recipe | None = None, name: str | None = None
    ) -> Run:
        """Train an adapter, convert it, and pass it through the parity gate.

        Args:
            data: name of a dataset.
            model: name of a base model; None: the default one.
            task: told every step; its cancel saves and stops.
            recipe: how; None: the balanced one.
            name: what to call the run.

        Returns:
            The run, ``done`` or ``stopped``; or ``failed`` when it did not pass the gate (``note`` says why; the
            adapter is kept).

        Raises:
            NotFound, DataRefused, ModelRefused, OutOfMemory, Diverged, ChildDied: the run is kept and marked.
        """
        return self._through(self._new(data, model, recipe or Recipe.preset("balanced"), name or "", ""), task)

    def resume(self, run: str | None, task: Task) -> Run:
        """Go on with a run that was stopped, interrupted, or failed, from its last checkpoint.

        Raises:
            FormfactError: the run is done. Else as ``start``.
        """
        found = self.get(run)
        if found.state not in _RESUMABLE:
            raise FormfactError(f"Run {found.id} is {found.state}; there is nothing to go on with.")
        return self._through(found, task)

    def retune(self, run: str | None, task: Task) -> Run:
        """Repeat a run with its recipe, on the dataset and the model as they are now."""
        old = self.get(run)
        recipe = Recipe.of(tomllib.loads(old.recipe))
        return self._through(self._new(old.dataset, old.model, recipe, old.name, old.id), task)

    def stop(self, run: str | None) -> Run:
        """Ask a run to save and stop; works from another process too.

        Raises:
            FormfactError: the run is not under way.
        """
        found = self.get(run)
        if found.state not in ACTIVE:
            raise FormfactError(f"Run {found.id} is not under way; it is {found.state}.")
        path = self.folder(found) / STOP
        with disk_errors(path):
            path.touch()
        return found

    def get(self, run: str | None = None) -> Run:
        """A run by its id, the start of it, or its name; None or ``latest``: the newest.

        Raises:
            NotFound: there is none.
        """
        known = self.list()
        if run in (None, "", "latest"):
            if known:
                return known[0]
            raise NotFound("There is no run yet.", "Start one: formfact tune start --data NAME.")
        for same in (lambda one: one.id == run, lambda one: one.name == run, lambda one: one.id.startswith(str(run))):
            if found := next(filter(same, known), None):
                return found
        raise NotFound(f"There is no run {run!r}.", "`formfact tune list` shows the runs.")

    def folder(self, run: Run) -> Path:
        """The folder of a run."""
        return self._workspace.folder / "runs" / run.id

    def events(self, run: Run) -> list[Event]:
        """What a run has told so far: the curve of its loss, its checkpoints."""
        return journal.read(self.folder(run) / "events.jsonl")

    def _new(self, data: str, model: str | None, recipe: Recipe, name: str, parent: str) -> Run:
        base = self._workspace.models.get(model)
        if not base.gguf:
            raise ModelRefused(f"The model {base.name} has no GGUF file.", "Add it with its GGUF file.")
        dataset = self._workspace.datasets.get(data)
        recipe = recipe.resolved(base.parameters)
        now = datetime.now(UTC)
        run = Run(
            id=self._free_id(now),
            name=name,
            state="preparing",
            model=base.name,
            base_sha256=base.sha256,
            dataset=dataset.name,
            dataset_version=dataset.version,
            recipe=recipe.toml(),
            environment=msgspec.json.encode(ledger.environment()).decode(),
            parent=parent,
            created_at=now.isoformat(timespec="milliseconds"),
        )
        folder = self.folder(run)
        with disk_errors(folder):
            folder.mkdir(parents=True)
            try:
                (folder / "recipe.toml").write_text(recipe.toml(), encoding="utf-8")
                rows.insert(self._database, run)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return run

    def _free_id(self, now: datetime) -> str:
        stem = now.strftime("%Y%m%d-%H%M%S")
        taken = {path.name for path in (self._workspace.folder / "runs").glob(f"{stem}*")}
        return next(name for n in range(len(taken) + 1) if (name := f"{stem}-{n}" if n else stem) not in taken)

    def _through(self, run: Run, task: Task) -> Run:
        """Work through the stages of a run; whatever happens, its row says how it ended."""
        pipeline = Pipeline(self._workspace, run, self.folder(run), task)
        try:
            with disk_errors(self.folder(run)):
                return self._placed(pipeline.all())
        except FormfactError as fault:
            pipeline.ended(fault, resumable=newest_checkpoint(self.folder(run)) is not None)
            raise
        except BaseException:
            pipeline.row(state="interrupted", note="It ended unexpectedly.")
            raise

    def _placed(self, run: Run) -> Run:
        """The row with its adapter's path made whole; it is kept relative so that a workspace can be moved."""
        return dataclasses.replace(run, adapter=str(self._workspace.folder / run.adapter)) if run.adapter else run

    def list(self) -> list[Run]:
        """All runs, the newest first."""
        return [self._placed(run) for run in rows.listed(self._database)]
