"""Chunks: exact spans, nothing lost, nothing twice, one section each."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.ground.chunk import LENGTH, chunk
from engine.ground.parse import Parsed

_LINES = st.one_of(
    st.text(alphabet="ab é空.!? \t-|", max_size=300),
    st.sampled_from(["# One", "## Two", "### Three ##", "#none", "```", "- item", "", "Word " * 150, "x" * 900]),
    st.text(max_size=40),
)
_TEXTS = st.lists(_LINES, max_size=30).map("\n".join)


@given(_TEXTS, st.booleans(), st.booleans(), st.integers(20, 600))
@example("00000000000000\x1f\n# One", False, False, 20)
@settings(max_examples=150, deadline=None)
def test_spans_are_exact_ordered_and_cover_the_text(text: str, marked: bool, wrapped: bool, length: int) -> None:
    pieces = list(chunk(Parsed(text, marked, wrapped=wrapped), length))
    at, gaps = 0, []
    for piece in pieces:
        assert piece.text == text[piece.start : piece.end]
        assert piece.text == piece.text.strip() != ""
        assert piece.start >= at
        gaps.append(text[at : piece.start])
        at = piece.end
    left_out = "\n".join([*gaps, text[at:]])
    lost = [line for line in left_out.splitlines() if line.strip()]
    if not marked:
        assert lost == []
    names = "\n".join(piece.heading + piece.text for piece in pieces)
    for line in lost:
        assert line.lstrip().startswith("#")
        assert not pieces or line.strip("# \t")[:50] in names or re.fullmatch(r"[#\s]+", line)


@given(_TEXTS, st.integers(60, 600))
@settings(max_examples=100, deadline=None)
def test_no_chunk_is_longer_than_asked(text: str, length: int) -> None:
    assert all(len(piece.text) <= max(length, 1) for piece in chunk(Parsed(text, marked=False), length))


def test_headings_become_a_path_and_are_never_crossed() -> None:
    text = "Intro.\n# Terms\n## Refunds\nWithin 30 days.\n## Delivery\nIn 3 days.\n# Contact\nWrite to us."
    assert [(p.heading, p.text) for p in chunk(Parsed(text, marked=True))] == [
        ("", "Intro."),
        ("Terms > Refunds", "Within 30 days."),
        ("Terms > Delivery", "In 3 days."),
        ("Contact", "Write to us."),
    ]


def test_a_heading_with_nothing_below_is_found_too() -> None:
    text = "# A\n## Lonely\n## Full\nText.\n# Last"
    assert [(p.heading, p.text) for p in chunk(Parsed(text, marked=True))] == [
        ("A", "Lonely"),
        ("A > Full", "Text."),
        ("", "Last"),
    ]


def test_code_is_not_a_heading() -> None:
    text = "# Real\n```\n# a comment\n```\nText."
    assert [p.heading for p in chunk(Parsed(text, marked=True))] == ["Real"]


def test_pages_are_never_crossed() -> None:
    text = "One. " * 40 + "\n\n" + "Two. " * 40
    pieces = list(chunk(Parsed(text, marked=True, pages=[0, 202])))
    assert {p.page for p in pieces} == {1, 2}
    assert all(("One" in p.text) == (p.page == 1) for p in pieces)


def test_sentences_stay_whole_in_wrapped_text() -> None:
    sentence = "The lamp is repaired free of charge within three years of the day on\nwhich it was bought. "
    for piece in chunk(Parsed(sentence * 20, marked=False, wrapped=True)):
        assert piece.text.startswith("The lamp") and piece.text.endswith("bought.")
        assert LENGTH / 3 < len(piece.text) <= LENGTH


def test_rows_stay_whole() -> None:
    rows = "\n".join(f"Item: Lamp {n}; Price: {n} euros; Colour: red and blue; Weight: {n} kg" for n in range(40))
    for piece in chunk(Parsed(rows, marked=True)):
        assert all(line.startswith("Item: ") and line.endswith(" kg") for line in piece.text.splitlines())


@pytest.mark.parametrize("text", ["x" * 300_000, "word " * 60_000, "line of text\n" * 25_000])
def test_long_texts_without_structure(text: str) -> None:
    pieces = list(chunk(Parsed(text, marked=False)))
    assert sum(len(p.text) for p in pieces) > 0.99 * len(text.strip()) - len(pieces)
