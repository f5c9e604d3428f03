"""Values that facts take: one small function for each kind, each drawing a fresh value from a random generator.

Nearly every kind has thousands of values, so that an answer can only be copied from the sources, never remembered.
"""

import random
from collections.abc import Callable

from tools.starter.names import WORDS, company, invented, person

Draw = Callable[[random.Random], str]
_LISTS: dict[str, list[str]] = WORDS["values"]


def number(rng: random.Random) -> int:
    """Draw a whole number whose size, from two digits to four, is as varied as on a price list."""
    low, high = rng.choice([(2, 30), (10, 99), (10, 400), (100, 999), (1000, 9999)])
    return rng.randint(low, high)


def grouped(value: int, rng: random.Random) -> str:
    """Write a number, sometimes with a comma for thousands."""
    return f"{value:,}" if rng.random() < 0.5 else str(value)


def money(rng: random.Random) -> str:
    """Draw an amount: `49 euros`, `$49.90`, `EUR 1,250`."""
    amount = grouped(number(rng), rng)
    if rng.random() < 0.2:
        amount += rng.choice([".50", ".90", ".95", ".99", ".00", f".{rng.randint(10, 99)}"])
    forms = ["{} euros", "{} euros", "{} dollars", "{} pounds", "${}", "€{}", "£{}", "EUR {}", "{} EUR", "{} francs"]
    return rng.choice(forms).format(amount)


def duration(rng: random.Random) -> str:
    """Draw a stretch of time in days, weeks, months or years, in figures or in words."""
    unit = rng.choice(["days", "working days", "weeks", "months", "years"])
    if rng.random() < 0.25:
        return f"{rng.choice(_LISTS['numbers'])} {unit}"
    return f"{rng.randint(2, 120 if unit in ('days', 'months') else 40)} {unit}"


def days(rng: random.Random) -> str:
    """Draw a time limit as a shop would set one, mostly in days."""
    unit = rng.choice(["days", "days", "days", "calendar days", "working days", "weeks", "months"])
    if rng.random() < 0.15:
        return f"{rng.choice(_LISTS['numbers'])} {unit}"
    return f"{rng.randint(3, 120 if 'days' in unit else 24)} {unit}"


def measure(low: int, high: int, *units: str) -> Draw:
    """Return a drawer of `number unit` values between `low` and `high`, a fifth of them with one decimal place."""

    def draw(rng: random.Random) -> str:
        amount = str(rng.randint(low, high))
        if rng.random() < 0.2:
            amount += f".{rng.randint(1, 9)}"
        return f"{amount} {rng.choice(units)}"

    return draw


def date(rng: random.Random) -> str:
    """Draw a calendar date in one of the usual spellings."""
    day, month, year = rng.randint(1, 28), rng.choice(_LISTS["months"]), rng.randint(2021, 2029)
    forms = [f"{day} {month} {year}", f"{day} {month}", f"{month} {day}", f"{month} {day}, {year}"]
    if rng.random() < 0.06:
        return f"{year}-{rng.randint(1, 12):02d}-{day:02d}"
    return rng.choice(forms)


def clock(rng: random.Random) -> str:
    """Draw a time of day: `9:30`, `14:00`, `7 pm`."""
    if rng.random() < 0.25:
        return f"{rng.randint(1, 12)}{rng.choice([' ', ':30 ', ':15 '])}{rng.choice(['am', 'pm'])}"
    return f"{rng.randint(6, 22)}:{rng.choice(['00', '00', '15', '30', '45'])}"


def hours(rng: random.Random) -> str:
    """Draw opening hours: `8:00 to 17:00`, `9 am to 6 pm`."""
    if rng.random() < 0.25:
        return f"{rng.randint(6, 11)} am to {rng.randint(1, 10)} pm"
    start, end = rng.randint(6, 12), rng.randint(13, 23)
    minutes = ["00", "00", "30", "15", "45"]
    return f"{start}:{rng.choice(minutes)} {rng.choice(['to', 'to', 'until'])} {end}:{rng.choice(minutes)}"


