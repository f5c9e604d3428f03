"""Passages where they stand: on the page of a PDF, in the text around; the inspector; citations."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ground.cite import citation
from engine.ground.marks import find
from engine.ground.query import matches
from engine.task import Task
from engine.types import Passage
from engine.workspace import Workspace
from tests.ground.written import write_pdf

PARAGRAPHS = [
    "The warranty on the Orlo lamp is three years. It covers the switch, the cable and the shade.",
    "Refunds are paid within thirty days. The parcel must be sent to the warehouse in Harbour Street.",
]


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """Two pages; on each a paragraph that begins a third down."""
    return write_pdf(tmp_path / "terms.pdf", PARAGRAPHS)


@pytest.fixture
def indexed(workspace: Workspace, pdf: Path, tmp_path: Path) -> Iterator[Workspace]:
    lines = "\n\n".join(f"## Part {n}\n\nIn part {n} the lamp 🪔 number {n} is sold." for n in range(3000))
    (tmp_path / "long.md").write_text(lines, encoding="utf-8")
    workspace.documents.add([pdf, tmp_path / "long.md"], Task())
    yield workspace


def test_a_page_is_drawn_and_the_passage_marked(indexed: Workspace, pdf: Path) -> None:
    passage = indexed.documents.search("When are refunds paid?", 1)[0]
    assert (passage.document, passage.page) == ("terms.pdf", 2)
    view = indexed.documents.view(passage)
    assert (view.kind, view.page, view.pages, view.note) == ("page", 2, 2, "")
    assert view.image.startswith(b"\x89PNG") and _pixels(view.image) == (ceil(view.width * 2), ceil(view.height * 2))
    left, top = view.marks[0][:2]
    assert left == pytest.approx(10 / 210, abs=0.02) and top == pytest.approx(100 / 297, abs=0.02)
    assert max(box[2] for box in view.marks) < 0.6 and all(box[3] - box[1] < 0.03 for box in view.marks)

    other = indexed.documents.view(passage, page=1, scale=1.0)
    assert (other.page, other.marks, _pixels(other.image)[0]) == (1, (), ceil(view.width))
    assert indexed.documents.view(passage, page=99).page == 2


def test_a_changed_or_missing_file_is_said(indexed: Workspace, pdf: Path) -> None:
    passage = indexed.documents.search("When are refunds paid?", 1)[0]
    pdf.write_bytes(pdf.read_bytes() + b"\n% more")
    assert "changed since it was read" in indexed.documents.view(passage).note
    pdf.write_bytes(b"no pdf at all")
    broken = indexed.documents.view(passage)
    assert broken.kind == "text" and "cannot be drawn" in broken.note
    pdf.unlink()
    view = indexed.documents.view(passage)
    assert view.kind == "text" and "cannot be reached" in view.note
    assert view.mark and view.text[slice(*view.mark)] == passage.text


def test_text_is_shown_around_the_passage(indexed: Workspace) -> None:
    passage = indexed.documents.search("the lamp number 2000", 1)[0]
    view = indexed.documents.view(passage)
    assert view.kind == "text" and view.mark and view.start > 0
    assert view.text[slice(*view.mark)] == passage.text and passage.start == view.start + view.mark[0]
    later = indexed.documents.view(passage, at=view.start + len(view.text))
    assert later.start < view.start + len(view.text) < later.start + len(later.text) and later.mark is None

    said = replace(passage, text="This was never said.", start=5, end=25)
    changed = indexed.documents.view(said)
    assert changed.text == "This was never said." and "does not say this any more" in changed.note
    moved = indexed.documents.view(replace(passage, start=passage.start + 7, end=passage.end + 7))
    assert moved.mark and moved.start + moved.mark[0] == passage.start


def test_the_inspector_says_what_becomes_of_each(indexed: Workspace) -> None:
    found = indexed.documents.inspect("How long is the warranty on the Orlo lamp?", 8, k=2)
    assert [one.passage.rank for one in found] == list(range(1, 9))
    assert (found[0].passage.document, found[0].cut, found[0].within) == ("terms.pdf", "", 1)
    assert {one.cut for one in found[2:]} == {"beyond"}
    scores = [one.passage.score for one in found]
    assert scores == sorted(scores, reverse=True)
    grown = indexed.documents.inspect("the lamp number 2000", 3, k=1, passage_chars=2000, collection="Documents")
    assert grown[0].within == 1 and indexed.documents.inspect("  ") == []


def test_citations_name_document_page_and_quote() -> None:
    passage = Passage(1, 1, "terms.pdf", "/d/terms.pdf", 2, 0, 9, "Refunds\nare paid.", "Terms > Refunds")
    assert citation(passage) == "terms.pdf, page 2, Terms > Refunds: “Refunds are paid.”"
    assert citation(replace(passage, text="word " * 100)).endswith("word …”")


def test_words_of_the_question_are_found_with_other_endings() -> None:
    text = "Repaired lamps: we repair them."
    assert [text[a:b] for a, b in matches("How long does a repair take?", text)] == ["Repaired", "repair"]


def test_a_passage_is_found_through_hyphens_and_blanks() -> None:
    page = "TERMS\nOur ware-\nhouse  is ﬁne.\nPage 3"
    ((start, end),) = find(page, "warehouse is fine.")
    assert page[start:end] == "ware-\nhouse  is ﬁne"
    assert find(page, "something else entirely that is not here") == []
    assert find(page, "…") == []


def test_a_passage_in_two_columns_is_found_in_pieces() -> None:
    page = "one two three four NOISE NOISE five six seven eight"
    assert [page[a:b] for a, b in find(page, "one two three four five six seven eight")] == [
        "one two three four",
        "five six seven eight",
    ]


@given(st.text(max_size=60), st.text(max_size=20))
def test_finding_never_leaves_the_page(page: str, wanted: str) -> None:
    for start, end in find(page, wanted):
        assert 0 <= start < end <= len(page)


def _pixels(png: bytes) -> tuple[int, int]:
    """Width and height of a picture whose checksums hold."""
    at, size = 8, (0, 0)
    while at < len(png):
        length = int.from_bytes(png[at : at + 4])
        body = png[at + 4 : at + 8 + length]
        assert zlib.crc32(body) == int.from_bytes(png[at + 8 + length : at + 12 + length])
        if body.startswith(b"IHDR"):
            size = int.from_bytes(body[4:8]), int.from_bytes(body[8:12])
        at += 12 + length
    return size
