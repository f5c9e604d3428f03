"""Facts: a thing, an attribute and a value, with the ways to state them, ask for them and answer."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.starter.inventory import (
    AFTERTHOUGHTS,
    ASKED,
    ASKING,
    ATTRIBUTES,
    CHANGES,
    GENERIC_ASKS,
    GENERIC_SAYS,
    LEADS,
    POLICY_ASKED,
    POLICY_ASKS,
    POLICY_SAYS,
    POLITE,
    Attribute,
    article,
    composed,
    split,
    verb,
)
from tools.starter.names import WORDS, Entity, entity, fits, invented
from tools.starter.values import KINDS, draw

ORDER_SAYS = ("orders", "your order", "every order", "all goods", "goods", "an order", "your purchase", "online orders")
ORDER_ASKS = ("an order", "my order", "orders", "goods", "a purchase", "something I bought", "my purchase")
CLASHES = (
    {"city", "address", "venue", "floor", "origin"},
    {"price", "monthly_fee"},
    {"event_date", "start_time", "release"},
    {"phone", "email"},
    {"seats", "staff", "capacity"},
    {"duration", "trial", "loan"},
    {"founded", "start_year"},
    {"storage", "upload"},
    {"manager", "founder"},
    {"opening_hours", "closed_day"},
    {"price", "deposit"},
    {"interval", "battery"},
)
"""Attributes whose questions could be taken for each other: a thing gets only one of each set."""


@dataclass(frozen=True)
class Slot:
    """A thing and an attribute, without a value: what a question asks for. `noun` is fixed where nouns differ."""

    entity: Entity | None
    attribute: Attribute
    noun: str

    @property
    def key(self) -> tuple[str, str]:
        """Identify what is asked, so that no episode states it twice."""
        return (self.entity.name if self.entity else "", self.noun if self.distinct else self.attribute.key)

    @property
    def distinct(self) -> bool:
        """Tell whether the attribute's nouns name different things (length, width) rather than the same."""
        return any("{n}" in form for form in self.attribute.asks)

    @property
    def plain(self) -> bool:
        """Tell whether the fact is a rule of the house, without a thing of its own."""
        return self.entity is None or self.entity.scope == "order"


@dataclass(frozen=True)
class Fact:
    """A slot with its value, and the outdated value where there was one."""

    slot: Slot
    value: str
    old: str = ""


def clash(one: Slot, other: Slot) -> bool:
    """Tell whether a question for `one` could be answered with `other`."""
    same = (one.entity.name if one.entity else "") == (other.entity.name if other.entity else "")
    if one.plain and other.plain:
        same = True
    keys = {one.attribute.key, other.attribute.key}
    nouns = set(one.attribute.nouns) & set(other.attribute.nouns)
    if one.distinct and other.distinct:
        nouns = {one.noun} & {other.noun}
    return same and (one.key == other.key or bool(nouns) or any(keys <= group for group in CLASHES))


def order_entity() -> Entity:
    """Return the thing that shop rules are about; the answer does not name it."""
    return Entity("order", "your order", "orders", ("it",))


def pick_attribute(rng: random.Random, scope: str) -> Attribute:
    """Draw an attribute that things of `scope` have, now and then a composed one."""
    if rng.random() < 0.3:
        for _ in range(40):
            found = composed(rng)
            if found.scopes == (scope,) or (scope == "order" and found.scopes == ("policy",)):
                return found
    fitting = [attribute for attribute in ATTRIBUTES if scope in attribute.scopes]
    return rng.choice(fitting)


def make_slot(rng: random.Random, thing: Entity, attribute: Attribute) -> Slot:
    """Tie a thing to an attribute, choosing the noun."""
    policy = attribute.scopes == ("policy",)
    return Slot(None if policy else thing, attribute, rng.choice(attribute.nouns))


def make_fact(rng: random.Random, slot: Slot, changed: bool) -> Fact:
    """Give a slot its value, and an old one where the fact `changed`."""
    value = draw(slot.attribute.kind, rng)
    return Fact(slot, value, draw(slot.attribute.kind, rng, other_than=value) if changed else "")


def new_thing(rng: random.Random) -> Entity:
    """Draw a thing of any scope; rules about orders are one of them."""
    scopes = ["product"] * 5 + ["service"] * 3 + ["place"] * 3 + ["event"] * 2 + ["software", "person", "company"] * 2
    scope = rng.choice([*scopes, "order", "order", "order", "order"])
    return order_entity() if scope == "order" else entity(rng, scope)


def sibling(rng: random.Random, thing: Entity) -> Entity:
    """Draw a thing that is easily mistaken for `thing`: same noun with another name, or another thing of its scope."""
    if thing.scope in ("person", "company", "order"):
        return new_thing(rng) if thing.scope == "order" else entity(rng, thing.scope)
    words = thing.bare.split()
    style = rng.random()
    if style < 0.45 and len(words) > 1:
        name = " ".join([invented(rng), *words[1:]])
        return Entity(thing.scope, f"the {name}" if thing.name.startswith("the ") else name, name, thing.short)
    if style < 0.6 and len(words) > 1:
        other = entity(rng, thing.scope)
        name = f"{words[0]} {other.bare.split()[-1]}"
        if words[0] not in WORDS["names"]["real"] or fits(name, rng):
            return Entity(thing.scope, f"the {name}", name, other.short)
    return entity(rng, thing.scope)


