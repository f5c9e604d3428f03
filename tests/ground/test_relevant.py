"""Which passages go into a prompt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.ground.relevant import relevant
from engine.types import Passage


def passages(*scores: tuple[float | None, float | None]) -> list[Passage]:
    return [
        Passage(rank, rank, "a.md", "/a.md", None, 0, 1, "x", dense_score=dense, lexical_score=lexical)
        for rank, (dense, lexical) in enumerate(scores, start=1)
    ]


def kept(*scores: tuple[float | None, float | None]) -> list[int]:
    return [one.rank for one in relevant(passages(*scores))]


def test_what_is_behind_on_both_counts_is_left_out() -> None:
    assert kept((0.8, 14.0), (0.3, 4.0), (0.2, None)) == [1]


def test_what_is_near_on_one_count_stays() -> None:
    assert kept((0.61, 7.5), (0.69, 4.1), (0.41, 3.7)) == [1, 2]
    assert kept((0.5, 10.0), (0.1, 9.0)) == [1, 2]


def test_nothing_is_known_against_them() -> None:
    assert kept((None, None), (None, None)) == [1, 2]
    assert kept((-0.1, None), (-0.2, None)) == [1, 2]
    assert relevant([]) == []


scores = st.one_of(st.none(), st.floats(-1, 30))


@given(st.lists(st.tuples(scores, scores), min_size=1, max_size=8))
def test_order_is_kept_the_best_stay_and_doing_it_twice_changes_nothing(given_: list[tuple[float, float]]) -> None:
    found = passages(*given_)
    once = relevant(found)
    assert once == sorted(once, key=lambda one: one.rank) and once
    assert max(found, key=lambda one: one.dense_score or 0) in once or all((d or 0) <= 0 for d, _ in given_)
    assert relevant(once) == once
