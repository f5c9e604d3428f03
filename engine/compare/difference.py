"""Where two answers differ, word by word."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"(^|\w+|[^\w\s])(\s*)")
"""A word or sign (at the start also nothing), and the white space after it."""
_QUICK = 60_000
"""Pairs of equal words up to which the exact comparison takes less than half a second, whatever the texts."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text that is in both (``same``), only in the first (``left``) or only in the second (``right``)."""

    text: str
    kind: str


def words(a: str, b: str) -> list[Piece]:
    """The texts as pieces: ``same`` and ``left`` joined give ``a``, ``same`` and ``right`` joined give ``b``.

    Words are compared, and where they are equal the white space after them.
    """
    left, right = _WORDS.findall(a), _WORDS.findall(b)
    pieces: list[Piece] = []
    for kind, start, end, begin, stop in _steps([word for word, _ in left], [word for word, _ in right]):
        if kind == "equal":
            for (word, space), (_, other) in zip(left[start:end], right[begin:stop], strict=True):
                _add(pieces, word, "same")
                _differ(pieces, space, other)
        else:
            _differ(pieces, _text(left[start:end]), _text(right[begin:stop]))
    return pieces


def _differ(pieces: list[Piece], left: str, right: str) -> None:
    """Add what takes each other's place, without the white space that both end in."""
    end = left[len(left.rstrip()) :]
    tail = end if end and right[len(right.rstrip()) :] == end else ""
    _add(pieces, left.removesuffix(tail), "left")
    _add(pieces, right.removesuffix(tail), "right")
    _add(pieces, tail, "same")


def _text(tokens: Sequence[tuple[str, str]]) -> str:
    return "".join(word + space for word, space in tokens)


def _add(pieces: list[Piece], text: str, kind: str) -> None:
    if not text:
        return
    if pieces and pieces[-1].kind == kind:
        pieces[-1] = Piece(pieces[-1].text + text, kind)
    else:
        pieces.append(Piece(text, kind))


Steps = list[tuple[str, int, int, int, int]]


def _steps(left: Sequence[str], right: Sequence[str]) -> Steps:
    """The steps from one to the other. Long texts are cut at words that each has once, and the parts compared alone."""
    if _cost(left, right) <= _QUICK:
        return _exact(left, right)
    steps: Steps = []
    i = j = 0
    for at, to in [*_anchors(left, right), (len(left), len(right))]:
        quick = _cost(left[i:at], right[j:to]) <= _QUICK
        part = _exact(left[i:at], right[j:to]) if quick else [("replace", 0, at - i, 0, to - j)]
        steps += [(kind, a + i, b + i, c + j, d + j) for kind, a, b, c, d in part]
        if at < len(left):
            steps.append(("equal", at, at + 1, to, to + 1))
        i, j = at + 1, to + 1
    return steps


def _cost(left: Sequence[str], right: Sequence[str]) -> int:
    """How many pairs of places hold the same word."""
    often, frequent = Counter(left), Counter(right)
    return sum(count * frequent[word] for word, count in often.items())


def _exact(left: Sequence[str], right: Sequence[str]) -> Steps:
    return [*SequenceMatcher(None, left, right, autojunk=False).get_opcodes()]


def _anchors(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Places of words that occur once in each text, as many as keep the same order in both (patience diff)."""
    often, frequent = Counter(left), Counter(right)
    places = {word: j for j, word in enumerate(right) if frequent[word] == 1}
    pairs = [(i, places[word]) for i, word in enumerate(left) if often[word] == 1 and word in places]
    return _rising(pairs)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose second numbers rise, by patience sorting."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        before.append(ends[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [place]
        ends[pile : pile + 1] = [number]
    chain: list[tuple[int, int]] = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]
