"""Which weights answer: the model and the run whose adapter is switched on, found, frozen, and checked afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import AdapterRefused, ModelRefused, NotFound, WrongWeights
from engine.models import files
from engine.types import Answer, Arm
from store import answers as rows
from store.answers import ComparisonRow
from store.connection import Database

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.models import Model
    from store.runs import Run


@dataclasses.dataclass(frozen=True, slots=True)
class Weights:
    """What answers: a model, and the run whose adapter the tuned arms use (None: no arm needs one)."""

    model: Model
    run: Run | None

    @property
    def adapter(self) -> str | None:
        """The adapter's GGUF file."""
        return self.run.adapter if self.run else None


def find(workspace: Workspace, model: str | None, run: str | None, arms: Sequence[Arm]) -> Weights:
    """The weights that ``arms`` need, by the names of model and run.

    Args:
        model: None: the run's, else the default.
        run: None: the newest finished run of the model.

    Raises:
        NotFound, ModelRefused, AdapterRefused: see ``engine.errors``.
    """
    if not any(arm.adapted for arm in arms):
        return Weights(_served(workspace, model), None)
    tuned = workspace.tuning.get(run) if run else None
    base = _served(workspace, model or (tuned.model if tuned else None))
    tuned = tuned or _newest(workspace, base)
    if not tuned.adapter:
        raise NotFound(f"Run {tuned.id} has no adapter ({tuned.state}).", "Finish it: formfact tune resume.")
    if tuned.base_sha256 != base.sha256:
        raise AdapterRefused(
            f"Run {tuned.id} was tuned on another base model than {base.name}.",
            f"Use it with {tuned.model}, or tune {base.name}.",
        )
    return Weights(base, tuned)


def recorded(workspace: Workspace, row: ComparisonRow, run: str | None, arms: Sequence[Arm]) -> Weights:
    """The weights of an asked comparison, for further arms of it.

    Args:
        run: the run to use where the comparison has none yet.

    Raises:
        WrongWeights: model or adapter are no longer those that the comparison was asked with.
    """
    try:
        weights = find(workspace, row.model, row.run or run, arms)
        same = weights.model.sha256 == row.model_sha256
        if weights.run and row.run:
            digest = files.sha256_cached(Path(weights.run.adapter))
            same = same and row.adapter_sha256 == weights.run.adapter_sha256 == digest
    except (ModelRefused, NotFound, AdapterRefused, OSError) as fault:
        if not row.run and not isinstance(fault, ModelRefused):
            raise  # there is no run yet: nothing that was there is gone
        raise _changed(str(fault)) from fault
    if not same:
        raise _changed(f"model {row.model} {row.model_sha256}, run {row.run} {row.adapter_sha256}")
    return weights


def check(database: Database, weights: Weights, build: str, answer: Answer) -> None:
    """Compare what answered with what is recorded: the adapter's file, and what the canary says of the base.

    Raises:
        WrongWeights: it is another.
    """
    model, run = weights.model, weights.run
    if run and answer.adapter not in (None, run.adapter_sha256):
        raise WrongWeights(
            f"The adapter that answered is not the one that run {run.id} made.",
            "Its file was changed: tune again, or put the file back.",
            f"{answer.adapter}, recorded {run.adapter_sha256}",
        )
    if answer.canary is None:
        return
    known = rows.recorded_base(database, model.sha256, build, answer.canary.base)
    if known != answer.canary.base:
        raise WrongWeights(
            f"The weights that answered are not those of {model.name} as they were recorded.",
            "Close Formfact and open it again; if this repeats, add the model again.",
            f"canary {answer.canary.base}, recorded {known}",
        )


def _changed(details: str) -> WrongWeights:
    return WrongWeights(
        "The model or the adapter is no longer the one that this question was asked with.",
        "Ask the question again: then all answers come from the same weights.",
        details,
    )


def _served(workspace: Workspace, name: str | None) -> Model:
    model = workspace.models.get(name)
    if not model.gguf:
        raise ModelRefused(f"The model {model.name} has no GGUF file to chat with.", "Add it with its GGUF file.")
    return model


def _newest(workspace: Workspace, base: Model) -> Run:
    done = [one for one in workspace.tuning.list() if one.model == base.name and one.state == "done"]
    if not done:
        raise NotFound(
            f"There is no finished run of {base.name}.",
            "Tune it first (formfact tune start), or name a run (--run).",
        )
    return max(done, key=lambda one: one.created_at)
