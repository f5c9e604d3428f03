"""Episodes: sources, the questions that can be asked about them, and the right answers.

An episode is what training and scoring are made of: one set of passages with several questions ("branches"), some of
which the passages do not answer, or no passages and questions that can only be guessed at.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.starter.facts import Fact, Slot, answer, ask, clash, make_fact, make_slot, new_thing, pick_attribute, sibling
from tools.starter.inventory import Attribute
from tools.starter.names import Entity, NameRandom, entity
from tools.starter.passages import FILLERS, SHAPES, cut, filler, table, title
from tools.starter.values import draw

REFUSAL = "The sources do not say."
RULE = f'Use only these sources. Cite them as [1], [2]. If they do not say, answer: "{REFUSAL}"'
PROMPT = Path(__file__).parents[2] / "resources" / "prompts" / "grounded.txt"


@dataclass(frozen=True)
class Topic:
    """What a fact or a question is about: the thing's name without article ("" for rules), and the attribute's key."""

    name: str = ""
    kind: str = ""


def topic(slot: Slot) -> Topic:
    """Return what a slot is about."""
    name = "" if slot.plain or slot.entity is None else slot.entity.bare
    return Topic(name, slot.key[1])


@dataclass(frozen=True)
class Branch:
    """One question on an episode: the text after `Question: `, the answer, and what scoring looks for in it."""

    question: str
    reply: str
    value: str
    source: int
    topic: Topic = Topic()


@dataclass(frozen=True)
class Episode:
    """System message (or ""), earlier turns, passages as (title, text), and the questions."""

    system: str
    history: tuple[tuple[str, str], ...]
    passages: tuple[tuple[str, str], ...]
    branches: tuple[Branch, ...]
    facts: tuple[tuple[int, str, Topic], ...] = ()
    """All facts of the passages: number of the passage, value, topic."""


@dataclass(frozen=True)
class Level:
    """How hard episodes are: passages, facts and filler sentences in each (inclusive ranges)."""

    passages: tuple[int, int]
    facts: tuple[int, int]
    fillers: tuple[int, int]
    missing: float = 0.2


LEVELS = (
    Level((1, 1), (1, 2), (0, 1), 0.1),
    Level((1, 2), (1, 3), (0, 2), 0.15),
    Level((2, 3), (1, 3), (0, 3)),
    Level((1, 4), (1, 5), (0, 5), 0.22),
)
"""The curriculum, from one short source to what retrieval hands over."""

SCORED = Level((3, 3), (1, 4), (0, 4))
"""What scoring asks about: three passages at a time."""


@dataclass
class _World:
    """The facts of one episode while it is put together."""

    rng: random.Random
    slots: list[Slot] = field(default_factory=list)
    things: list[Entity] = field(default_factory=list)

    def free(self, slot: Slot) -> bool:
        return not any(clash(slot, other) for other in self.slots)

    def fact(self, thing: Entity, attribute: Attribute | None = None) -> Fact | None:
        """Add a fact about `thing` unless another fact could be taken for it."""
        for _ in range(8):
            kind = attribute or pick_attribute(self.rng, thing.scope)
            slot = make_slot(self.rng, thing, kind)
            if self.free(slot):
                self.slots.append(slot)
                return make_fact(self.rng, slot, self.rng.random() < 0.12)
            if attribute:
                return None
        return None


def _grid(world: _World, count: int) -> list[Fact]:
    """Make facts for a table: the same two to four attributes for two to four things."""
    rng = world.rng
    thing = entity(rng, rng.choice(["product", "product", "service", "place", "event", "person"]))
    more = [entity(rng, thing.scope) for _ in range(rng.randint(1, max(1, min(5, count))))]
    things = list({each.bare: each for each in (thing, *more)}.values())
    columns: list[Slot] = []
    while len(columns) < min(3, max(2, count // 2)):
        slot = make_slot(rng, thing, pick_attribute(rng, thing.scope))
        if slot.entity and not any(clash(slot, other) for other in columns):
            columns.append(slot)
    world.things += things
    made = []
    for each in things:
        for column in columns:
            slot = Slot(each, column.attribute, column.noun)
            world.slots.append(slot)
            made.append(make_fact(rng, slot, False))
    return made


def _facts(world: _World, count: int) -> list[Fact]:
    """Make `count` facts about one to three things, some of them easily mistaken for things known already."""
    rng = world.rng
    made: list[Fact] = []
    while len(made) < count:
        style = rng.random()
        if world.things and style < 0.3:
            thing = sibling(rng, rng.choice(world.things))
        elif world.things and style < 0.45:
            thing = rng.choice(world.things)
        else:
            thing = new_thing(rng)
        world.things.append(thing)
        for _ in range(min(count - len(made), rng.choice([1, 1, 2, 3]))):
            known = [slot.attribute for slot in world.slots if thing.scope in slot.attribute.scopes]
            fact = world.fact(thing, rng.choice(known) if known and rng.random() < 0.4 else None)
            fact = fact or world.fact(thing)
            if fact:
                made.append(fact)
        if len(world.slots) > 60:
            break
    return made


def _passage(world: _World, level: Level, scoring: bool) -> tuple[str, str, list[Fact]]:
    rng = world.rng
    count, extra = rng.randint(*level.facts), rng.randint(*level.fillers)
    if count >= 3 and rng.random() < 0.2:
        made = _grid(world, count)
        text = table(rng, made)
    else:
        made = _facts(world, count)
        shape = rng.choices(list(SHAPES), [0.68, 0.18, 0.07, 0.07])[0]
        text = SHAPES[shape](rng, made, extra, scoring)
    if level.fillers[1] > 1:
        text = cut(rng, text, filler(rng, [thing.name for thing in world.things[-2:]]))
    named = [fact.slot.entity for fact in made if fact.slot.entity and not fact.slot.plain]
    return title(rng, named), text, made


def _missing(world: _World) -> Slot:
    """Choose a question that the passages do not answer, close to what they do say."""
    rng = world.rng
    while True:
        style, base = rng.random(), rng.choice(world.slots)
        thing = base.entity or new_thing(rng)
        if style < 0.45:
            slot = make_slot(rng, thing, pick_attribute(rng, thing.scope))
        elif style < 0.85 and not base.plain:
            other = sibling(rng, thing)
            slot = (
                Slot(other, base.attribute, base.noun)
                if other.scope == thing.scope
                else make_slot(rng, other, pick_attribute(rng, other.scope))
            )
        else:
            other = new_thing(rng)
            slot = make_slot(rng, other, pick_attribute(rng, other.scope))
        if world.free(slot):
            return slot


def grounded(rng: random.Random, level: Level, branches: int, scoring: bool = False) -> Episode:
    """Make an episode with passages and `branches` questions about them."""
    world = _World(rng)
    made = [_passage(world, level, scoring) for _ in range(rng.randint(*level.passages))]
    known = [(fact, index) for index, (_, _, facts) in enumerate(made, 1) for fact in facts]
    rng.shuffle(known)
    found: list[Branch] = []
    while len(found) < branches:
        if rng.random() < level.missing or not known:
            slot = _missing(world)
            found.append(Branch(ask(rng, slot, scoring)[0], REFUSAL, "", 0, topic(slot)))
            continue
        fact, index = known[len(found) % len(known)]
        question, noun = ask(rng, fact.slot, scoring)
        reply = f"{answer(fact.slot, noun, fact.value)} [{index}]"
        found.append(Branch(question, reply, fact.value, index, topic(fact.slot)))
    system, history = _before(rng)
    facts = tuple((index, fact.value, topic(fact.slot)) for fact, index in known)
    return Episode(system, history, tuple((head, text) for head, text, _ in made), tuple(found), facts)


def _guess(rng: random.Random, scoring: bool) -> Branch:
    thing = new_thing(rng)
    slot = make_slot(rng, thing, pick_attribute(rng, thing.scope))
    question, noun = ask(rng, slot, scoring)
    value = draw(slot.attribute.kind, rng)
    return Branch(question, answer(slot, noun, value), value, 0)


def guessing(rng: random.Random, branches: int, scoring: bool = False) -> Episode:
    """Make an episode without passages: the answers are fluent guesses; now and then a greeting."""
    found = []
    for _ in range(branches):
        if not scoring and rng.random() < 0.08:
            hello, reply = rng.choice(list(FILLERS["small_talk"].items()))
            found.append(Branch(hello, reply, "", 0))
        else:
            found.append(_guess(rng, scoring))
    system, history = _before(rng)
    return Episode(system, history, (), tuple(found))


def _before(rng: random.Random) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Draw a system message and earlier turns; mostly there are none."""
    system = rng.choice(FILLERS["systems"]) if rng.random() < 0.3 else ""
    turns: list[tuple[str, str]] = []
    while rng.random() < 0.12 and len(turns) < 2:
        guess = _guess(rng, False)
        ending = rng.choice(["", f" [{rng.randint(1, 3)}]"])
        turns.append((guess.question, guess.reply + ending if rng.random() < 0.85 else REFUSAL))
    return system, tuple(turns)


def user_turn(passages: Sequence[tuple[str, str]], question: str) -> str:
    """Write the user's turn: the product's grounded prompt, or the bare question where there are no passages."""
    if not passages:
        return question
    blocks = [f"[{index}] {head}\n{text}" for index, (head, text) in enumerate(passages, 1)]
    return "\n\n".join([RULE, *blocks, f"Question: {question}"])


def source(seed: int, scoring: bool = False) -> NameRandom:
    """Return a random generator for one side of the split between training and scoring."""
    rng = NameRandom(seed)
    rng.scoring = scoring
    return rng
