"""Where two answers differ, word by word."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.compare.difference import Piece, words

TEXTS = st.lists(st.sampled_from(["a", "b ", "cat", " ", "\n", "30", ".", "空", "naïve "]), max_size=40).map("".join)


def joined(pieces: list[Piece], side: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in ("same", side))


def test_what_is_only_on_one_side_is_marked() -> None:
    pieces = words("The window is 60 days.", "The refund window is 30 days. [1]")
    assert [(piece.text, piece.kind) for piece in pieces] == [
        ("The ", "same"),
        ("refund ", "right"),
        ("window is ", "same"),
        ("60", "left"),
        ("30", "right"),
        (" days.", "same"),
        (" [1]", "right"),
    ]
    assert words("Same\n text", "Same\n text") == [Piece("Same\n text", "same")]
    assert words(" a  b", " a\nb") == [
        Piece(" a", "same"),
        Piece("  ", "left"),
        Piece("\n", "right"),
        Piece("b", "same"),
    ]
    assert words("", "") == []
    assert words("", "x") == [Piece("x", "right")]


@given(TEXTS, TEXTS)
def test_both_texts_come_back_whole(left: str, right: str) -> None:
    pieces = words(left, right)
    assert (joined(pieces, "left"), joined(pieces, "right")) == (left, right)
    assert all(piece.text for piece in pieces)
    assert all(one.kind != other.kind for one, other in pairwise(pieces))


def test_long_texts_keep_what_they_share() -> None:
    numbers = random.Random(1)
    vocabulary = [f"w{numbers.randrange(3000)}" for _ in range(10_000)]
    changed = [f"new{place}" if place % 50 == 0 else word for place, word in enumerate(vocabulary)]
    left, right = " ".join(vocabulary), " ".join(changed)
    pieces = words(left, right)
    assert (joined(pieces, "left"), joined(pieces, "right")) == (left, right)
    same = sum(len(piece.text) for piece in pieces if piece.kind == "same")
    assert same > 0.9 * len(left)
