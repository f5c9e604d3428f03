"""Pairs of turns: ``{"conversation": [{"human": …, "assistant": …}, …]}``, as SWIFT and XTuner write it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.tune.formats.base import Columns, Record, RowFault, Shape
from engine.tune.formats.shapes.prompt_completion import COMPLETIONS, PROMPTS
from engine.tune.formats.values import column, lists_of_objects, pick, system, text
from engine.types import Message


def _guess(columns: Columns) -> dict[str, str] | None:
    for name, items in lists_of_objects(columns).items():
        keys = set.intersection(*(set(item) for item in items))
        user, assistant = column(sorted(keys), PROMPTS), column(sorted(keys), COMPLETIONS)
        if user and assistant and user != assistant:
            mapping = {"pairs": name, "user": user, "assistant": assistant}
            every = sorted({key for item in items for key in item})
            told = column(every, ("system",)) or column(columns, ("system",))
            return mapping | ({"system": told} if told else {})
    return None


def _read(record: Record, mapping: Mapping[str, str]) -> list[Message]:
    value = pick(record, mapping["pairs"])
    if not isinstance(value, list) or not all(isinstance(pair, dict) for pair in value):
        raise RowFault(f"{mapping['pairs']} is not a list of pairs of turns")
    found = system(record, mapping)
    for number, pair in enumerate(value, 1):
        found += system(pair, mapping)
        found.append(Message("user", text(pair.get(mapping["user"]), f"the question of pair {number}")))
        found.append(Message("assistant", text(pair.get(mapping["assistant"]), f"the answer of pair {number}")))
    return found


SHAPE = Shape(
    title="pairs of turns",
    rank=30,
    fields=("pairs", "user", "assistant", "system"),
    required=("pairs", "user", "assistant"),
    inner=("user", "assistant", "system"),
    guess=_guess,
    read=_read,
)
