"""Invented names: syllables and plain words put together into things, places, firms and people.

Training draws from all syllables; scoring rejects any name that training could have seen (`held_out`).
"""

import random
import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words" / "words.toml").read_text(encoding="utf-8"))
_NAMES: dict[str, list[str]] = WORDS["names"]


def held_out(name: str) -> bool:
    """Tell whether an invented name belongs to scoring: one in eight, by checksum, so that the sets never meet."""
    return zlib.crc32(name.encode()) % 8 == 0


def syllables(rng: random.Random) -> str:
    """Put together a name, mostly short and easy to say (`Velo`, `Marden`), sometimes long (`Skytdronhaven`)."""
    if rng.random() < 0.7:
        start = rng.choice("bcdfghjklmnprstvwz") if rng.random() < 0.8 else rng.choice(_NAMES["onsets"])
        body = start + rng.choice("aeiou") + rng.choice("bdglmnrstvz" if rng.random() < 0.6 else _NAMES["codas"])
        return (body + rng.choice(_NAMES["ends"])).capitalize()
    count = rng.choice([1, 1, 2])
    body = "".join(
        rng.choice(_NAMES["onsets"]) + rng.choice(_NAMES["vowels"]) + rng.choice(_NAMES["codas"]) for _ in range(count)
    )
    return (body + (rng.choice(_NAMES["ends"]) if count == 1 or rng.random() < 0.4 else "")).capitalize()


class NameRandom(random.Random):
    """A random generator that also says which side of the split invented names must come from."""

    scoring = False


def invented(rng: random.Random) -> str:
    """Draw an invented name from the side of the split that `rng` belongs to."""
    wanted = getattr(rng, "scoring", False)
    name = syllables(rng)
    while len(name) < 3 or held_out(name) != wanted:
        name = syllables(rng)
    return name


def person(rng: random.Random) -> str:
    """Draw a person's name; the family name is always invented."""
    first = rng.choice(_NAMES["first"]) if rng.random() < 0.7 else invented(rng)
    return f"{first} {invented(rng)}"


def company(rng: random.Random) -> str:
    """Draw a firm's name such as `Orrin & Sons`."""
    return f"{invented(rng)} {rng.choice(WORDS['things']['company'])}"


@dataclass(frozen=True)
class Entity:
    """Something that facts are about.

    `name` is how a sentence names it in full (`the Lumo lamp`), `bare` the same without its article, `short` how a
    following sentence refers back to it (`it`, `the lamp`).
    """

    scope: str
    name: str
    bare: str
    short: tuple[str, ...]


def fits(name: str, rng: random.Random) -> bool:
    """Tell whether a name made of plain words belongs to the side of the split that `rng` draws from."""
    return held_out(name) == getattr(rng, "scoring", False)


def _thing(rng: random.Random, scope: str) -> Entity:
    noun = rng.choice(WORDS["things"][scope])
    style = rng.random()
    if style < 0.7:
        label = invented(rng)
    else:
        words = rng.sample(_NAMES["real"], len(_NAMES["real"]))
        label = next((word for word in words if fits(f"{word} {noun}", rng)), "") or invented(rng)
    if style > 0.92 or 0.1 < style < 0.18:
        label += f" {rng.randint(2, 900)}"
    bare = f"{label} {noun}"
    if scope in ("product", "software") and rng.random() < 0.15:
        return Entity(scope, invented(rng) + rng.choice(["", "", " Pro", " Mini", " Plus"]), "", ("it",))
    return Entity(scope, f"the {bare}", bare, ("it", "it", f"the {noun}"))


def entity(rng: random.Random, scope: str) -> Entity:
    """Draw a thing of `scope`: product, service, place, event, software, person or company."""
    if scope == "person":
        name = person(rng)
        return Entity(scope, name, name, (name.split()[0],))
    if scope == "company":
        if rng.random() < 0.5:
            name = company(rng)
            return Entity(scope, name, name, ("the company", "the firm"))
        team = rng.choice(WORDS["things"]["team"])
        return Entity(scope, f"the {team}", team, ("it", "the team"))
    found = _thing(rng, scope)
    return found if found.bare else Entity(scope, found.name, found.name, found.short)
