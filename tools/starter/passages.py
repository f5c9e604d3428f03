"""Passages: facts and filler sentences written out as retrieval would hand them over, in the shapes documents take."""

import random
import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tools.starter.facts import Fact, ask, capital, state
from tools.starter.inventory import verb
from tools.starter.names import Entity, invented, person
from tools.starter.values import draw

FILLERS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words" / "fillers.toml").read_text(encoding="utf-8"))


def filler(rng: random.Random, things: Sequence[str], pool: str = "sentences") -> str:
    """Write a sentence that answers no question, sometimes about one of `things`."""
    form: str = rng.choice(FILLERS[pool])

    def slot(match: re.Match[str]) -> str:
        kind = match[1]
        if kind == "thing":
            return str(rng.choice(things)) if things else f"the {invented(rng)} house"
        if kind == "person":
            return person(rng)
        if kind == "name":
            return invented(rng)
        if kind == "year":
            return str(rng.randint(2022, 2028))
        return draw({"count": "count", "month": "month", "day": "weekday"}[kind], rng)

    return capital(re.sub(r"\{(\w+)\}", slot, form))


def title(rng: random.Random, things: Sequence[Entity]) -> str:
    """Write a passage's title line: a title, a file name, or a path of headings."""
    about = capital(rng.choice(things).bare) if things and rng.random() < 0.5 else filler(rng, [], "titles")
    style = rng.random()
    if style < 0.5:
        return about
    stem = rng.choice(FILLERS["files"])
    if rng.random() < 0.3:
        stem += rng.choice(["-2025", "-2026", "_en", f"-{invented(rng).lower()}", "-2"])
    file = f"{stem}{rng.choice(FILLERS['endings'])}"
    if style < 0.7:
        return file
    return f"{file} > {about}" if style < 0.92 else f"{file} > {filler(rng, [], 'titles')} > {about}"


def _named(thing: Entity | None) -> list[str]:
    return [thing.name] if thing and thing.scope != "order" else []


def prose(rng: random.Random, facts: Sequence[Fact], extra: int, scoring: bool) -> str:
    """Write running text: the facts of a thing follow each other and may call it "it"; `extra` fillers in between."""
    sentences: list[str] = []
    last: Entity | None = None
    headed = rng.random() < 0.12
    for fact in facts:
        thing = fact.slot.entity
        short = ""
        if thing is not None and thing is last and thing.short and not fact.slot.plain and rng.random() < 0.6:
            short = rng.choice(thing.short)
        elif thing is not None and not fact.slot.plain and rng.random() < 0.25:
            sentences.append(filler(rng, [thing.name], "openers"))
            short = rng.choice(thing.short) if rng.random() < 0.5 else ""
        while extra > 0 and rng.random() < 0.45:
            about = _named(thing) if short else _named(rng.choice(facts).slot.entity)
            sentences.append(filler(rng, about))
            extra -= 1
        if thing is not None and thing is not last and headed:
            sentences.append(f"## {capital(thing.name if rng.random() < 0.5 else thing.bare)}\n\n")
        sentences.append(_joined(rng, sentences, state(rng, fact, short, scoring), bool(short)))
        last = thing
    for _ in range(extra):
        known = [name for fact in facts for name in _named(fact.slot.entity)]
        if rng.random() < 0.4:
            sentences.insert(0, filler(rng, []))
        else:
            sentences.append(filler(rng, known))
    breaks = [rng.choice(["\n", "\n\n"]) if rng.random() < 0.08 else " " for _ in sentences]
    pieces = (text if text.endswith("\n") else text + gap for text, gap in zip(sentences, breaks, strict=True))
    return "".join(pieces).strip()


def _joined(rng: random.Random, sentences: list[str], new: str, follows: bool) -> str:
    """Sometimes join two neighbouring sentences: "… and it weighs 2 kg.", "…, while the Vela lamp costs 30 euros."."""
    if not sentences or rng.random() > 0.35:
        return new
    if not follows and new.startswith("The ") and rng.random() < 0.3:
        joint = rng.choice([", while ", " and ", "; ", ", whereas ", ", but ", ", and "])
        return sentences.pop().rstrip(".") + joint + "the " + new[4:]
    if not follows or not new.startswith("It "):
        return new
    before = sentences.pop().rstrip(".")
    joint = rng.choice([" and ", ", and it ", "; it ", ", and "])
    return before + joint + new[3:]


def _label(rng: random.Random, fact: Fact) -> str:
    slot = fact.slot
    return capital(slot.noun if slot.distinct else rng.choice(slot.attribute.nouns))


