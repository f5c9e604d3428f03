"""A run at a glance: its row with what is stored in it as text made into values, and what can be done with it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import msgspec

from engine.tune.gate import Gate
from engine.tune.recipe import PRESETS, Recipe
from engine.tune.watch import Totals
from store.runs import ACTIVE, Run

if TYPE_CHECKING:
    from engine.workspace import Workspace

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Overview:
    """A run at a glance.

    ``preset`` is the recipe that it was made with, empty for one that was changed. ``elsewhere``: it goes on in a
    process of its own. ``saved_step`` is where it would go on from, 0 from the beginning.
    """

    run: Run
    recipe: Recipe
    preset: str
    totals: Totals | None
    gate: Gate | None
    elsewhere: bool
    saved_step: int

    @property
    def title(self) -> str:
        """Its name, or its id."""
        return self.run.name or self.run.id

    @property
    def active(self) -> bool:
        """Whether it is under way."""
        return self.run.state in ACTIVE

    @property
    def resumable(self) -> bool:
        """Whether it can be gone on with."""
        return self.run.state in ("interrupted", "stopped", "failed") and not self.complete

    @property
    def complete(self) -> bool:
        """Whether all of its steps are done."""
        return bool(self.totals and not self.totals.stopped and self.totals.step >= self.totals.steps)

    @property
    def usable(self) -> bool:
        """Whether chat can answer with it."""
        return bool(self.run.adapter) and not self.active and bool(self.gate and self.gate.passed)

    @property
    def held_out(self) -> float | None:
        """The held-out loss at its end."""
        return self.totals.held_out[-1][1] if self.totals and self.totals.held_out else None


def overview(workspace: Workspace, run: Run) -> Overview:
    """A run at a glance."""
    recipe = Recipe.of(tomllib.loads(run.recipe))
    tuning = workspace.tuning
    return Overview(
        run,
        recipe,
        preset_of(recipe),
        _parsed(run.metrics, Totals),
        _parsed(run.gate, Gate),
        tuning.elsewhere(run),
        tuning.saved_step(run) if tuning.resumable(run) else 0,
    )


def overviews(workspace: Workspace) -> list[Overview]:
    """All runs at a glance, the newest first."""
    return [overview(workspace, run) for run in workspace.tuning.list()]


def preset_of(recipe: Recipe) -> str:
    """The preset that a recipe is, whatever learning rate was chosen for the model; empty for another."""
    for name, preset in _presets():
        if not preset.learning_rate:  # chosen by the size of the model when the run was started
            preset = replace(preset, learning_rate=recipe.learning_rate)
        if preset == recipe:
            return name
    return ""


@lru_cache(maxsize=1)
def _presets() -> tuple[tuple[str, Recipe], ...]:
    return tuple((name, Recipe.preset(name)) for name in PRESETS)


def differences(runs: Sequence[Overview]) -> list[tuple[str, list[str]]]:
    """What runs were made differently with: the name of a setting, model or data, and its value in each run."""
    columns = [("model", [one.run.model for one in runs]), ("data", [_data(one.run) for one in runs])]
    columns += [(field.name, [str(getattr(one.recipe, field.name)) for one in runs]) for field in fields(Recipe)]
    return [(name, values) for name, values in columns if len(set(values)) > 1]


def _data(run: Run) -> str:
    return f"{run.dataset} ({run.dataset_version[:8]})"


def _parsed(text: str, kind: type[Kind]) -> Kind | None:
    """A row's JSON column; None while nothing is in it, or figures that were no numbers (JSON has none of those)."""
    try:
        return None if text in ("", "{}") else msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError:
        return None