def _fill(form: str, slot: Slot, noun: str, name: str, **more: str) -> str:
    text = form.replace("{e}", name).replace("{n}", noun).replace("{a}", article(noun)).replace("{is}", verb(noun))
    for key, value in more.items():
        text = text.replace("{" + key + "}", value)
    if slot.plain and (slot.entity is None or name == ""):
        for joint in (" of ", " for ", " on "):
            text = text.replace(joint + "is ", " is ").replace(joint + "?", "?").replace(joint + ".", ".")
    return capital(text)


def capital(text: str) -> str:
    """Start a sentence with a capital letter, but leave an e-mail address as it is."""
    first = text.split(" ", 1)[0]
    return text if "@" in first else text[:1].upper() + text[1:]


def say_forms(slot: Slot, scoring: bool) -> Sequence[str]:
    """Return the sentence forms with which a slot's fact can be stated."""
    attribute = slot.attribute
    if slot.entity is None:
        return list(split(POLICY_SAYS, scoring))
    verbs = [f"{{e}} {verb}." for verb in split(attribute.verbs, scoring)]
    forms = verbs + list(split(attribute.says, scoring))
    generic = list(split(GENERIC_SAYS, scoring))
    return [*forms, *forms, *generic] if scoring else [*forms, *generic[:8]] if forms else generic


def state(rng: random.Random, fact: Fact, name: str = "", scoring: bool = False) -> str:
    """Write a sentence that states `fact`; `name` replaces the thing's own name ("it")."""
    slot = fact.slot
    noun = slot.noun if slot.distinct else rng.choice(slot.attribute.nouns)
    thing = name or (slot.entity.name if slot.entity else "")
    if slot.entity and slot.entity.scope == "order":
        thing = rng.choice(ORDER_SAYS)
    when = {"d": draw("date", rng), "m": draw("month", rng)}
    if fact.old and rng.random() < 0.5:
        form = rng.choice(split(CHANGES, scoring))
        if slot.plain:
            form = form.replace(" of {e}", "").replace("{e}: n", "N")
        return _fill(form, slot, noun, thing, v=fact.value, o=fact.old, **when)
    if slot.plain and slot.entity and rng.random() < 0.3:
        thing, forms = "", split(POLICY_SAYS, scoring)
    else:
        forms = say_forms(slot, scoring)
    text = _fill(rng.choice(forms), slot, noun, thing, v=fact.value)
    if rng.random() < (0.5 if fact.old else 0.04):
        adverb = rng.choice(["now", "now", "currently", "today", "at present"])
        text = re.sub(r" (is|are) ", rf" \1 {adverb} ", text, count=1)
    if text.startswith(("The ", "We ", "You ", "Our ")) and rng.random() < 0.12:
        text = f"{rng.choice(split(LEADS, scoring))} {text[0].lower()}{text[1:]}"
    if not fact.old:
        return text
    after = _fill(rng.choice(split(AFTERTHOUGHTS, scoring)), slot, noun, thing, o=fact.old, **when)
    return f"{after} {text}" if after.startswith("Until") and rng.random() < 0.3 else f"{text} {after}"


def ask(rng: random.Random, slot: Slot, scoring: bool = False) -> tuple[str, str]:
    """Write a question for `slot`; return it with the noun that its answer should use."""
    question, noun = _ask(rng, slot, scoring)
    if rng.random() < 0.15:
        small = question[0].lower() + question[1:] if question.split()[0].istitle() else question
        question = rng.choice(split(POLITE, scoring)).replace("{q}", small).replace("{Q}", question)
    return question, noun


def _request(rng: random.Random, direct: Sequence[str], asked: Sequence[str], scoring: bool) -> str:
    """Choose a form that names the noun: a direct question, or one of many openings with what is asked for."""
    if rng.random() < 0.45:
        return rng.choice(split(direct, scoring))
    opening = f"{rng.choice(split(ASKING, scoring))} {rng.choice(split(asked, scoring))}"
    return opening + rng.choice("..??" if opening.startswith(("I ", "Please", "Tell", "Give", "Show")) else "???.")


def _ask(rng: random.Random, slot: Slot, scoring: bool) -> tuple[str, str]:
    attribute = slot.attribute
    noun = slot.noun if slot.distinct else rng.choice(attribute.nouns)
    if slot.entity is None or (slot.plain and rng.random() < 0.4):
        return _fill(_request(rng, POLICY_ASKS, POLICY_ASKED, scoring), slot, noun, ""), noun
    thing = rng.choice(ORDER_ASKS) if slot.entity.scope == "order" else slot.entity.name
    if not attribute.asks or rng.random() < 0.3:
        return _fill(_request(rng, GENERIC_ASKS, ASKED, scoring), slot, noun, thing), noun
    form = rng.choice(split(attribute.asks, scoring))
    named = [known for known in attribute.nouns if known in form]
    return _fill(form, slot, noun, thing), max(named, key=len) if named else (
        noun if slot.distinct else attribute.nouns[0]
    )


def answer(slot: Slot, noun: str, value: str) -> str:
    """Write the plain answer, without its citation."""
    if slot.plain or slot.entity is None:
        return f"The {noun} {verb(noun)} {value}."
    return f"The {noun} of {slot.entity.name} {verb(noun)} {value}."


__all__ = [
    "KINDS",
    "Fact",
    "Slot",
    "answer",
    "ask",
    "capital",
    "clash",
    "make_fact",
    "make_slot",
    "new_thing",
    "order_entity",
    "pick_attribute",
    "say_forms",
    "sibling",
    "state",
]
