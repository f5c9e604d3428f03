"""The stages of a run, each leaving its result in the run's folder: tokens, weights, training, conversion, gate.

A stage whose result is there is not done again, so a resumed run goes on wherever it was interrupted.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import events
from engine.errors import Cancelled, ChildDied, FormfactError, ModelRefused
from engine.process import Child
from engine.task import Task
from engine.tune import gate, weights, wishes
from engine.tune.journal import FILE, Journal
from engine.tune.loop import trained
from engine.tune.prepare import prepare, vocabulary
from engine.tune.recipe import Recipe, smaller
from engine.tune.samples import write_samples
from engine.tune.watch import Totals
from store import runs as rows
from store.runs import Run

if TYPE_CHECKING:
    from engine.workspace import Workspace


class Pipeline:
    """Works through one run.

    Args:
        run: its row, which is kept up to date.
        folder: its folder.
        task: told what happens; its cancel saves and stops.
    """

    def __init__(self, workspace: Workspace, run: Run, folder: Path, task: Task) -> None:
        self._workspace, self._folder, self._task = workspace, folder, task
        self._run = dataclasses.replace(run, adapter="")
        self._data = f"{run.dataset}@{run.dataset_version}"  # as it was, also when the run is resumed later
        self._recipe = Recipe.load(folder / "recipe.toml")
        self._model = workspace.models.get(run.model)
        if self._model.sha256 != run.base_sha256:
            raise ModelRefused(
                f"The model {run.model} is not the one that run {run.id} was started on.",
                "Add that model again under its name, or start a new run.",
            )

    def row(self, **changes: str) -> Run:
        """Write changes of the run's row."""
        self._run = rows.update(self._workspace.database, self._run, **changes)
        return self._run

    def all(self) -> Run:
        """Every stage that is not done yet."""
        self.row(state="preparing", note="")
        tuner = self._workspace.child("engine.tune.child", f"tune-{self._run.id}")
        try:
            self._task.emit(events.Started("Preparing the examples"))
            warm = tuner.call("warm_up")  # seconds of imports, meanwhile the tokens are made
            self._prepare()
            write_samples(self._workspace, self._model, self._folder, self._recipe.samples, self._task)
            gate.write_canaries(self._workspace, self._model, self._folder, vocabulary(self._model), self._task)
            warm.result(self._task)
            self._heed()
            folder = weights.training_weights(self._workspace, self._model, tuner, self._folder, self._task)
            self._heed()
            totals = self._train(tuner, folder)
            if totals.stopped and self._leaving():
                raise Cancelled
            self._convert()
            return self._check(tuner, folder, totals)
        finally:
            tuner.close()  # one process per run: its memory is given back

    def ended(self, fault: FormfactError, *, resumable: bool) -> None:
        """Record how the run ended when it did not come through."""
        if isinstance(fault, Cancelled):
            state = "stopped"
        else:
            state = "interrupted" if isinstance(fault, ChildDied) else "failed"
        tip = " It can be resumed from its last checkpoint." if resumable else ""
        if "SIGKILL" in fault.what:  # how Linux ends a process when memory runs out, but not only then
            tip += f" If the machine ran out of memory: {smaller(self._recipe)}"
        self.row(state=state, note=f"{fault.what}{tip}")

    def _train(self, tuner: Child, folder: Path) -> Totals:
        done = trained(self._folder)
        if done and not done.stopped:
            return done
        self.row(state="training")
        self._task.emit(events.Started("Tuning"))
        found = tuner.call("train", run=str(self._folder), weights=str(folder)).result(self._telling())
        if found is None:  # cancelled before its first step
            raise Cancelled
        self.row(metrics=_json(found))
        return msgspec.convert(found, Totals)

    def _prepare(self) -> None:
        """The tokens. What a person should know of them (examples that were left out) is kept in the journal."""
        journal = Journal(self._folder / FILE, self._task)

        def tell(event: events.Event) -> None:
            (journal.tell if isinstance(event, events.Notice) else self._task.emit)(event)

        told = Task(tell)
        self._task.on_cancel(told.cancel)
        try:
            prepare(self._workspace, self._model, self._recipe, self._data, self._folder, told)
        finally:
            journal.close()

    def _heed(self) -> None:
        """Raise ``Cancelled`` if there is a wish to stop, of whatever kind, before there is anything to save."""
        if self._task.cancelled or wishes.wished(self._folder):
            raise Cancelled

    def _leaving(self) -> bool:
        """Whether what was trained so far is for another process to go on with, or for nobody."""
        return wishes.wished(self._folder, wishes.DETACH, wishes.DISCARD)

    def _telling(self) -> Task:
        """A task that tells each step also as progress, for whoever shows any kind of work."""

        def tell(event: events.Event) -> None:
            self._task.emit(event)
            if isinstance(event, events.TrainStep):
                rate = f"loss {event.loss:.3f} · {event.tokens_per_s:,.0f} tokens/s"
                step = events.Progress("Tuning", event.step, event.steps, "steps", event.eta_s, rate)
                self._task.emit(step)

        told = Task(tell)
        self._task.on_cancel(told.cancel)
        return told

    def _convert(self) -> None:
        from engine.models.adapter import to_gguf

        self.row(state="converting")
        target = self._folder / "adapter.gguf"
        facts = to_gguf(self._folder / "adapter", Path(self._model.gguf), target, base_sha256=self._model.sha256)
        relative = str(target.relative_to(self._workspace.folder))
        self.row(adapter=relative, adapter_sha256=facts.sha256)

    def _check(self, tuner: Child, folder: Path, totals: Totals) -> Run:
        """The gate. A run that was stopped is checked as well: what it has learnt so far can be used."""
        self.row(state="checking")
        self._task.emit(events.Started("Checking that chat runs what was trained"))
        quiet = Task() if totals.stopped else self._task  # a stop that has done its work does not stop this too
        found = gate.check(self._workspace, self._model, tuner, self._folder, folder, quiet)
        (self._folder / "gate.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2))
        self.row(gate=_json(found))
        if not found.passed:
            self._task.emit(events.Notice(f"The run is kept, but did not pass its check: {found.cause}"))
            return self.row(state="failed", note=found.cause)
        if totals.stopped:
            note = f"Stopped after {totals.step} of {totals.steps} steps; what it has learnt so far can be used."
            return self.row(state="stopped", note=note)
        return self.row(state="done", note="")


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
