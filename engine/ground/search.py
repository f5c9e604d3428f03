"""Finds passages for a question: by meaning (Chroma, cosine) and by words (FTS5, BM25), fused by reciprocal rank.

Reciprocal rank fusion adds 1 / (60 + rank) of each list (https://doi.org/10.1145/1571941.1572114). Every rank and
score is kept in the passage. Equal scores are ordered by chunk id, so that a question has one answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.ground.candidates import Candidate
from engine.ground.embed import Embedder
from engine.ground.paths import as_path
from engine.ground.query import fts_query
from engine.ground.relevant import relevant
from engine.types import Passage
from store.documents import Chunk, Documents
from store.exact import Exact

_K = 60
_CANDIDATES = 100  # of each list
_SMALL = 5_000  # chunks of a collection that are compared one by one


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate chunk with its ranks (from 1) and scores; None where a list does not have it."""

    chunk: int
    score: float
    dense_rank: int | None
    dense_score: float | None
    lexical_rank: int | None
    lexical_score: float | None


class Nearest(Protocol):
    """Where vectors are looked up: ``store.vectors.Vectors``, or ``store.exact.Exact``."""

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
        """The ``limit`` chunks nearest to ``vector``, nearest first, with their cosine."""


class Searcher:
    """Answers questions from the stores of one workspace. Safe to use while they are being written.

    Args:
        documents: the truth.
        vectors: where vectors are looked up.
        embedder: texts to vectors.
        scope: the id of the collection to search in; None searches in all.
    """

    def __init__(self, documents: Documents, vectors: Nearest, embedder: Embedder, scope: int | None = None) -> None:
        self._documents, self._vectors, self._embedder, self._scope = documents, vectors, embedder, scope

    def search(self, question: str, k: int, passage_chars: int) -> list[Passage]:
        """The ``k`` best passages for a question, best first.

        Args:
            question: any text.
            k: how many passages, at most.
            passage_chars: a passage grows by its neighbours in the same section up to this many characters.
        """
        passages: list[Passage] = []
        taken: set[int] = set()
        for hit, chunk, path in self._found(question):
            if len(passages) == k:
                break
            if chunk.id in taken:
                continue
            grown = self._grow(chunk, passage_chars, taken)
            taken.update(one.id for one in grown)
            passages.append(self._passage(len(passages) + 1, hit, chunk, grown, path))
        return passages

    def inspect(self, question: str, limit: int, k: int, passage_chars: int) -> list[Candidate]:
        """The ``limit`` best candidates, and what ``search`` and ``relevant`` make of each.

        Args:
            question: any text.
            limit: how many candidates, at most.
            k, passage_chars: as of the search that is looked into.
        """
        passages = self.search(question, k, passage_chars)
        kept = {one.chunk for one in relevant(passages)}
        by_chunk = {one.chunk: one for one in passages}
        spans = [(one.path, one.start, one.end, one.rank) for one in passages]
        candidates = []
        for rank, (hit, chunk, path) in enumerate(self._found(question)[:limit], 1):
            one = self._passage(rank, hit, chunk, [chunk], path)
            within = [n for p, start, end, n in spans if p == path and start <= one.start and one.end <= end]
            if chunk.id in by_chunk:
                cut = "" if chunk.id in kept else "far_behind"
            else:
                cut = "within" if within else "beyond"
            candidates.append(Candidate(one, cut, within[0] if within else None))
        return candidates

    def candidates(self, question: str) -> list[Hit]:
        """Every chunk that either list has, best first."""
        if not question.strip():
            return []
        vector = self._embedder.embed([question])[0]
        query = fts_query(question, self._documents.count(), self._documents.frequency)
        lexical = self._documents.lexical(query, _CANDIDATES, self._scope) if query else []
        return fuse(self._nearest(vector), lexical)

    def _nearest(self, vector: NDArray[np.float32]) -> list[tuple[int, float]]:
        """The nearest chunks of the scope: compared one by one in a small one, else picked from those of all."""
        if self._scope is None:
            return self._vectors.nearest(vector, _CANDIDATES)
        size = self._documents.count(self._scope)
        if size <= _SMALL or isinstance(self._vectors, Exact):
            return Exact(self._documents).nearest(vector, _CANDIDATES, self._scope)
        share = size / max(size, self._documents.count())
        found = self._vectors.nearest(vector, int(2 * _CANDIDATES / share))
        inside = self._documents.within((number for number, _ in found), self._scope)
        return [pair for pair in found if pair[0] in inside][:_CANDIDATES]

    def _found(self, question: str) -> list[tuple[Hit, Chunk, str]]:
        """The candidates that a document says, with their chunks and paths, best first."""
        hits = self.candidates(question)
        chunks = self._documents.chunks(hit.chunk for hit in hits)
        paths = self._documents.paths({chunk.content for chunk in chunks.values()}, self._scope)
        known = ((hit, chunk) for hit in hits if (chunk := chunks.get(hit.chunk)))
        return [(hit, chunk, paths[chunk.content]) for hit, chunk in known if chunk.content in paths]

    def _grow(self, chunk: Chunk, limit: int, taken: set[int]) -> list[Chunk]:
        """The chunk with its neighbours, next ones first, as long as all of it fits into ``limit`` characters."""
        reach = max(0, limit // 100)
        around = self._documents.around(chunk, reach) if reach else [chunk]
        low = high = next(i for i, one in enumerate(around) if one.id == chunk.id)
        while True:
            if high + 1 < len(around) and _fits(around[low], around[high + 1], limit, taken, around[high + 1]):
                high += 1
            elif low > 0 and _fits(around[low - 1], around[high], limit, taken, around[low - 1]):
                low -= 1
            else:
                return around[low : high + 1]

    def _passage(self, rank: int, hit: Hit, chunk: Chunk, grown: Sequence[Chunk], path: str) -> Passage:
        start, end = grown[0].start, grown[-1].end
        text = chunk.text if len(grown) == 1 else self._documents.text(chunk.content, start, end)
        return Passage(
            rank,
            chunk.id,
            as_path(path).name.encode("utf-8", "replace").decode(),
            path,
            chunk.page,
            start,
            end,
            text,
            chunk.heading,
            hit.score,
            hit.dense_rank,
            hit.lexical_rank,
            hit.dense_score,
            hit.lexical_score,
        )


def fuse(dense: Sequence[tuple[int, float]], lexical: Sequence[tuple[int, float]]) -> list[Hit]:
    """Two ranked lists of (chunk, score) to one, by reciprocal rank."""
    first, second = _ranked(dense), _ranked(lexical)
    hits = []
    for chunk in first.keys() | second.keys():
        dense_rank, dense_score = first.get(chunk, (None, None))
        lexical_rank, lexical_score = second.get(chunk, (None, None))
        score = sum(1 / (_K + rank) for rank in (dense_rank, lexical_rank) if rank)
        hits.append(Hit(chunk, score, dense_rank, dense_score, lexical_rank, lexical_score))
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk))


def _ranked(pairs: Sequence[tuple[int, float]]) -> Mapping[int, tuple[int, float]]:
    ordered = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
    return {chunk: (rank, score) for rank, (chunk, score) in enumerate(ordered, 1)}


def _fits(first: Chunk, last: Chunk, limit: int, taken: set[int], added: Chunk) -> bool:
    return last.end - first.start <= limit and added.id not in taken
