"""Bytes to text: encodings, trees, tables, lines of a page, names of files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DocumentRefused
from engine.ground.decode import decode
from engine.ground.limits import Limits
from engine.ground.parse import parse
from engine.ground.paths import as_path, as_text, walk
from engine.ground.reflow import reflow, without_running_lines
from engine.ground.render import plain, render, rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(encoding: str) -> None:
    text = "The café in Zürich costs more – it is worth it.\nÜber allen Gipfeln ist Ruh, in allen Wipfeln spürest du."
    assert decode(text.replace("\n", "\r\n").encode(encoding)) == text or encoding == "cp1252"
    assert "caf" in (decode(text.encode(encoding)) or "")


def test_a_declared_encoding_is_used() -> None:
    page = '<meta charset="windows-1251"><p>Вакансии</p>'
    assert decode(page.encode("cp1251")) == page


def test_binary_is_not_text() -> None:
    assert decode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4) is None


def test_rows_name_their_columns() -> None:
    table = [["Item", "Price", ""], ["Lamp", "30", "sale"], ["Desk", "", ""]]
    assert list(rows(table)) == ["Item: Lamp; Price: 30; sale", "Item: Desk"]
    assert list(rows([["just", "one"]])) == ["just; one"]


def test_a_long_row_repeats_its_first_cell() -> None:
    header, row = ["Id", *(f"Column {n}" for n in range(40))], ["7", *(f"value {n}" for n in range(40))]
    lines = list(rows([header, row]))
    assert len(lines) > 1
    assert all(line.startswith("Id: 7; ") and len(line) <= 400 for line in lines)
    assert all(f"Column {n}: value {n}" in "\n".join(lines) for n in range(40))


def test_marks_of_links_and_emphasis_go() -> None:
    assert (
        plain('See [the *duck*](/wiki/Duck_(bird) "Duck") and ![a lake](x.png)[[4]](#n).') == "See the duck and a lake."
    )
    assert plain("3 * 4 * 5 and a_b_c stay") == "3 * 4 * 5 and a_b_c stay"


def test_text_cannot_pose_as_a_heading() -> None:
    nodes = [
        {"content": {"node_type": "heading", "level": 2, "text": "Real"}},
        {"content": {"node_type": "paragraph", "text": "# not one"}},
    ]
    assert render(nodes) == "## Real\n\n\\# not one"


def test_lines_of_a_page_become_paragraphs() -> None:
    page = (
        "Terms of repair\n"
        "We repair every lamp that was bought from us, also after the end of the\n"
        "guarantee, at a fixed price which the work-\nshop tells you before.\n"
        "Prices 2025 2026\nLamp $30 $35\nDesk $90 $95\n"
        "All prices include the way back to you, wherever in the country you live."
    )
    assert reflow(page).split("\n\n") == [
        "## Terms of repair",
        "We repair every lamp that was bought from us, also after the end of the guarantee, "
        "at a fixed price which the workshop tells you before.",
        "Prices 2025 2026\nLamp $30 $35\nDesk $90 $95",
        "All prices include the way back to you, wherever in the country you live.",
    ]


def test_running_lines_go_and_others_stay() -> None:
    pages = [f"Annual report\nText of page {n} is here.\nPage {n} of 9" for n in range(1, 10)]
    assert without_running_lines(pages) == [f"Text of page {n} is here." for n in range(1, 10)]
    assert without_running_lines(pages[:2]) == pages[:2]


@given(st.binary(min_size=1, max_size=60).filter(lambda raw: b"\0" not in raw and b"/" not in raw))
def test_every_name_survives_as_text(raw: bytes) -> None:
    path = Path("/documents") / os.fsdecode(raw)
    text = as_text(path)
    text.encode("utf-8")  # valid Unicode
    assert as_path(text) == Path(os.path.abspath(path))  # noqa: PTH100


def test_walk_follows_links_but_not_in_circles(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "b.txt").write_text("b")
    (tmp_path / "in" / "deep" / "a.txt").write_text("a")
    (tmp_path / "in" / ".hidden").write_text("no")
    (tmp_path / "in" / "deep" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "broken.txt").symlink_to(tmp_path / "nothing")
    names = [Path(found.path).name for found in walk([as_text(tmp_path / "in")])]
    assert sorted(names) == ["a.txt", "b.txt"]


def test_a_text_file_keeps_its_own_characters(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes("# Titel\r\n\r\n*Straße* & <b>so</b>\r\n".encode())
    assert parse(file, Limits()).text == "# Titel\n\n*Straße* & <b>so</b>\n"


def test_of_a_long_text_the_beginning_is_read_and_the_share_is_said(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text("word " * 10_000)
    parsed = parse(file, Limits(characters=5_000))
    assert len(parsed.text) == 5_000
    assert parsed.note.startswith("the first 5,000 characters, about 10% of the file")


def test_nothing_and_nonsense_are_refused(tmp_path: Path) -> None:
    for name, data, reason in [
        ("zero.pdf", b"", "0 bytes"),
        ("junk.pdf", b"%PDF-1.7 and then nothing that makes sense", "corrupt"),
        ("junk.docx", b"PK\x03\x04junk", "corrupt"),
        ("locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted"),
        ("what.zzz", b"\0\1\2\3", "unsupported"),
    ]:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DocumentRefused, match=reason):
            parse(tmp_path / name, Limits())
