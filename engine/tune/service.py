"""Tuning, for the window and the command line: start, stop, resume, repeat, leave in the background."""

from __future__ import annotations

import contextlib
import shutil
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from engine import events
from engine.errors import Cancelled, ChildDied, FormfactError, ModelRefused, disk_errors
from engine.task import Task
from engine.tune import background, ledger, wishes
from engine.tune.holding import held
from engine.tune.pipeline import Pipeline
from engine.tune.preflight import Preflight, preflight
from engine.tune.recipe import Recipe
from engine.tune.runs import Runs
from engine.tune.watch import newest_checkpoint
from store import runs as rows
from store.runs import ACTIVE, Run

_HANDOVER_S = 900.0  # a step of a large model on a processor, and its checkpoint


class Tuning(Runs):
    """The training runs of a workspace, and what can be done with them.

    Args:
        workspace: the open workspace.
    """

    def preflight(self, data: str, model: str | None, recipe: Recipe, task: Task) -> Preflight:
        """What a run would need, and whether it fits; quick, from sizes and from what earlier runs took."""
        return preflight(self._workspace, data, model, recipe, task)

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
            Cancelled: it was discarded, or goes on in the background.
        """
        return self._through(self._new(data, model, recipe or Recipe.preset("balanced"), name or "", ""), task)

    def start_detached(
        self, data: str, model: str | None, *, recipe: Recipe | None = None, name: str | None = None
    ) -> Run:
        """Like ``start``, in a process of its own that outlives this one."""
        run = self._new(data, model, recipe or Recipe.preset("balanced"), name or "", "")
        with self._working_on(run):
            background.launch(self._workspace.folder, run.id, self.folder(run))
        return run

    def resume(self, run: str | None, task: Task) -> Run:
        """Go on with a run that was stopped, interrupted, or failed, from its last checkpoint.

        Raises:
            FormfactError: the run is done. Else as ``start``.
        """
        found = self.get(run)
        if not self.resumable(found):
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
        return self._wish(run, wishes.STOP)

    def discard(self, run: str | None) -> Run:
        """Ask a run to end and to be thrown away with all that it has made; works from another process too.

        Raises:
            FormfactError: the run is not under way (``delete`` is for those).
        """
        return self._wish(run, wishes.DISCARD)

    def detach(self, run: str | None) -> Run:
        """Let a run that this process works on go on in a process of its own, whatever becomes of this one.

        That process is alive when this returns; the work here saves and ends as soon as it can (its task raises
        Cancelled), and goes on there.

        Raises:
            FormfactError: the run is not under way, or the process did not start (the run then goes on here).
        """
        found = self._under_way(run)
        if not self.elsewhere(found):
            background.launch(self._workspace.folder, found.id, self.folder(found))
            wishes.wish(self.folder(found), wishes.DETACH)
        return found

    def carry_on(self, run: str, task: Task) -> Run:
        """The work of the process that ``detach`` starts: wait until the run is let go, and go through with it."""
        found = self.get(run)
        with self._working_on(found), held(self.folder(found), _HANDOVER_S):
            found = self.get(run)
            if found.state not in ACTIVE:
                return found  # it came to its end before it was let go
            wishes.forget(self.folder(found), wishes.DETACH)  # and no other: someone may have said stop meanwhile
            return self._worked(found, task)

    def _under_way(self, run: str | None) -> Run:
        found = self.get(run)
        if found.state not in ACTIVE:
            raise FormfactError(f"Run {found.id} is not under way; it is {found.state}.")
        return found

    def _wish(self, run: str | None, what: str) -> Run:
        found = self._under_way(run)
        wishes.wish(self.folder(found), what)
        return found

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
                self._mine.add(run.id)  # before others can see it: they would call it interrupted
                rows.insert(self._database, run)
            except BaseException:
                self._mine.discard(run.id)
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return run

    def _free_id(self, now: datetime) -> str:
        stem = now.strftime("%Y%m%d-%H%M%S")
        taken = {path.name for path in (self._workspace.folder / "runs").glob(f"{stem}*")}
        return next(name for n in range(len(taken) + 1) if (name := f"{stem}-{n}" if n else stem) not in taken)

    @contextlib.contextmanager
    def _working_on(self, run: Run) -> Iterator[None]:
        self._mine.add(run.id)
        try:
            yield
        finally:
            self._mine.discard(run.id)

    def _through(self, run: Run, task: Task) -> Run:
        """Hold a run and work through it."""
        with self._working_on(run), held(self.folder(run)):
            wishes.forget(self.folder(run))
            return self._worked(run, task)

    def _worked(self, run: Run, task: Task) -> Run:
        """Work through the stages of a run; whatever happens, its row says how it ended."""
        folder = self.folder(run)
        task.emit(events.RunBegan(run.id))
        pipeline = Pipeline(self._workspace, run, folder, task)
        try:
            with disk_errors(folder):
                done = self._placed(pipeline.all())
            if wishes.wished(folder, wishes.DISCARD):
                raise Cancelled
            return done
        except FormfactError as fault:
            self._ended(pipeline, run, fault)
            raise
        except BaseException:
            pipeline.row(state="interrupted", note="It ended unexpectedly.")
            raise

    def _ended(self, pipeline: Pipeline, run: Run, fault: FormfactError) -> None:
        """Record how a run ended that did not come through, unless it goes on elsewhere or is thrown away."""
        folder = self.folder(run)
        if wishes.wished(folder, wishes.DISCARD):
            self._throw_away(run)
        elif not (wishes.wished(folder, wishes.DETACH) and isinstance(fault, (Cancelled, ChildDied))):
            pipeline.ended(fault, resumable=newest_checkpoint(folder) is not None)
