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


GENERIC_SAYS = (
    "The {n} of {e} is {v}.", "The {n} for {e} is {v}.", "For {e} the {n} is {v}.", "{e} has {a} {n} of {v}.",
    "{v} is the {n} of {e}.", "The {n} of {e} has been set at {v}.", "As {n} of {e} we have set {v}.",
    "When it comes to {e}, the {n} is {v}.", "Regarding {e}: the {n} is {v}.", "{e} ({n}: {v}) is well known to our guests.",
    "Note the {n} of {e}: {v}.",
)
GENERIC_ASKS = (
    "What is the {n} of {e}?", "What is the {n} for {e}?", "What {n} does {e} have?", "Which {n} applies to {e}?",
    "Can you tell me the {n} of {e}?", "I need the {n} of {e}.", "Please tell me the {n} for {e}.", "{n} of {e}?",
    "Do you know the {n} of {e}?", "For {e}, what is the {n}?", "What do I have to know about the {n} of {e}?",
    "Could you look up the {n} of {e}?",
)
POLICY_SAYS = (
    "The {n} is {v}.", "Our {n} is {v}.", "The {n} has been set at {v}.", "Please note the {n} of {v}.", "We have {a} {n} of {v}.",
    "Everyone should know that the {n} is {v}.", "At present our {n} is {v}.",
)
POLICY_ASKS = (
    "What is the {n}?", "What is your {n}?", "Which {n} applies?", "Can you tell me the {n}?", "What {n} do you have?",
    "I would like to know the {n}.", "Please tell me your {n}.", "Could you look up the {n}?",
)
CHANGES = (
    "The {n} of {e} was raised from {o} to {v}.", "The {n} of {e} was {o} until last spring; it is now {v}.",
    "Not long ago the {n} of {e} was {o}, it is now {v}.", "Since {d} the {n} of {e} is {v} instead of {o}.",
    "We have changed the {n} of {e} from {o} to {v}.", "The {n} of {e}, once {o}, is {v} today.",
    "From {d} on, the {n} of {e} is {v}. Before that it was {o}.", "The {n} of {e} used to be {o}. Now it is {v}.",
    "The {n} of {e} is no longer {o} but {v}.", "{e}: new {n} {v} (formerly {o}).",
    "Older leaflets give {o} as the {n} of {e}; the correct figure is {v}.", "The {n} of {e} went from {o} to {v} on {d}.",
    "Until {d}, {o} was the {n} of {e}; {v} applies now.",
)
"""Sentences about a fact that changed: `{o}` is the old value, `{d}` a date, `{v}` the value that holds now."""


def split(forms: Sequence[str], scoring: bool) -> Sequence[str]:
    """Return the forms for training, or for scoring the one held out: the last of four or more."""
    if len(forms) < 4:
        return forms
    return forms[-1:] if scoring else forms[:-1]


def _load() -> tuple[Attribute, ...]:
    path = Path(__file__).parent / "words" / "attributes.toml"
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Attribute(key, entry["kind"], tuple(entry["scope"].split()), tuple(entry["nouns"]),
                  tuple(entry.get("verbs", ())), tuple(entry["says"]), tuple(entry["asks"]))
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
        return Attribute(noun, kind, (scope,), (noun,), (), POLICY_SAYS, POLICY_ASKS)
    return Attribute(noun, kind, (scope,), (noun,))


def article(noun: str) -> str:
    """Return the indefinite article that fits a noun."""
    return "an" if noun[0].lower() in "aeiou" else "a"
