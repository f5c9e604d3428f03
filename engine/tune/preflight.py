"""What a run will need, before it is started: memory, time, and whether that fits. Quick, nothing is loaded.

Sizes come from the model's facts and a look at the examples; how fast this machine is comes from earlier runs of the
same model where there are any, else from a rule of thumb, and the range is then wide. Once a run is started, real
steps on its longest rows measure the same (``events.Estimated``).
"""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine import machine
from engine.errors import ModelRefused
from engine.task import Task
from engine.tune.recipe import Recipe
from store import runs as rows
from store.runs import Run

if TYPE_CHECKING:
    from engine.types import Example
    from engine.workspace import Workspace
    from store.models import Model

_LOOK = 400  # examples that are looked at
_LATEST = 3  # runs whose speed counts
_CHARS, _FRAME = 3.0, 24  # characters of a token, tokens of a chat template
_PASSAGES = 400  # tokens of the passages in a prompt
_FEW, _ENOUGH = 8, 100
_START_S = 25.0  # imports, conversion, gate
_CPU_FLOPS, _GPU_FLOPS = 2.5e10, 4e13  # a core in fp32, a GPU; what training gets out of them, not what they could


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a run will need. ``memory`` and ``free`` are bytes, on the GPU if ``on_gpu``.

    ``known``: the times come from earlier runs of this model on this machine.
    """

    memory: int
    seconds_low: float
    seconds_high: float
    fits: bool
    warnings: tuple[str, ...]
    free: int
    on_gpu: bool
    known: bool
    examples: int
    steps: int


@dataclass(frozen=True, slots=True)
class _Size:
    """The examples in tokens: how many, how long on average, how long the longest is."""

    examples: int
    mean: float
    longest: int


def preflight(workspace: Workspace, data: str, name: str | None, recipe: Recipe, task: Task) -> Preflight:
    """See ``Tuning.preflight``.

    Raises:
        NotFound, ModelRefused: there is no such dataset or model, or the model cannot be tuned.
    """
    model, dataset = workspace.models.get(name), workspace.datasets.get(data)
    tunable = workspace.models.tunable(model)
    if not tunable.can:
        raise ModelRefused(f"{model.name} cannot be tuned.", tunable.why)
    examples = workspace.datasets.examples(dataset, 0, _LOOK)
    task.check()
    here = machine.look(workspace.folder)
    before = [run for run in rows.listed(workspace.database) if run.base_sha256 == model.sha256 and _metrics(run)]
    size = _measured(examples, dataset.rows, recipe, min(recipe.length, model.context or recipe.length))
    size = replace(size, mean=_mean(before, dataset.name, recipe) or size.mean)
    learnt = round(size.examples * (1 - recipe.held_out)) or size.examples
    per_step = recipe.batch * recipe.accumulation
    steps = recipe.max_steps or math.ceil(learnt * recipe.epochs / per_step)
    gpu = bool(here.gpus)
    free = max((one.free_mib for one in here.gpus), default=0) * 2**20 if gpu else here.free_memory
    need = max(_memory(model, recipe, size.longest, gpu), _seen(before, recipe))
    speeds, known = _speeds(before, model, here)
    tokens = steps * per_step * size.mean
    low, high = (0.9, 1.2) if known else (0.5, 3.0)
    return Preflight(
        need, low * (_START_S + tokens / max(speeds)), high * (_START_S + tokens / min(speeds)), need <= free,
        tuple(_warnings(workspace, recipe, dataset.rows, size, need, free, gpu)),
        free, gpu, known, dataset.rows, steps,
    )  # fmt: skip


def _measured(examples: list[Example], count: int, recipe: Recipe, length: int) -> _Size:
    """Tokens by the number of characters."""
    found = [sum(len(turn.content) for turn in example.messages) / _CHARS + _FRAME for example in examples]
    sources = recipe.grounded_share * min(_PASSAGES, length / 2)
    mean = sum(found) / max(len(found), 1) + sources
    longest = max(found, default=0.0) + (_PASSAGES if recipe.grounded_share else 0)
    return _Size(count, min(mean, length), round(min(longest, length)))


def _mean(before: list[Run], data: str, recipe: Recipe) -> float:
    """Tokens of an example, as an earlier run on the same data with as many sources had them; 0 without one."""
    for run in before:
        if run.dataset == data:
            then, found = Recipe.of(tomllib.loads(run.recipe)), _metrics(run)
            rows_seen = found.get("step", 0) * then.batch * then.accumulation
            if rows_seen and (then.grounded_share, then.length) == (recipe.grounded_share, recipe.length):
                return found.get("tokens", 0) / rows_seen
    return 0.0


def _memory(model: Model, recipe: Recipe, longest: int, gpu: bool) -> int:
    """Libraries, weights, the adapter with gradient and optimiser state, and the activations of one batch."""
    facts = json.loads(model.facts or "{}")
    wide = int(facts.get("feed_forward") or 4 * model.embedding)
    tokens = recipe.batch * longest
    linear = 4 * (model.embedding * 2) + (3 * (model.embedding + wide) if recipe.targets == "all" else 0)
    adapter = 16 * recipe.rank * linear * model.layers
    weights = model.parameters * ((0.65 if recipe.quantise else 2.0) if gpu else 4.0)
    kept = 2 * model.embedding if gpu else 20 * model.embedding + 6 * wide  # a GPU computes most of them again
    activations = tokens * (model.layers * kept + 8 * model.vocabulary)
    return int(machine.TRAINER[gpu] + weights + adapter + activations)


def _seen(before: list[Run], recipe: Recipe) -> int:
    """The most that a run of this model has taken with batches like these."""
    same = (f"batch = {recipe.batch}\n", f"length = {recipe.length}\n")
    alike = [run for run in before if all(line in run.recipe for line in same)]
    return max((int(_metrics(run).get("peak_memory", 0)) for run in alike), default=0)


def _speeds(before: list[Run], model: Model, here: machine.Machine) -> tuple[list[float], bool]:
    """Tokens a second of the latest runs, which differ by what else the machine did; or a guess (False)."""
    found = [_metrics(run) for run in before]
    speeds = [one["tokens"] / one["seconds"] for one in found if one.get("seconds", 0) > 1 and one.get("tokens", 0) > 0]
    if speeds:
        return speeds[:_LATEST], True
    power = _GPU_FLOPS if here.gpus else here.cores * _CPU_FLOPS * (2 if machine.fast_bf16(here) else 1)
    return [power / (4 * max(model.parameters, 1))], False


def _warnings(
    workspace: Workspace, recipe: Recipe, count: int, size: _Size, need: int, free: int, gpu: bool
) -> list[str]:
    said = []
    if need > free:
        said.append("It may not fit into memory: close other programs, or take smaller batches or a smaller model.")
    if count < _FEW:
        said.append(f"{count} example{'s are' if count != 1 else ' is'} too few: the model would repeat them.")
    elif count < _ENOUGH:
        said.append(f"{count} examples are few: a form is learnt reliably from a hundred or more.")
    if recipe.quantise and not gpu:
        said.append("Four-bit training needs an NVIDIA GPU; it is left out here.")
    if size.longest >= recipe.length:
        said.append(f"Some examples are longer than {recipe.length} tokens: they lose their oldest turns or passages.")
    if not recipe.held_out:
        said.append("Nothing is kept aside, so nothing shows whether the model learns or only remembers.")
    if rows.active(workspace.database):
        said.append("Another run is under way: both will be slower.")
    return said


def _metrics(run: Run) -> dict[str, float]:
    found = json.loads(run.metrics or "{}")
    return found if isinstance(found, dict) else {}
