"""Finds a passage among the characters of a page as it is printed.

The passage comes from text that was reflowed: words that were divided are joined, runs of blanks are one, running
lines are gone. So only letters and digits are compared; where they do not stand in one piece, the runs of words that
both have in common are taken.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

_WORDS = 3  # fewer words in common, one after another, are chance


def find(shown: Sequence[str], wanted: str) -> list[tuple[int, int]]:
    """Where ``wanted`` stands among the characters ``shown``: spans from the first to behind the last, in order."""
    said, places = letters(shown)
    needle = letters(wanted)[0]
    if not needle:
        return []
    at = said.find(needle)
    if at >= 0:
        return [(places[at], places[at + len(needle) - 1] + 1)]
    return _in_pieces(shown, wanted)


def letters(characters: Sequence[str]) -> tuple[str, list[int]]:
    """The letters and digits, in one form of each, and the place where each comes from."""
    said, places = [], []
    for place, character in enumerate(characters):
        for one in unicodedata.normalize("NFKD", character).casefold():
            if one.isalnum():
                said.append(one)
                places.append(place)
    return "".join(said), places


def _in_pieces(shown: Sequence[str], wanted: str) -> list[tuple[int, int]]:
    there, here = _words(shown), _words(wanted)
    least = min(_WORDS, len(here))
    matcher = SequenceMatcher(None, [word for word, _, _ in there], [word for word, _, _ in here], autojunk=False)
    return [
        (there[block.a][1], there[block.a + block.size - 1][2])
        for block in matcher.get_matching_blocks()
        if block.size >= least
    ]


def _words(characters: Sequence[str]) -> list[tuple[str, int, int]]:
    """Runs of letters and digits, each with its span."""
    words: list[tuple[str, int, int]] = []
    word, start = "", 0
    for place, character in enumerate([*characters, " "]):
        plain = "".join(c for c in unicodedata.normalize("NFKD", character).casefold() if c.isalnum())
        if plain:
            start, word = (start, word + plain) if word else (place, plain)
        elif word:
            words.append((word, start, place))
            word = ""
    return words
