from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tune.compare import Agreement, Logits, agreement
from engine.tune.gate import Gate, judge

GOOD, BAD = Agreement(1e-3, 1.0), Agreement(0.7, 0.2)


def logits(seed: int, tokens: int = 6, vocabulary: int = 40) -> Logits:
    return np.random.default_rng(seed).normal(size=(tokens, vocabulary)).astype(np.float32)


def test_equal_logits_agree_whatever_constant_is_added() -> None:
    ours = logits(1)
    assert agreement([ours], [ours]) == Agreement(0.0, 1.0)
    shifted = agreement([ours + np.float32(3)], [ours])
    assert shifted.error < 1e-6
    assert shifted.top1 == 1.0


@given(st.floats(1e-4, 0.5))
def test_the_error_is_the_size_of_the_noise(size: float) -> None:
    ours = logits(1, 50, 200)
    noisy = ours + np.float32(size) * logits(2, 50, 200)
    assert agreement([noisy], [ours]).error == pytest.approx(size, rel=0.2)


def test_the_shared_part_of_two_vocabularies_is_compared() -> None:
    longer = logits(1, 6, 40)
    assert agreement([longer[:, :32]], [longer]) == Agreement(0.0, 1.0)


def test_broken_logits_never_agree() -> None:
    broken = logits(1)
    broken[2, 3] = np.nan
    assert agreement([broken], [logits(1)]).error == float("inf")
    assert agreement([logits(1)], [np.zeros_like(logits(1))]).error == float("inf")


def verdict(**found: object) -> Gate:
    usual = {"quantised": False, "tokens": True, "base": GOOD, "tuned": GOOD, "effect": 0.3, "twin_tokens": None}
    return judge(**{**usual, **found})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "found, cause",
    [
        ({"tokens": False}, "template or the tokenizer changed"),
        ({"base": BAD}, "not those of the GGUF file"),
        ({"base": BAD, "twin_tokens": 0.1}, "different models"),
        ({"tuned": BAD}, "conversion to GGUF is wrong"),
        ({"tuned": BAD, "quantised": True}, "quantised too coarsely"),
        ({"base": Agreement(0.3, 0.9), "quantised": True}, "quantised too coarsely"),
        ({"effect": 0.0}, "changes nothing"),
    ],
)
def test_a_failure_names_its_likely_cause(found: dict[str, object], cause: str) -> None:
    gate = verdict(**found)
    assert not gate.passed
    assert cause in gate.cause


def test_what_passes() -> None:
    assert verdict().passed
    assert verdict(quantised=True, base=Agreement(0.05, 0.97), tuned=Agreement(0.05, 0.96)).passed
    assert not verdict(base=Agreement(0.02, 1.0)).passed
