"""The catalogue is complete and true to the code; what a model needs is compared with made-up machines."""

from __future__ import annotations

import dataclasses
import re

import pytest

from engine.errors import NotFound
from engine.machine import TRAINER, Gpu, Machine
from engine.models.adapter import REORDERED
from engine.models.catalogue import Entry, catalogue, entry
from engine.models.needs import needs_of_entry

LAPTOP = Machine("Linux", "3.11", "a CPU", ("avx2", "avx512_bf16"), 8, 16 * 2**30, 10 * 2**30, 100 * 2**30, ())
WORKSTATION = dataclasses.replace(LAPTOP, gpus=(Gpu("G", 24_000, 23_000, "580"),))


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.key)
def test_every_entry_is_whole(one: Entry) -> None:
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", one.repo) and re.fullmatch(r"[\w.-]+/[\w.-]+", one.twin)
    assert one.file.endswith(".gguf") and one.quantisation.lower() in one.file.lower()
    assert one.licence.name and one.licence.summary and one.licence.url.startswith("https://")
    assert one.architecture in REORDERED, "each can be tuned"
    assert 0.4e9 < one.parameters < 15e9
    bits = one.bytes * 8 / one.parameters
    assert 4 < bits < 10, f"{bits:.1f} bits a parameter: size or count is wrong"


def test_a_dozen_models_from_small_to_large() -> None:
    sizes = [one.parameters for one in catalogue()]
    assert len(sizes) >= 12
    assert sizes == sorted(sizes)
    assert len({one.source for one in catalogue()}) == len(sizes)


def test_found_by_its_key() -> None:
    assert entry("phi-4").name == "Phi-4 14B"
    with pytest.raises(NotFound, match="no model 'gpt'"):
        entry("gpt")


def test_needs_are_compared_with_the_machine() -> None:
    small, large = needs_of_entry(catalogue()[0], LAPTOP), needs_of_entry(catalogue()[-1], LAPTOP)
    assert (small.run_fit, small.tune_fit) == ("yes", "yes")
    assert (large.run_fit, large.tune_fit) == ("tight", "no")
    assert large.run > catalogue()[-1].bytes, "a context takes memory too"
    assert not small.on_gpu
    there = needs_of_entry(catalogue()[-1], WORKSTATION)
    assert (there.run_fit, there.on_gpu) == ("yes", True)


def test_a_cpu_tunes_on_fp32_weights_and_a_gpu_on_smaller_ones() -> None:
    graphics = dataclasses.replace(LAPTOP, gpus=(Gpu("G", 24_000, 24_000, "580"),))
    entry = catalogue()[3]
    cpu, gpu = needs_of_entry(entry, LAPTOP), needs_of_entry(entry, graphics)
    assert cpu.tune >= 4 * entry.parameters + TRAINER[False]
    assert gpu.tune < cpu.tune + TRAINER[True] - TRAINER[False]
