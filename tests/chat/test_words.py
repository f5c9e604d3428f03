"""Streaming: whatever the pieces, the text is the same, and nothing that was shown is taken back."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from engine.chat.words import Words


def stream(raw: bytes, cuts: list[int], stops: list[str]) -> tuple[str, bool]:
    words = Words(stops)
    shown = ""
    edges = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(edges):
        shown += words.feed(raw[start:end])
        assert shown == words.text
        if words.stopped:
            break
    shown += words.finish()
    assert shown == words.text
    return shown, words.stopped


cuts = st.lists(st.integers(0, 1000), max_size=20)


@given(st.text(max_size=60), cuts)
def test_text_comes_out_stripped_whatever_the_pieces(text: str, cuts: list[int]) -> None:
    clean = text.encode("utf-8", "replace").decode()
    assert stream(clean.encode(), cuts, []) == (clean.strip(), False)


@given(st.binary(max_size=60), cuts)
def test_broken_bytes_become_replacement_characters(raw: bytes, cuts: list[int]) -> None:
    assert stream(raw, cuts, [])[0] == raw.decode("utf-8", "replace").strip()


@given(st.text("ab#\n é", max_size=40), cuts, st.lists(st.text("ab#\n", min_size=1, max_size=4), max_size=3))
def test_stop_strings_end_the_text_before_them(text: str, cuts: list[int], stops: list[str]) -> None:
    shown, stopped = stream(text.encode(), cuts, stops)
    assert not any(stop in shown for stop in stops)
    assert text.strip().startswith(shown) or text.lstrip().startswith(shown)
    assert stopped == any(stop in text.lstrip() for stop in stops)


def test_what_may_become_a_stop_string_waits() -> None:
    words = Words(["###"])
    assert [words.feed(piece) for piece in (b"Hi #", b"# ", b"x##", b"#y")] == ["Hi", " ##", " x", ""]
    assert words.text == "Hi ## x" and words.stopped
