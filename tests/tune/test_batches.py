from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from engine.tune.batches import IGNORED, TokenRow, checked, order, pad, schedule, steps_of
from engine.tune.recipe import Recipe

lengths = st.lists(st.integers(1, 500), min_size=1, max_size=60)


@given(lengths, st.integers(1, 16), st.integers(1, 4), st.integers(0, 5))
def test_whole_passes_see_every_row_equally_often(sizes: list[int], batch: int, epochs: int, seed: int) -> None:
    plan = order(sizes, batch, epochs, seed)
    assert Counter(plan) == dict.fromkeys(range(len(sizes)), epochs)
    assert plan == order(sizes, batch, epochs, seed)


@given(lengths, st.integers(1, 16), st.floats(0.01, 5))
def test_a_part_of_a_pass(sizes: list[int], batch: int, epochs: float) -> None:
    plan = order(sizes, batch, epochs, 1)
    assert len(plan) == max(1, round(len(sizes) * epochs))
    counts = Counter(plan)
    assert max(counts.values()) - min(counts.get(i, 0) for i in range(len(sizes))) <= 1


def test_batches_hold_rows_of_similar_length() -> None:
    sizes = [10, 400] * 64
    plan = order(sizes, 8, 3, 1)
    batches = [plan[i : i + 8] for i in range(0, len(plan), 8)]
    padded = sum(max(sizes[i] for i in batch) * len(batch) for batch in batches)
    assert padded < 1.05 * sum(sizes[i] for i in plan)


def test_seeds_differ() -> None:
    assert order([5] * 50, 4, 1, 1) != order([5] * 50, 4, 1, 2)


def test_max_steps_decides_the_length_of_a_run() -> None:
    rows = [TokenRow(i, [1] * 9, [1] * 9) for i in range(10)]
    recipe = Recipe(max_steps=7, batch=2, accumulation=3)
    assert len(steps_of(schedule(rows, recipe), recipe)) == 7


def test_padding_is_at_the_right_and_unlearnt() -> None:
    ids, labels = pad([TokenRow(0, [5, 6, 7], [IGNORED, 6, 7]), TokenRow(1, [8], [IGNORED])], padding=3)
    assert ids.shape == labels.shape == (2, 32)
    assert ids[0, :4].tolist() == [5, 6, 7, 3]
    assert labels[0, :4].tolist() == [IGNORED, 6, 7, IGNORED]
    assert set(labels[1].tolist()) == {IGNORED}


def test_rows_that_teach_nothing_are_bad() -> None:
    masked = TokenRow(3, [1, 2, 3], [IGNORED] * 3)
    assert checked(masked, 100).bad == "there is no assistant turn to learn from"
    assert checked(
        TokenRow(3, [1, 2], [1, IGNORED]), 100
    ).bad  # nothing comes before the first token to predict it from
    halved = TokenRow(3, [1] * 10, [1] * 10, cut=4)
    assert checked(halved, 10).bad == "its last answer does not fit into 10 tokens"
    assert not checked(TokenRow(3, [1] * 9, [1] * 9, cut=4), 10).bad
    assert checked(TokenRow(3, [], [], bad="because"), 10).bad == "because"
