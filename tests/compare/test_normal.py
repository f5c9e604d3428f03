"""Values in different spellings: what is the same, and what must never be."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.compare.normal import contains, tokens
from engine.compare.words import ONES, TENS

SAME = [
    ["30 days", "thirty days", "30-day", "Thirty-day", "30 day", "30\u00a0days"],
    ["€49", "49 euros", "EUR 49.00", "49 EUR", "49,00 €", "forty-nine euros", "EUR49"],
    ["3 March 2026", "2026-03-03", "March 3rd, 2026", "3rd of March 2026", "Mar 3, 2026", "March the 3rd 2026"],
    ["1,000", "1000", "one thousand", "1 thousand", "1\u202f000"],
    ["8:00", "8 am", "8 a.m.", "8 o'clock", "08:00", "8:00 AM", "8.00 am"],
    ["8:00 to 17:00", "8 am to 5 pm", "8:00–17:00", "8 am - 5 pm"],
    ["noon", "12:00", "12 pm"],
    ["5%", "5 percent", "five per cent", "5.0 %"],
    ["a year", "one year", "1 year", "1 yr"],
    ["1.2 million", "1,200,000"],
    ["2 kg", "2 kilograms", "two kilos", "2kg"],
    ["Mara Kellin", "MARA KELLIN", "Mára  Kellin"],
    ["help@lumo.example", "Help@Lumo.example"],
    ["3rd floor", "third floor"],
    ["the Lumo lamp's price", "the Lumo lamp price"],
]
DIFFERENT = [
    ("30 days", "300 days"),
    ("30 days", "130 days"),
    ("30 days", "1,030 days"),
    ("30 days", "30.5 days"),
    ("30 days", "30 to 40 days"),
    ("40 days", "30-40 days"),
    ("30 days", "30 hours"),
    ("30 days", "-30 days"),
    ("49 euros", "49 dollars"),
    ("4 euros", "49 euros"),
    ("000", "1,000"),
    ("1", "It is so. [1]"),
    ("8:00", "18:00"),
    ("8:00", "8:30"),
    ("8 am", "8 pm"),
    ("3 March 2026", "3 March 2025"),
    ("3 March 2026", "13 March 2026"),
    ("KR-482", "KR-4821"),
    ("KR-4821", "KR-04821"),
    ("five", "twenty-five"),
    ("100", "one hundred and five"),
    ("art", "party"),
    ("help@lumo.example", "chelp@lumo.example"),
    ("lumo.example", "help@lumo.example"),
]


def says(text: str, value: str) -> bool:
    return contains(tokens(text), tokens(value))


@pytest.mark.parametrize("family", SAME, ids=lambda family: family[0])
def test_all_spellings_are_one_value(family: list[str]) -> None:
    for one in family:
        for other in family:
            assert says(f"Dear customer, it is {other}, we think.", one), (one, other)


@pytest.mark.parametrize("value, text", DIFFERENT)
def test_other_values_do_not_match(value: str, text: str) -> None:
    assert not says(text, value)


def test_a_changed_value_is_said_and_so_is_the_old_one() -> None:
    assert says("The fee was raised from 20 to 30 euros.", "30 euros")
    assert says("It costs €20 since May.", "20 euros")
    assert says("Return it within 30 days of 4 May 2026.", "30 days")


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_integers_match_themselves_alone(one: int, other: int) -> None:
    assert says(f"It costs {other:,} euros.", f"€{one}") == (one == other)


@given(st.decimals(0, 10**6, places=2))
def test_decimals_with_and_without_separators(amount: object) -> None:
    assert tokens(f"€{amount:,}") == tokens(f"{amount} euros")


@given(st.dates(date(1000, 1, 1)))
def test_dates(day: date) -> None:
    long, american = f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}"
    assert tokens(day.isoformat()) == tokens(long) == tokens(american)


@given(st.times())
def test_times(clock: time) -> None:
    assert tokens(f"{clock:%H:%M}") == tokens(f"{clock.hour % 12 or 12}:{clock:%M} {'ap'[clock.hour > 11]}m")


@given(st.integers(0, 999_999))
def test_numbers_in_words(number: int) -> None:
    assert tokens(spelt(number)) == [f"#{number}"]


@given(st.text())
def test_any_text_has_tokens_and_contains_them(text: str) -> None:
    mine = tokens(text)
    assert all(mine) and (not mine or contains([*mine, "end"], [*mine, "end"]))


@given(st.text(alphabet="a.@-1:, €to", max_size=60), st.text(alphabet="a.@-1:, €to", max_size=12))
def test_a_value_that_is_found_is_there_in_order(text: str, value: str) -> None:
    inside, wanted = tokens(text), tokens(value)
    if contains(inside, wanted):
        assert " ".join(wanted) in " ".join(inside)


def spelt(number: int) -> str:
    ones, tens = list(ONES), list(TENS)
    if number < 20:
        return ones[number]
    if number < 100:
        return tens[number // 10 - 2] + (f"-{ones[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" and {spelt(number % 100)}" if number % 100 else ""
        return f"{ones[number // 100]} hundred{rest}"
    rest = f" {spelt(number % 1000)}" if number % 1000 else ""
    return f"{spelt(number // 1000)} thousand{rest}"
