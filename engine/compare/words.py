"""The English words that stand for numbers, months, currencies and units (see ``engine.compare.normal``)."""

from __future__ import annotations


def _numbered(words: str, start: int = 0, step: int = 1) -> dict[str, int]:
    """Words → numbers; words joined by ``/`` stand for the same one."""
    return {word: start + at * step for at, group in enumerate(words.split()) for word in group.split("/")}


ONES = _numbered(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
TENS = _numbered("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
SCALES = {"thousand": 1000, "million": 10**6, "billion": 10**9}
ORDINALS = {
    f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }": word
    for word, number in _numbered("first second third fourth fifth sixth seventh eighth ninth tenth", 1).items()
}
MONTHS = _numbered(
    "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sept/sep october/oct "
    "november/nov december/dec",
    1,
)
TIMES = {"noon": 720, "midday": 720, "midnight": 0}
CURRENCIES = {
    "€": "eur", "euro": "eur", "eur": "eur", "$": "usd", "dollar": "usd", "usd": "usd", "£": "gbp", "gbp": "gbp",
    "¥": "jpy", "yen": "jpy", "jpy": "jpy", "franc": "chf", "chf": "chf",
}  # fmt: skip
UNITS = {
    "min": "minute", "hr": "hour", "h": "hour", "sec": "second", "s": "second", "yr": "year",
    "kilogram": "kg", "kilogramme": "kg", "kilo": "kg", "gram": "g", "gramme": "g", "tonne": "t",
    "metre": "m", "meter": "m", "centimetre": "cm", "centimeter": "cm", "millimetre": "mm", "millimeter": "mm",
    "kilometre": "km", "kilometer": "km", "litre": "l", "liter": "l", "millilitre": "ml", "milliliter": "ml",
    "watt": "w", "volt": "v", "percent": "%", "pct": "%", "°": "degree",
}  # fmt: skip
TIME_UNITS = {"day", "week", "month", "year", "hour", "minute", "second"}
