"""Finds passages for a question: by meaning (Chroma, cosine) and by words (FTS5, BM25), fused by reciprocal rank.

Reciprocal rank fusion adds 1 / (60 + rank) of each list (https://doi.org/10.1145/1571941.1572114). Every rank and
score is kept in the passage. Equal scores are ordered by chunk id, so that a question has one answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.ground.embed import Embedder
from engine.ground.paths import as_path
from engine.ground.query import fts_query
from engine.types import Passage
from store.documents import Chunk, Documents
from store.vectors import Vectors

_K = 60
_CANDIDATES = 100  # of each list


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate chunk with its ranks (from 1) and scores; None where a list does not have it."""

    chunk: int
    score: float
    dense_rank: int | None
    dense_score: float | None
    lexical_rank: int | None
    lexical_score: float | None


class Searcher:
    """Answers questions from the stores of one workspace. Safe to use while they are being written."""

    def __init__(self, documents: Documents, vectors: Vectors, embedder: Embedder) -> None:
        self._documents, self._vectors, self._embedder = documents, vectors, embedder

    def search(self, question: str, k: int, passage_chars: int) -> list[Passage]:
        """The ``k`` best passages for a question, best first.

        Args:
            question: any text.
            k: how many passages, at most.
            passage_chars: a passage grows by its neighbours in the same section up to this many characters.
        """
        hits = self.candidates(question)
        chunks = self._documents.chunks(hit.chunk for hit in hits)
        paths = self._documents.paths({chunk.content for chunk in chunks.values()})
        passages: list[Passage] = []
        taken: set[int] = set()
        for hit in hits:
            chunk = chunks.get(hit.chunk)
            if chunk is None or chunk.id in taken or chunk.content not in paths:
                continue
            grown = self._grow(chunk, passage_chars, taken)
            taken.update(one.id for one in grown)
            passages.append(self._passage(len(passages) + 1, hit, chunk, grown, paths[chunk.content]))
            if len(passages) == k:
                break
        return passages

    def candidates(self, question: str) -> list[Hit]:
        """Every chunk that either list has, best first."""
        if not question.strip():
            return []
        vector = self._embedder.embed([question])[0]
        query = fts_query(question, self._documents.count(), self._documents.frequency)
        lexical = self._documents.lexical(query, _CANDIDATES) if query else []
        return fuse(self._vectors.nearest(vector, _CANDIDATES), lexical)

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
