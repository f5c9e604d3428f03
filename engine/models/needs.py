"""What a model needs to run and to be tuned, compared with this machine: an estimate, before anything is loaded.

Running takes the file, room for a context with the adapter off and one with it on, and llama.cpp's buffers. Tuning is
reckoned by ``machine.tuning_rule``. Chat and the preflight of a run measure the real need.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.chat.prompt import CONTEXT
from engine.machine import Machine, tuning_rule

if TYPE_CHECKING:
    from engine.models.catalogue import Entry
    from store.models import Model

Fit = Literal["yes", "tight", "no"]
"""``tight``: only when other programs are closed."""
_BUFFERS = 300 << 20
_CACHE_BYTES = 2  # a number of the cache is an f16


@dataclass(frozen=True, slots=True)
class Needs:
    """What a model needs here.

    Attributes:
        run: bytes of memory to chat with it.
        run_fit: whether it fits.
        on_gpu: whether it would run on the GPU.
        tune: bytes of memory to tune it.
        tune_fit: whether it fits.
        method: how it would be tuned, in words.
    """

    run: int
    run_fit: Fit
    on_gpu: bool
    tune: int
    tune_fit: Fit
    method: str


def needs_of_entry(entry: Entry, machine: Machine) -> Needs:
    """What a model of the catalogue needs."""
    return _needs(entry.bytes, entry.parameters, entry.context, entry.layers * entry.kv_width, machine)


def needs_of_model(model: Model, machine: Machine) -> Needs:
    """What an installed model needs."""
    facts = json.loads(model.facts)
    heads = max(1, facts["heads"])
    kept = model.layers * model.embedding * facts["heads_kv"] // heads
    return _needs(model.bytes, model.parameters, model.context, kept, machine)


def _needs(size: int, parameters: int, context: int, kept: int, machine: Machine) -> Needs:
    """``kept``: numbers that all layers together keep a token, for keys and for values alike."""
    run = size + 2 * min(context, CONTEXT) * 2 * kept * _CACHE_BYTES + _BUFFERS
    free_gpu = max((gpu.free_mib for gpu in machine.gpus), default=0) << 20
    on_gpu = run <= free_gpu
    rule = tuning_rule(machine)
    tune = int(parameters * rule.bytes_a_parameter) + rule.base
    return Needs(
        run=run,
        run_fit="yes" if on_gpu else _fit(run, machine.free_memory, machine.memory),
        on_gpu=on_gpu,
        tune=tune,
        tune_fit=_fit(tune, rule.free, rule.total),
        method=rule.method,
    )


def _fit(need: int, free: int, total: int) -> Fit:
    if need <= free:
        return "yes"
    return "tight" if need <= total * 0.9 else "no"