def _value(rng: random.Random, fact: Fact) -> str:
    if not fact.old:
        return fact.value
    return fact.value + rng.choice([" (was {})", " (before: {})", " (formerly {})", ", previously {}"]).format(fact.old)


def bullets(rng: random.Random, facts: Sequence[Fact], extra: int, scoring: bool) -> str:
    """Write list items or `key: value` lines, grouped under the thing they belong to."""
    mark = rng.choice(["- ", "* ", "", "• ", "- "])
    head = rng.choice(["{}:", "{}", "## {}", "{}\n", "**{}**"])
    lines = [filler(rng, []) for _ in range(min(extra, 1))]
    last: Entity | None = None
    for fact in facts:
        thing = None if fact.slot.plain else fact.slot.entity
        if thing is not None and thing is not last:
            lines.append(head.format(capital(thing.bare)))
        if fact.slot.plain or (thing is not None and rng.random() < 0.1):
            lines.append(mark + state(rng, fact, "", scoring))
        else:
            lines.append(f"{mark}{_label(rng, fact)}: {_value(rng, fact)}")
        last = thing
    return "\n".join(lines + [filler(rng, []) for _ in range(max(0, extra - 1))])


def inline(rng: random.Random, facts: Sequence[Fact], extra: int, scoring: bool) -> str:
    """Write one line for each fact with thing, attribute and value: `Lumo lamp, price: 49 euros`."""
    form = rng.choice(
        ["{e}, {n}: {v}", "{n} {e}: {v}", "{e} - {n} - {v}", "{e} | {n} | {v}", "- {e}: {n} {v}", "{n} ({e}): {v}"]
    )
    lines = []
    for fact in facts:
        if fact.slot.plain or fact.slot.entity is None:
            lines.append(state(rng, fact, "", scoring))
        else:
            lines.append(form.format(e=capital(fact.slot.entity.bare), n=_label(rng, fact), v=_value(rng, fact)))
    return "\n".join(lines + [filler(rng, []) for _ in range(extra)])


def questions(rng: random.Random, facts: Sequence[Fact], extra: int, scoring: bool) -> str:
    """Write questions and answers as a list of frequent questions does."""
    lines = []
    for fact in facts:
        question, noun = ask(rng, fact.slot, scoring=False)
        reply = f"The {noun} {verb(noun)} {fact.value}." if rng.random() < 0.4 else state(rng, fact, "", scoring)
        if rng.random() < 0.2:
            reply = capital(fact.value) + "."
        lines.append(rng.choice(["{} {}", "{}\n{}", "**{}** {}", "Q: {}\nA: {}"]).format(question, reply))
    return "\n".join(lines + [filler(rng, []) for _ in range(extra)])


SHAPES: dict[str, Callable[[random.Random, Sequence[Fact], int, bool], str]] = {
    "prose": prose,
    "bullets": bullets,
    "inline": inline,
    "questions": questions,
}


def table(rng: random.Random, facts: Sequence[Fact]) -> str:
    """Write the rows of a table; the facts must be the same attributes for each of several things.

    Half of the tables name the columns in every row (`Product: Lumo lamp; Price: 49 euros`), as Formfact's own reader
    of tables does; the others have a header row.
    """
    things: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.slot.entity is not None:
            things.setdefault(fact.slot.entity.bare, []).append(fact)
    first = next(iter(things.values()))
    names = [rng.choice(["name", "product", "item", "what", "offer", "title"]), *(fact.slot.noun for fact in first)]
    if rng.random() < 0.7:
        names = [capital(name) for name in names]
    cells = [[capital(bare), *(fact.value for fact in row)] for bare, row in things.items()]
    if rng.random() < 0.5:
        return "\n".join("; ".join(map(": ".join, zip(names, row, strict=False))) for row in cells)
    joint = rng.choice([", ", ", ", " | ", "; ", "\t", ","])
    return "\n".join(joint.join(row) for row in [names, *cells])


def cut(rng: random.Random, text: str, stray: str) -> str:
    """Cut the passage as chunking does: a piece of an unrelated sentence may stand before it or after it."""
    words = stray.split()
    if rng.random() < 0.2:
        text = " ".join(words[rng.randint(1, len(words) - 1) :]) + rng.choice([" ", "\n"]) + text
    if rng.random() < 0.2:
        tail = filler(rng, []).split()
        text += rng.choice([" ", "\n"]) + " ".join(tail[: rng.randint(1, max(1, len(tail) - 1))]).rstrip(".")
    return text
