"""Nearest vectors by comparing with every one that SQLite holds: exact, and without Chroma.

For small collections, where an approximate index over everything would have to be asked for too much, and for a
workspace that is only read, where Chroma (which writes at every start) must stay closed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from store.documents import Documents

_BATCH = 5_000  # vectors in memory at a time: 8 MB


class Exact:
    """What ``store.vectors.Vectors`` answers, from ``documents`` alone.

    Args:
        documents: the truth.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def nearest(self, vector: NDArray[np.float32], limit: int, scope: int | None = None) -> list[tuple[int, float]]:
        """The ``limit`` chunks nearest to ``vector``, nearest first, with their cosine; in a collection."""
        numbers = self._documents.embedded_in(scope)
        best: list[tuple[int, float]] = []
        for at in range(0, len(numbers), _BATCH):
            batch = numbers[at : at + _BATCH]
            cosines = self._documents.vectors(batch) @ vector
            top = np.argsort(-cosines, kind="stable")[:limit]
            best += [(batch[i], float(cosines[i])) for i in top]
            best = sorted(best, key=lambda pair: (-pair[1], pair[0]))[:limit]
        return best
