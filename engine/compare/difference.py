"""Where two answers differ, word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_SMALL = 1_000_000
"""Pairs of words up to which the exact comparison is quick (some tens of milliseconds)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text that is in both (``same``), only in the first (``left``) or only in the second (``right``)."""

    text: str
    kind: str


def words(a: str, b: str) -> list[Piece]:
    """The texts as pieces: ``same`` and ``left`` joined give ``a``, ``same`` and ``right`` joined give ``b``.

    White space between two equal words may differ in kind; then it is a difference too.
    """
    left, right = _WORDS.findall(a), _WORDS.findall(b)
    pieces: list[Piece] = []
    for kind, start, end, begin, stop in _steps(left, right):
        if kind == "equal":
            _add(pieces, left[start:end], "same")
        else:
            _add(pieces, left[start:end], "left")
            _add(pieces, right[begin:stop], "right")
    return pieces


def _add(pieces: list[Piece], tokens: Sequence[str], kind: str) -> None:
    if not tokens:
        return
    text = "".join(tokens)
    if pieces and pieces[-1].kind == kind:
        pieces[-1] = Piece(pieces[-1].text + text, kind)
    else:
        pieces.append(Piece(text, kind))


Steps = list[tuple[str, int, int, int, int]]


def _steps(left: Sequence[str], right: Sequence[str]) -> Steps:
    """The steps from one to the other. Long texts are cut at words that each has once, and the parts compared alone."""
    if len(left) * len(right) <= _SMALL:
        return _exact(left, right)
    anchors = _anchors(left, right)
    if not anchors:
        return [("replace", 0, len(left), 0, len(right))]
    steps: Steps = []
    i = j = 0
    for at, to in [*anchors, (len(left), len(right))]:
        part = _exact(left[i:at], right[j:to]) if (at - i) * (to - j) <= _SMALL else [("replace", 0, at - i, 0, to - j)]
        steps += [(kind, a + i, b + i, c + j, d + j) for kind, a, b, c, d in part]
        if at < len(left):
            steps.append(("equal", at, at + 1, to, to + 1))
        i, j = at + 1, to + 1
    return steps


def _exact(left: Sequence[str], right: Sequence[str]) -> Steps:
    return [*SequenceMatcher(str.isspace, left, right, autojunk=False).get_opcodes()]


def _anchors(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Places of words that occur once in each text, as many as keep the same order in both (patience diff)."""
    often, frequent = Counter(left), Counter(right)
    places = {word: j for j, word in enumerate(right) if frequent[word] == 1}
    pairs = [(i, places[word]) for i, word in enumerate(left) if often[word] == 1 and word in places]
    return _rising(pairs)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose second numbers rise, by patience sorting."""
    from bisect import bisect_left

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
