"""Dividing examples for training and for measuring, so that later rows move no earlier ones."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from engine.types import Example


def split(examples: Sequence[Example], held_out: float, seed: int) -> tuple[list[Example], list[Example]]:
    """Divide examples for training and for measuring.

    Which side an example is on follows from the seed and from what is asked in it, not from its place: adding
    rows moves no other row, and the same question is never on both sides. Of two or more examples, at least
    one is on each side when ``held_out`` is above 0.

    Args:
        examples: all of them.
        held_out: the share to hold out, from 0 to below 1.
        seed: another seed draws another division.

    Returns:
        Training and held-out examples, each in the given order.
    """
    places = [_place(example, seed) for example in examples]
    measured = {i for i, place in enumerate(places) if place < held_out}
    if held_out > 0 and len(examples) > 1 and len(measured) in (0, len(examples)):
        measured = {min(range(len(places)), key=lambda i: (places[i], i))}
    train = [example for i, example in enumerate(examples) if i not in measured]
    return train, [examples[i] for i in sorted(measured)]


def _place(example: Example, seed: int) -> float:
    """A number in [0, 1) that is drawn by the question, ignoring case and spaces."""
    asked = "\n".join(message.content for message in example.messages if message.role != "assistant")
    digest = hashlib.sha256(f"{seed}\n{' '.join(asked.casefold().split())}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56
