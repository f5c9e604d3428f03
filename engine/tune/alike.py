"""Texts that are almost the same, found among many without comparing each with each.

MinHash (Broder, "On the resemblance and containment of documents", 1997) with banding: texts whose word
triples overlap much agree in some band of their signatures; only those are compared exactly.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.task import Task

_BANDS, _ROWS = 8, 3
_WORD = re.compile(r"\w+")
_COMPARED = 20  # neighbours in a bucket that a text is compared with: enough to join it to its group


def plain(text: str) -> str:
    """A text without case, punctuation and spacing."""
    return " ".join(_WORD.findall(text.casefold()))


def alike(texts: Sequence[str], at_least: float, task: Task) -> Iterator[list[int]]:
    """Groups of texts whose word triples overlap by ``at_least`` (Jaccard, 0 to 1), as indices into ``texts``.

    Raises:
        Cancelled: the task was cancelled.
    """
    hashes = [_triples(text) for text in texts]
    buckets: dict[tuple[int, ...], list[int]] = defaultdict(list)
    parents = list(range(len(texts)))
    for i, signature in enumerate(_signatures(hashes)):
        if i % 1000 == 0:
            task.check()
        for band in range(_BANDS):
            bucket = buckets[band, *signature[band * _ROWS : (band + 1) * _ROWS]]
            for other in bucket[-_COMPARED:]:
                if _root(parents, i) != _root(parents, other) and _overlap(hashes[i], hashes[other]) >= at_least:
                    parents[_root(parents, i)] = _root(parents, other)
            bucket.append(i)
    groups: dict[int, list[int]] = defaultdict(list)
    for i in range(len(texts)):
        groups[_root(parents, i)].append(i)
    yield from (group for group in groups.values() if len(group) > 1)


def _triples(text: str) -> frozenset[int]:
    words = ["", *_WORD.findall(text.casefold()), ""] if _WORD.search(text) else ["", text, ""]
    return frozenset(zlib.crc32(" ".join(words[i : i + 3]).encode()) for i in range(len(words) - 2))


def _signatures(hashes: Sequence[frozenset[int]]) -> Iterator[list[int]]:
    drawn = np.random.default_rng(1)
    size = (_BANDS * _ROWS, 1)
    factor: NDArray[np.uint64] = drawn.integers(0, 2**63, size, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    shift: NDArray[np.uint64] = drawn.integers(0, 2**63, size, dtype=np.uint64)
    for triples in hashes:  # multiply-shift hashing; the products overflow on purpose
        values = np.fromiter(triples, np.uint64, len(triples))
        yield ((values * factor + shift) >> np.uint64(32)).min(axis=1).tolist()


def _overlap(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other)


def _root(parents: list[int], i: int) -> int:
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return i
