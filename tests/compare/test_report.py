"""The report: one file that refers to nothing outside itself, whatever the answers say."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compare.picture import LEFT, SIZE, TOP, marks
from engine.compare.report import render
from engine.compare.rows import Tag, rows
from engine.compare.scorecard import SideScores
from engine.types import FOUR_ARMS, Arm, Interval
from tests.compare.made import SAID, answer, passages, question, scorecard, typical

GROUPS: list[dict[str, Any]] = [
    {"title": "What it cost", "rows": [("Tuning", "1 min 52 s", False)]},
    {"title": "Hashes", "rows": [("Model", "3f2a" * 16, True)]},
]
NASTY = (
    '<script>alert(1)</script><img src="http://evil.example/x.png" onerror=alert(1)></p>{{ 7 * 7 }}{% raw %}]]>&amp;'
)


class Page(HTMLParser):
    """What a browser would make of it: elements with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(html: str) -> Page:
    return Page(html)


def test_it_refers_to_nothing_outside_itself() -> None:
    html = render(typical(), GROUPS, "Title")
    for tag, attributes in page(html).elements:
        assert tag not in ("link", "iframe", "object", "embed", "img", "base", "a", "form")
        for name in ("src", "href", "xlink:href", "srcset", "action", "data", "poster"):
            assert name not in attributes
    assert not re.search(r"@import|url\s*\(|https?://|//[a-z]+\.|\bfetch\(|XMLHttp|WebSocket|import\(", html)
    assert "default-src 'none'" in html


def test_answers_questions_and_passages_are_text_and_nothing_else() -> None:
    said = {arm: answer(arm, NASTY, passages(NASTY)) for arm in FOUR_ARMS}
    html = render(scorecard([(question(1, NASTY.replace('"', "'")), said)]), GROUPS, NASTY)
    seen = page(html)
    assert [tag for tag, _ in seen.elements].count("script") == 1
    assert not [tag for tag, attributes in seen.elements if tag == "img" or "onerror" in attributes]
    assert NASTY in seen.text


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8")))
def test_any_answer_comes_out_as_it_was(text: str) -> None:
    said = {arm: answer(arm, text, passages()) for arm in FOUR_ARMS}
    html = render(scorecard([(question(), said)]), GROUPS, "T")
    html.encode("utf-8")
    assert "\0" not in html
    wanted = [letter for letter in text if letter.isalnum()]
    assert "".join(wanted) in "".join(letter for letter in page(html).text if letter.isalnum())


def test_it_shows_verdict_table_answers_reasons_and_passages() -> None:
    card = typical()
    text = page(render(card, GROUPS, "Title")).text.replace("\u00a0", " ")
    assert card.verdict.sentence in text
    for words in ("says it right", "says the right thing", "Terms > Refunds", "3f2a" * 16, "1 min 52 s"):
        assert words in text
    assert SAID[Arm.TUNED] in text
    assert "It says “60 days”, which is out of date. (and 1 more)" in text
    for mark in "○◆▣◈":
        assert mark in text


def test_questions_on_which_tuned_and_grounded_differ_come_first() -> None:
    html = render(typical(), GROUPS, "T")
    tags = re.findall(r'<article class="card question" data-tags="([^"]*)"', html)
    assert len(tags) == 40
    ranks = [("complement" in tag) + ("differ" in tag) for tag in tags]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == 3


def test_a_card_with_one_arm_or_one_side_has_no_picture_but_a_table() -> None:
    card = scorecard([(question(), {Arm.BASE: answer(Arm.BASE, "30 days")})])
    html = render(card, [], "T")
    assert "<table" in html
    assert marks(card.form, SideScores(0)) == []


shares = st.lists(st.floats(0, 1), min_size=8, max_size=8)


@given(shares)
def test_names_in_the_picture_do_not_cover_each_other(means: list[float]) -> None:
    def side(part: list[float]) -> SideScores:
        return SideScores(40, {arm: Interval(mean, mean, mean) for arm, mean in zip(FOUR_ARMS, part, strict=True)})

    drawn = marks(side(means[:4]), side(means[4:]))
    assert len(drawn) == 4
    for one in drawn:
        assert LEFT <= one.x <= LEFT + SIZE and TOP <= one.y <= TOP + SIZE
        assert one.left <= one.x <= one.right and one.top <= one.y <= one.bottom
        for other in drawn:
            if other is not one and other.anchor == one.anchor and abs(one.label_x - other.label_x) < 80:
                assert abs(one.label_y - other.label_y) >= 20


def test_rows_say_where_arms_differ() -> None:
    found = rows(typical())
    assert len(found) == 40 and list(found[0].said) == list(FOUR_ARMS)
    assert found[0].tags >= {Tag.DIFFER, Tag.COMPLEMENT} and found[0].passages == passages()
    assert [Tag.DIFFER in row.tags for row in found] == sorted((Tag.DIFFER in row.tags for row in found), reverse=True)
    assert sum(Tag.BOTH_FAILS in row.tags for row in found) == sum(number % 9 == 4 for number in range(40))
    alone = rows(scorecard([(question(), {Arm.BASE: answer(Arm.BASE, "30 days")})]))
    assert (alone[0].tags, alone[0].passages) == (frozenset(), ())
