"""Threads follow what other processes leave, and never change what is computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.chat import llama
from engine.chat.context import Context
from engine.chat.cores import PARAMETERS_A_THREAD, Cores, choose


@given(st.integers(1, 64), st.floats(0, 80), st.integers(0, 10**11))
def test_there_is_always_a_thread_and_never_more_than_cores(cores: int, others: float, parameters: int) -> None:
    assert 1 <= choose(cores, others, parameters) <= cores


def test_large_models_take_what_is_free_and_small_ones_a_thread() -> None:
    large = 100 * PARAMETERS_A_THREAD
    assert [choose(4, others, large) for others in (0, 0.3, 1.1, 2.4, 9)] == [4, 4, 3, 2, 1]
    assert choose(64, 0, 5_000_000) == 1


def test_this_machine_has_cores() -> None:
    assert Cores().threads(10**9) >= 1


def test_the_number_of_threads_changes_nothing(stories: Path) -> None:
    model = llama.Model(stories)
    context = Context(model, 512, 2)
    found = []
    for count in (1, 2, 3):
        llama.library().llama_set_n_threads(context.pointer, count, count)
        context.clear()
        context.evaluate([(3 + i, i, (0,), i == 99) for i in range(100)])
        logits = [context.logits(99)]
        for i in range(100, 110):
            context.evaluate([(i, i, (0,), True)])
            logits.append(context.logits(0))
        found.append(np.stack(logits))
    context.close()
    model.close()
    assert all(np.array_equal(found[0], other) for other in found[1:])
