"""Proof of which weights answer: logits of a fixed prompt, taken in the context that answers, adapter off and on.

The base's digest is the same for every comparison on the same weights and llama.cpp build, because it is taken first
thing in a fresh context. The store remembers it; another digest means that other weights
answered (see ``store.answers``).
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from engine.chat.context import Context
from engine.chat.llama import Vocabulary
from engine.types import Canary

TOKENS = 12
"""Length of the fixed prompt: long enough for attention to matter, short enough to cost a few milliseconds."""
_COMPARED = 4  # logits after each of the last tokens

Proof = np.ndarray[Any, np.dtype[np.float32]]
"""Logits, float32 [compared tokens, vocabulary]."""


def prompt(vocabulary: Vocabulary) -> list[int]:
    """Ids spread over the vocabulary. Not text: a vocabulary without byte tokens cannot tokenise every text."""
    plain = [i for i in range(vocabulary.size) if i not in vocabulary.control and i not in vocabulary.unknown]
    start = [vocabulary.bos] if vocabulary.add_bos else []
    return [*start, *(plain[i * len(plain) // TOKENS] for i in range(TOKENS - len(start)))]


def take(context: Context) -> Proof:
    """The logits of the fixed prompt. The context must be fresh, and is empty afterwards."""
    tokens = prompt(context.model.vocabulary)
    context.evaluate([(token, i, (0,), i >= TOKENS - _COMPARED) for i, token in enumerate(tokens)])
    proof = np.stack([context.logits(i) for i in range(TOKENS - _COMPARED, TOKENS)])
    context.clear()
    return proof


def digest(proof: Proof) -> str:
    """Sixteen hexadecimal digits that stand for these logits, bit for bit."""
    return hashlib.sha256(proof.tobytes()).hexdigest()[:16]


def compare(base: Proof, adapted: Proof | None, adapter: str | None) -> Canary:
    """The canary of a comparison.

    Args:
        base: logits with the adapter off.
        adapted: logits with it on, None where no adapter is in play.
        adapter: SHA-256 of the adapter's file.
    """
    divergence = 0.0
    if adapted is not None:
        spread = float(base.std()) or 1.0
        divergence = float(np.abs(adapted - base).mean()) / spread
    return Canary(digest(base), divergence, adapter)
