"""What the search inspector shows: a chunk that a search considered, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.types import Passage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk with its ranks and scores (in ``passage``; its rank is that among the candidates).

    Args:
        passage: the chunk itself, not grown by its neighbours.
        cut: why it is not in the prompt: ``far_behind`` (of the best, on both counts), ``beyond`` (the passages
            that were asked for), ``within`` (a better passage has its text); empty when it is in the prompt.
        within: the rank of the passage that has its text, if one has.
    """

    passage: Passage
    cut: str = ""
    within: int | None = None
