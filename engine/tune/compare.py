"""How far two models' logits agree. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

Logits = npt.NDArray[np.float32]
TOLERANCE = 1e-2
"""Largest relative error of logits between trainer and llama.cpp on unquantised weights."""
LEAST_AGREEMENT = 0.95
"""Least share of positions whose likeliest token is the same, on quantised weights."""


class Agreement(msgspec.Struct, frozen=True):
    """``error``: relative error of all logits; ``top1``: share of positions with the same likeliest token."""

    error: float
    top1: float


def agreement(ours: Sequence[Logits], reference: Sequence[Logits]) -> Agreement:
    """Compare two lists of logits, arrays [tokens, vocabulary] each.

    The error is ‖a − b‖ / ‖b − mean(b)‖ over every position, with each position's mean taken off both first: adding
    a constant to all logits of a position changes no probability. When one vocabulary is longer, the part that both
    have is compared.
    """
    squared = spread = 0.0
    same = count = 0
    for one, other in zip(ours, reference, strict=True):
        shared = min(one.shape[1], other.shape[1])
        a, b = _centred(one[:, :shared]), _centred(other[:, :shared])
        squared += float(np.sum((a - b) ** 2))
        spread += float(np.sum(b**2))
        same += int(np.sum(a.argmax(1) == b.argmax(1)))
        count += len(a)
    error = float(np.sqrt(squared / spread)) if spread else float("inf")
    return Agreement(error if np.isfinite(error) else float("inf"), same / max(count, 1))


def _centred(logits: Logits) -> npt.NDArray[Any]:
    wide = logits.astype(np.float64)
    return np.asarray(wide - wide.mean(1, keepdims=True))
