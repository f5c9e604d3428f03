"""The view of an answer: what arrives in pieces looks as if it had come at once, and hostile text stays text."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from engine.settings import Settings
from ui.theme.theme import Theme
from ui.widgets.markdown import MarkdownView
from ui.widgets.markdown_text import PLAIN_FROM, Grid, Line, Stream, read

TEXT = """# The window

Dear *customer*,
Answer: **60** days [1]. See https://a.example/c.

- one
- two
  1. deep `code`

| a | b |
|---|--:|
| 1 | 2 |

```python
def f(x):
    return "s"  # c
```
> quote
> more

abc
***bold*** at the start of a line
***
#hash"""


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    yield Theme(Settings(theme="light"))


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> MarkdownView:
    made = MarkdownView(theme)
    qtbot.addWidget(made)
    made.resize(500, 100)
    made.show()
    return made


def pieces(text: str, seed: int) -> Iterator[str]:
    numbers = random.Random(seed)
    while text:
        length = numbers.randint(1, 9)
        yield text[:length]
        text = text[length:]


@pytest.mark.parametrize("seed", range(20))
def test_text_in_pieces_reads_as_the_whole(seed: int) -> None:
    stream, shown = Stream(), []
    for piece in pieces(TEXT, seed):
        kept = stream.feed(piece)
        assert shown[:kept] == stream.items[:kept], "what is said to be unchanged is"
        shown = list(stream.items)
    stream.finish()
    assert stream.items == read(TEXT)


SCRAPS = [
    *"#*|->~=_\\\t",
    "**",
    "```",
    "> ",
    "\n",
    "\n\n",
    "    ",
    "1.",
    "a",
    "[",
    "](",
    "http://x.y",
    ")",
    "==\n",
    "[1]",
    "***\n",
]


@pytest.mark.parametrize("seed", range(40))
def test_any_scraps_in_pieces_read_as_the_whole(seed: int) -> None:
    numbers = random.Random(seed)
    text = "".join(numbers.choice([*SCRAPS, "|a|b|\n|--|--|\n|1|2|"]) for _ in range(40))
    stream = Stream()
    for piece in pieces(text, seed):
        stream.feed(piece)
    stream.finish()
    assert stream.items == read(text)


def test_a_settled_block_is_not_read_again() -> None:
    stream = Stream()
    stream.feed("one\n\n" * 50 + "two\n\nthree")
    assert stream.feed(" more") >= len(stream.items) - 2
    assert len(stream.text) - stream._settled < 30


def test_a_definition_at_the_end_makes_links_before_it() -> None:
    stream = Stream()
    stream.feed("See [this][a].\n\nMore.\n\n")
    stream.feed("[a]: https://a.example/\n")
    stream.finish()
    assert "https://a.example/" in [run.link for item in stream.items if isinstance(item, Line) for run in item.runs]


def test_line_breaks_are_part_of_the_form() -> None:
    assert [item.text for item in read("Dear Ann,\nyes.\nBye") if isinstance(item, Line)] == [
        "Dear Ann,",
        "yes.",
        "Bye",
    ]


def test_tables_keep_their_columns() -> None:
    [grid] = read("| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 |")
    assert isinstance(grid, Grid)
    assert grid.align == ("left", "right")
    assert [len(row) for row in grid.rows] == [2, 2, 2]


def test_a_block_too_long_for_a_parser_is_shown_as_it_is() -> None:
    text = "[" * (PLAIN_FROM + 1)
    assert [item.text for item in read(text) if isinstance(item, Line)] == [text]


@pytest.mark.parametrize("seed", range(6))
def test_a_view_fed_in_pieces_equals_one_filled_at_once(qtbot: QtBot, theme: Theme, seed: int) -> None:
    whole, grown = MarkdownView(theme), MarkdownView(theme)
    for view in (whole, grown):
        qtbot.addWidget(view)
        view.resize(400, 100)
    whole.set_markdown(TEXT)
    for piece in pieces(TEXT, seed):
        grown.append_markdown(piece)
    grown.finish()
    assert grown.toHtml() == whole.toHtml()
    assert grown.height() == whole.height()


def test_the_view_is_as_high_as_its_text(view: MarkdownView) -> None:
    view.set_markdown("one")
    low = view.height()
    view.set_markdown("one\n\n" * 9)
    assert view.height() > 5 * low
    assert not view.verticalScrollBar().isVisible()


HOSTILE = [
    "<img src='http://evil.example/x.png'>",
    "![x](http://evil.example/x.png)",
    "<script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>* { display: none }</style>",
    "[x](javascript:alert(1))",
    "[x](file:///etc/passwd)",
    "[x](data:text/html,<b>)",
    "\u2029\ufdd0\ufdd1\ufffc\x00",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(view: MarkdownView, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[object] = []
    monkeypatch.setattr(QTextDocument, "loadResource", lambda *given: loaded.append(given))
    view.set_markdown(f"before\n\n{text}\n\nafter")
    QApplication.processEvents()
    html = view.toHtml()
    assert "<img" not in html
    assert "javascript:" not in "".join(part.split('"')[0] for part in html.split('href="')[1:])
    assert "file:" not in "".join(part.split('"')[0] for part in html.split('href="')[1:])
    assert view.toPlainText().startswith("before") and view.toPlainText().endswith("after")
    assert not loaded


def test_html_is_seen_as_it_was_written(view: MarkdownView) -> None:
    view.set_markdown("a <b>bold</b> <img src=x>")
    assert view.toPlainText() == "a <b>bold</b> <img src=x>"


def test_a_link_opens_only_after_it_was_shown(
    view: MarkdownView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda address: opened.append(address.toString()))
    view.set_markdown("[your bank](https://evil.example/x)")
    place = view.cursorRect(QTextCursor(view.document())).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place + QPoint(8, 0))
    menu = view.findChild(QMenu)
    assert menu is not None and not opened
    address, _, open_it, _ = menu.actions()
    assert address.text() == "https://evil.example/x"
    open_it.trigger()
    assert opened == ["https://evil.example/x"]
    menu.close()


def test_a_citation_is_one_only_where_there_is_a_passage(view: MarkdownView, qtbot: QtBot) -> None:
    view.set_markdown("Yes [1], no [2].", sources=1)
    assert 'href="cite:1"' in view.toHtml() and 'href="cite:2"' not in view.toHtml()
    with qtbot.waitSignal(view.cited) as caught:
        view.anchorClicked.emit(QUrl("cite:1"))
    assert caught.args == [1]


def test_another_theme_changes_the_colours_only(view: MarkdownView, theme: Theme) -> None:
    view.set_markdown(TEXT)
    text, html = view.toPlainText(), view.toHtml()
    theme.apply(Settings(theme="dark"))
    assert view.toPlainText() == text
    assert view.toHtml() != html
