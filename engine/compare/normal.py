"""Values written in different ways become the same tokens, so that a fact check compares meaning, not spelling.

``30 days`` = ``thirty days`` = ``30-day``; ``€49`` = ``49 euros`` = ``EUR 49.00``; ``1,000`` = ``one thousand``;
``8:00`` = ``8 am``; ``8:00–17:00`` = ``8 am to 5 pm``; ``3 March 2026`` = ``2026-03-03`` = ``March 3rd, 2026``;
``5%`` = ``five percent``. Nothing is converted: two weeks are not fourteen days. Numbers are read as English writes
them (``1,000.50``), except that a comma before one or two last digits is a decimal comma (``4,50 €``).

A token is a string: ``#30`` a number, ``@480`` a time of day in minutes, ``=2026-03-03`` a date (``=-03-03`` without
year), a word in its singular. A number is one token, so 30 is never found inside 300, 1,300 or 30.5.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from engine.compare.words import CURRENCIES, MONTHS, ONES, ORDINALS, SCALES, TENS, TIME_UNITS, TIMES, UNITS

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_TH = "(?:st|nd|rd|th)?"
_SCANNER = re.compile(
    rf"""
      (?P<mail>[\w.+-]{{1,64}}@[\w-]{{1,64}}(?:\.[\w-]{{1,64}})+)
    | (?P<iso>(?<!\d)(?P<iy>\d{{4}})-(?P<im>\d{{2}})-(?P<id>\d{{2}})(?!\d))
    | (?P<dmy>(?<![\d.,])(?P<d1>\d{{1,2}}){_TH}\.?\s+(?:of\s+)?(?P<m1>{_MONTH})\b\.?(?:,?\s+(?P<y1>\d{{4}})(?!\d))?)
    | (?P<mdy>\b(?P<m2>{_MONTH})\b\.?\s+(?:the\s+)?(?P<d2>\d{{1,2}}){_TH}(?![\d:.]*\d)
        (?:,?\s+(?P<y2>\d{{4}})(?!\d))?)
    | (?P<clock>(?<![\d.,:])(?P<h1>\d{{1,2}}):(?P<min1>\d{{2}})(?!\d|:\d)
        (?:\s*(?P<half1>[ap])\.?m\b\.?)?(?:\s+o'clock\b)?)
    | (?P<hour>(?<![\d.,:])(?P<h2>\d{{1,2}})(?:\.(?P<min2>\d{{2}}))?\s*(?:(?P<half2>[ap])\.?m\b\.?|o'clock\b))
    | (?P<ordinal>(?<![\d.,])\d+(?:st|nd|rd|th)\b)
    | (?P<code>(?!(?:eur|usd|gbp|chf|jpy)\d)[a-z](?=[a-z0-9-]*\d)[a-z0-9]*(?:-[a-z0-9]+)*)
    | (?P<number>(?:(?<![\w)])[-−])?(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+,\d{{1,2}}(?![\d,])|\d+(?:\.\d+)?))
    | (?P<dash>(?<=\w)\s*[–—-]\s*(?=[\d€$£]))
    | (?P<word>[^\W\d_]+(?:'[^\W\d_]+)?)
    | (?P<sign>[€$£¥%°])
    """,
    re.VERBOSE,
)


def tokens(text: str) -> list[str]:
    """The normalised tokens of a text; citation marks such as ``[1]`` are left out."""
    plain = re.sub(r"\[\d{1,3}\]", " ", _plain(text))
    return _units_and_amounts(_numbers(list(_scan(plain))))


def contains(text: list[str], value: list[str]) -> bool:
    """Whether the tokens of ``value`` occur in ``text`` side by side, and not as an end of a range."""
    width = len(value)
    places = (at for at in range(len(text) - width + 1) if text[at : at + width] == value)
    return width > 0 and any(not _in_range(text, at, at + width) for at in places)


def _in_range(text: list[str], start: int, end: int) -> bool:
    before = start >= 2 and text[start - 1] == "to" and _counts(text[start - 2]) and _counts(text[start])
    if before and start >= 3 and text[start - 3] == "from" and not text[start].startswith("@"):
        before = False  # "raised from 20 to 30 euros" does say 30 euros
    after = end + 1 < len(text) and text[end] == "to" and _counts(text[end - 1]) and _counts(text[end + 1])
    return before or after


def _counts(token: str) -> bool:
    return token[0] in "#@="


def _plain(text: str) -> str:
    """Lower case, no accents, one kind of space, quote and dash; a thin space inside a number is left out."""
    text = re.sub(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))", "", text)
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return text.translate({ord("’"): "'", ord("‘"): "'", ord("‑"): "-", ord("‐"): "-"})


def _scan(text: str) -> Iterator[str]:
    for found in _SCANNER.finditer(text):
        part = found.groupdict()
        match found.lastgroup:
            case "iso":
                yield _date(part["iy"], part["im"], part["id"])
            case "dmy":
                yield _date(part["y1"], str(MONTHS[part["m1"]]), part["d1"])
            case "mdy":
                yield _date(part["y2"], str(MONTHS[part["m2"]]), part["d2"])
            case "clock":
                yield _time(part["h1"], part["min1"], part["half1"])
            case "hour":
                yield _time(part["h2"], part["min2"] or "0", part["half2"])
            case "number":
                yield _number(found[0])
            case "ordinal":
                yield ORDINALS.get(found[0], found[0])
            case "dash":
                yield "to"
            case "word":
                yield _word(found[0])
            case _:
                yield found[0]


def _date(year: str | None, month: str, day: str) -> str:
    return f"={year or ''}-{int(month):02}-{int(day):02}"


def _time(hour: str, minute: str, half: str | None) -> str:
    hours = int(hour) % 12 + (12 if half == "p" else 0) if half else int(hour)
    return f"@{hours * 60 + int(minute)}"


def _number(digits: str) -> str:
    digits = digits.replace("−", "-")
    digits = digits.replace(",", ".") if re.fullmatch(r"-?\d+,\d{1,2}", digits) else digits.replace(",", "")
    return amount(Decimal(digits))


def amount(value: Decimal | int) -> str:
    """The token of a number: ``#49`` for 49 and 49.00, ``#4.5`` for 4.50."""
    words = format(Decimal(value), "f")
    return "#" + (words.rstrip("0").rstrip(".") if "." in words else words)


def _word(word: str) -> str:
    """A word in its singular, roughly, and the one name of its unit."""
    word = word.removesuffix("'s").removesuffix("'")
    if word in TIMES:
        return f"@{TIMES[word]}"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return UNITS.get(word, word)


def _numbers(parts: list[str]) -> list[str]:
    """Put number words together: ``one hundred and five`` → ``#105``, ``1.2 million`` → ``#1200000``."""
    out: list[str] = []
    at = 0
    while at < len(parts):
        value, after = _spelt(parts, at)
        if value is None and parts[at].startswith("#") and at + 1 < len(parts) and parts[at + 1] in SCALES:
            value, after = Decimal(parts[at][1:]) * SCALES[parts[at + 1]], at + 2
        out.append(parts[at] if value is None else amount(value))
        at = after if value is not None else at + 1
    return out


def _spelt(parts: list[str], at: int) -> tuple[Decimal | None, int]:
    """The number that is spelt out from ``at`` on, and where it ends."""
    total = group = 0
    seen = ""
    start = at
    while at < len(parts):
        word = parts[at]
        if word == "and" and seen == "big" and at + 1 < len(parts) and parts[at + 1] in ONES | TENS:
            at += 1
            continue
        if word in ONES and seen != "one" and not (seen == "ten" and ONES[word] > 9):
            group, seen = group + ONES[word], "one"
        elif word in TENS and seen in ("", "big"):
            group, seen = group + TENS[word], "ten"
        elif word == "hundred" and seen:
            group, seen = group * 100, "big"
        elif word in SCALES and seen:
            total, group, seen = total + group * SCALES[word], 0, "big"
        else:
            break
        at += 1
    return (Decimal(total + group) if at > start else None), at


def _units_and_amounts(parts: list[str]) -> list[str]:
    """Currency after its amount, ``a day`` → ``1 day``, ``per cent`` → ``%``."""
    out: list[str] = []
    for part in parts:
        if part in CURRENCIES:
            part = CURRENCIES[part]
        if part == "cent" and out and out[-1] == "per":
            out[-1] = "%"
        elif part.startswith("#") and out and out[-1] in CURRENCIES.values() and not _follows_amount(out):
            out.insert(len(out) - 1, part)
        elif part in TIME_UNITS and out and out[-1] in ("a", "an"):
            out[-1:] = ["#1", part]
        else:
            out.append(part)
    return out


def _follows_amount(out: list[str]) -> bool:
    """Whether the currency at the end belongs to a number before it (``49 euros 2 days``)."""
    return len(out) > 1 and out[-2].startswith("#")