def phone(rng: random.Random) -> str:
    """Draw a telephone number in one of four groupings."""

    def part(size: int) -> str:
        return "".join(str(rng.randint(0, 9)) for _ in range(size))

    forms = [
        f"0{part(2)} {part(3)} {part(2)}",
        f"0{part(3)} {part(4)}",
        f"{part(3)}-{part(4)}",
        f"+{rng.randint(31, 49)} {part(2)} {part(4)}",
    ]
    return rng.choice(forms)


def email(rng: random.Random) -> str:
    """Draw a contact address such as `orders@lumovar.example`."""
    return f"{rng.choice(_LISTS['mailboxes'])}@{invented(rng).lower()}.{rng.choice(_LISTS['tlds'])}"


def address(rng: random.Random) -> str:
    """Draw a street address such as `14 Harbor Lane`."""
    name = invented(rng) if rng.random() < 0.6 else rng.choice(WORDS["names"]["real"])
    return f"{rng.randint(1, 240)} {name} {rng.choice(_LISTS['streets'])}"


def room(rng: random.Random) -> str:
    """Draw a room: `Room 214` or `the Veldon Hall`."""
    if rng.random() < 0.4:
        return f"{rng.choice(['Room', 'Hall', 'Building'])} {rng.choice(['', 'A', 'B', 'C'])}{rng.randint(1, 400)}"
    name = invented(rng) if rng.random() < 0.6 else rng.choice(WORDS["names"]["real"])
    return f"the {name} {rng.choice(_LISTS['rooms'])}"


def code(rng: random.Random) -> str:
    """Draw a code of letters and digits such as `KR-4821`."""
    letters = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(rng.randint(1, 3)))
    return f"{letters}{rng.choice(['-', '-', ''])}{rng.randint(10, 99999)}"


def version(rng: random.Random) -> str:
    """Draw a software version of two or three parts."""
    parts = [str(rng.randint(1, 30)), str(rng.randint(0, 20)), str(rng.randint(0, 9))]
    return ".".join(parts[: rng.choice([2, 3])])


def one_of(key: str) -> Draw:
    """Return a drawer from the word list `key` of `words/words.toml`."""
    return lambda rng: rng.choice(_LISTS[key])


KINDS: dict[str, Draw] = {
    "money": money,
    "duration": duration,
    "days": days,
    "date": date,
    "time": clock,
    "hours": hours,
    "phone": phone,
    "email": email,
    "address": address,
    "room": room,
    "code": code,
    "version": version,
    "person": person,
    "company": company,
    "city": lambda rng: invented(rng),
    "weight": measure(1, 900, "kg", "kg", "grams", "g", "kilograms", "pounds"),
    "length": measure(2, 400, "cm", "cm", "metres", "mm", "inches", "centimetres"),
    "volume": measure(1, 300, "litres", "ml", "litres", "cups", "gallons"),
    "hours_count": measure(2, 90, "hours"),
    "short_time": measure(2, 180, "minutes", "minutes", "hours"),
    "data": measure(1, 900, "GB", "MB", "TB"),
    "power": measure(5, 3000, "watts", "W", "kW"),
    "temperature": measure(2, 240, "degrees", "°C", "degrees Celsius"),
    "percent": lambda rng: f"{rng.randint(2, 95)}{rng.choice(['%', '%', ' percent', ' %'])}",
    "count": lambda rng: grouped(number(rng), rng),
    "year": lambda rng: str(rng.randint(1820, 2027)),
    "age": lambda rng: f"{rng.randint(3, 65)} years",
    "floor": lambda rng: f"{rng.choice(_LISTS['ordinals'])} floor",
    "month": one_of("months"),
    "weekday": one_of("weekdays"),
    "colour": one_of("colours"),
    "material": one_of("materials"),
    "role": one_of("roles"),
    "language": one_of("languages"),
}
"""Value kinds by name; `words/attributes.toml` and `[compose.heads]` of `words/words.toml` refer to them."""


def draw(kind: str, rng: random.Random, *, other_than: str = "") -> str:
    """Draw a value of `kind` that differs from `other_than`."""
    value = KINDS[kind](rng)
    while value == other_than:
        value = KINDS[kind](rng)
    return value
