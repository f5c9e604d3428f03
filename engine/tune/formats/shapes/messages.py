"""Messages: ``{"messages": [{"role": "user", "content": …}, …]}``, as OpenAI and most trainers write it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.tune.formats.base import Columns, Record, Shape
from engine.tune.formats.values import column, lists_of_objects, pick, system, turns
from engine.types import Message

NAMES = ("messages", "conversations", "conversation", "chat", "dialog", "dialogue", "turns", "prompt")


def guess(columns: Columns, role: str = "role", content: str = "content") -> dict[str, str] | None:
    """The mapping, if a column holds lists of objects, most of them with the keys ``role`` and ``content``."""
    found = [
        name
        for name, items in lists_of_objects(columns).items()
        if 2 * sum(role in item for item in items) >= len(items) and any(content in item for item in items)
    ]
    if not found or {"prompt", "completion"} <= set(found):
        return None  # both halves are lists of messages: that is the shape of prompt and completion
    mapping = {"messages": column(found, NAMES) or found[0], "role": role, "content": content}
    if (name := column(columns, ("system",))) and name not in mapping.values():
        mapping["system"] = name
    return mapping


def read(record: Record, mapping: Mapping[str, str]) -> list[Message]:
    """The messages of a record, with the system column's text before them."""
    value = pick(record, mapping["messages"])
    return system(record, mapping) + turns(value, mapping["role"], mapping["content"], mapping["messages"])


SHAPE = Shape(
    title="messages",
    rank=10,
    fields=("messages", "role", "content", "system"),
    required=("messages", "role", "content"),
    inner=("role", "content"),
    defaults={"role": "role", "content": "content"},
    guess=guess,
    read=read,
)
