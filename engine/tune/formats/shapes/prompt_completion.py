"""A question column and an answer column, under any of the names people give them.

Either may hold text or a list of messages (the conversational form of Hugging Face TRL).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.tune.formats.base import Columns, Record, Shape
from engine.tune.formats.values import column, pairs, pick, system, text, turns
from engine.types import Message

PROMPTS = ("prompt", "question", "query", "user", "human", "instruction", "input", "source", "request", "q")
COMPLETIONS = ("completion", "response", "answer", "assistant", "gpt", "reply", "output", "target", "a")


def _guess(columns: Columns) -> dict[str, str] | None:
    prompt, completion = column(columns, PROMPTS), column(columns, COMPLETIONS)
    if prompt is None or completion is None:
        return _two_columns(columns)
    mapping = {"prompt": prompt, "completion": completion}
    for field in ("system", "history"):
        if name := column(columns, (field,)):
            mapping[field] = name
    return mapping


def _two_columns(columns: Columns) -> dict[str, str] | None:
    """Two columns of text under unknown names: the first asks, the second answers."""
    texts = [name for name, values in columns.items() if values and all(isinstance(v, str) for v in values)]
    if len(columns) != 2 or len(texts) != 2:
        return None
    return {"prompt": texts[0], "completion": texts[1]}


def _read(record: Record, mapping: Mapping[str, str]) -> list[Message]:
    earlier = pairs(pick(record, mapping["history"]), "the history") if "history" in mapping else []
    asked = _half(pick(record, mapping["prompt"]), "user", mapping["prompt"])
    answer = _half(pick(record, mapping["completion"]), "assistant", mapping["completion"])
    return [*system(record, mapping), *earlier, *asked, *answer]


def _half(value: Any, role: str, what: str) -> list[Message]:
    if isinstance(value, list) and value and all(isinstance(item, dict) and "role" in item for item in value):
        return turns(value, "role", "content", what)
    return [Message(role, text(value, what))]


SHAPE = Shape(
    title="prompt and completion",
    rank=50,
    fields=("prompt", "completion", "system", "history"),
    required=("prompt", "completion"),
    guess=_guess,
    read=_read,
)
