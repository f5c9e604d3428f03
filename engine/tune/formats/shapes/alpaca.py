"""Alpaca: ``{"instruction": …, "input": …, "output": …}``, with optional ``system`` and ``history``."""

from __future__ import annotations

from collections.abc import Mapping

from engine.tune.formats.base import Columns, Record, Shape
from engine.tune.formats.values import pairs, pick, system, text
from engine.types import Message

_OPTIONAL = ("input", "system", "history")


def _guess(columns: Columns) -> dict[str, str] | None:
    names = {name.casefold(): name for name in columns}
    output = next((names[name] for name in ("output", "response") if name in names), None)
    if "instruction" not in names or output is None:
        return None
    mapping = {"instruction": names["instruction"], "output": output}
    return mapping | {field: names[field] for field in _OPTIONAL if field in names}


def _read(record: Record, mapping: Mapping[str, str]) -> list[Message]:
    asked = text(pick(record, mapping["instruction"]), "the instruction")
    more = pick(record, mapping["input"]) if "input" in mapping else None
    if more not in (None, ""):
        asked += "\n\n" + text(more, "the input")
    earlier = pairs(pick(record, mapping["history"]), "the history") if "history" in mapping else []
    answer = text(pick(record, mapping["output"]), "the output")
    return [*system(record, mapping), *earlier, Message("user", asked), Message("assistant", answer)]


SHAPE = Shape(
    title="Alpaca",
    rank=40,
    fields=("instruction", "input", "output", "system", "history"),
    required=("instruction", "output"),
    guess=_guess,
    read=_read,
)
