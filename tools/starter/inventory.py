"""What facts can be stated and asked: attributes with their nouns, sentences and questions.

`words/attributes.toml` holds the hand-written attributes. A thousand more are composed of a modifier and a head
("cleaning fee", "guest limit"), because a customer's documents will name attributes that nobody listed here.
"""

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.starter.names import WORDS


@dataclass(frozen=True)
class Attribute:
    """One kind of fact. `{e}` stands for the thing, `{v}` for the value, `{n}` for the noun that was chosen."""

    key: str
    kind: str
    scopes: tuple[str, ...]
    nouns: tuple[str, ...]
    verbs: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


_WORDS = Path(__file__).parent / "words"
_FORMS: dict[str, list[str]] = tomllib.loads((_WORDS / "forms.toml").read_text(encoding="utf-8"))
GENERIC_SAYS, GENERIC_ASKS = _FORMS["generic_says"], _FORMS["generic_asks"]
POLICY_SAYS, POLICY_ASKS = _FORMS["policy_says"], _FORMS["policy_asks"]
CHANGES, AFTERTHOUGHTS, POLITE = _FORMS["changes"], _FORMS["afterthoughts"], _FORMS["polite"]
LEADS, ASKING = _FORMS["leads"], _FORMS["asking"]
ASKED, POLICY_ASKED = _FORMS["asked"], _FORMS["policy_asked"]


def split(forms: Sequence[str], scoring: bool) -> Sequence[str]:
    """Return the forms for training, or those held out for scoring: the last of four or more, the last two of eight."""
    kept = len(forms) - (len(forms) >= 4) - (len(forms) >= 8)
    if kept == len(forms):
        return forms
    return forms[kept:] if scoring else forms[:kept]


def _load() -> tuple[Attribute, ...]:
    found = tomllib.loads((_WORDS / "attributes.toml").read_text(encoding="utf-8"))
    return tuple(
        Attribute(
            key,
            entry["kind"],
            tuple(entry["scope"].split()),
            tuple(entry["nouns"]),
            tuple(entry.get("verbs", ())),
            tuple(entry["says"]),
            tuple(entry["asks"]),
        )
        for key, entry in found.items()
    )


ATTRIBUTES = _load()
"""The hand-written attributes."""

COMPOSED_SCOPES = ("policy", "policy", "product", "service", "place", "event", "company")


def composed(rng: random.Random) -> Attribute:
    """Put together an attribute from a modifier and a head; scope `policy` means that it belongs to no thing."""
    head, kind = rng.choice(list(WORDS["compose"]["heads"].items()))
    noun = f"{rng.choice(WORDS['compose']['modifiers'])} {head}"
    scope = rng.choice(COMPOSED_SCOPES)
    if scope == "policy":
        return Attribute(noun, kind, (scope,), (noun,), (), tuple(POLICY_SAYS), tuple(POLICY_ASKS))
    return Attribute(noun, kind, (scope,), (noun,))


def article(noun: str) -> str:
    """Return the indefinite article that fits a noun."""
    return "an" if noun[0].lower() in "aeiou" else "a"


def verb(noun: str) -> str:
    """Return the form of "to be" that fits a noun: `opening hours are`, `address is`."""
    return "are" if noun.endswith(("hours", "times")) else "is"
