"""Picking text and turns out of a record, with plain words for what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.tune.formats.base import Columns, Record, RowFault
from engine.types import Message

ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
}
"""What the roles of other tools are called here."""


def column(columns: Iterable[str], names: Sequence[str]) -> str | None:
    """The column that has one of ``names``: as its whole name, or else as the name's last word (``toy_input``)."""
    by_name = {name.casefold(): name for name in reversed(list(columns))}
    by_end = {name.replace("-", "_").rpartition("_")[2]: original for name, original in by_name.items()}
    for known in (by_name, by_end):
        for name in names:
            if name in known:
                return known[name]
    return None


def pick(record: Record, path: str) -> Any:
    """The value of a column, or of a dotted path into it (``extra.answer``); None when it is not there."""
    if path in record:
        return record[path]
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Any, what: str) -> str:
    """The text of a value: a string, a number, or a list of text parts (``[{"type": "text", "text": …}]``).

    Raises:
        RowFault: it is missing or of another kind.
    """
    if isinstance(value, str):
        return value
    if value is None:
        raise RowFault(f"{what} is missing")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return "".join(_part(part, what) for part in value)
    raise RowFault(f"{what} is {_kind(value)}, not text")


def _part(part: Any, what: str) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and part.get("type") == "text":
        return text(part.get("text", part.get("value")), what)
    kind = part.get("type", "an object") if isinstance(part, dict) else _kind(part)
    raise RowFault(f"{what} has a part that is {kind}, and only text can be learnt")


def turns(value: Any, role_key: str, content_key: str, what: str) -> list[Message]:
    """Messages from a list of ``{role, content}`` objects.

    Raises:
        RowFault: not such a list, an unknown role, a tool call, content that is not text.
    """
    if not isinstance(value, list):
        raise RowFault(f"{what} is {_kind(value)}, not a list of messages")
    return [_turn(turn, i, role_key, content_key) for i, turn in enumerate(value, 1)]


def _turn(turn: Any, number: int, role_key: str, content_key: str) -> Message:
    if not isinstance(turn, dict):
        raise RowFault(f"turn {number} is {_kind(turn)}, not a message")
    role = turn.get(role_key)
    known = ROLES.get(role.casefold()) if isinstance(role, str) else None
    if known is None:
        said = f"the role {role!r}" if role is not None else "no role"
        raise RowFault(f"turn {number} has {said}; only system, user and assistant turns can be learnt")
    if turn.get("tool_calls") or turn.get("function_call"):
        raise RowFault(f"turn {number} calls a tool; only turns of text can be learnt")
    return Message(known, text(turn.get(content_key), f"the text of turn {number}"))


def pairs(value: Any, what: str) -> list[Message]:
    """Messages from earlier turns as ``[[question, answer], …]``; none when there is no value."""
    if value in (None, ""):
        return []
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        raise RowFault(f"{what} is not a list of pairs of a question and an answer")
    return [
        Message(role, text(said, what))
        for pair in value
        for role, said in zip(("user", "assistant"), pair, strict=True)
    ]


def system(record: Record, mapping: Mapping[str, str]) -> list[Message]:
    """The system message that a column holds; none when there is no such column or it is empty."""
    value = pick(record, mapping["system"]) if "system" in mapping else None
    return [Message("system", text(value, "the system text"))] if value not in (None, "") else []


def lists_of_objects(columns: Columns) -> dict[str, list[Record]]:
    """The columns most of whose values are lists of objects, with all those objects."""
    found = {}
    for name, values in columns.items():
        lists = [v for v in values if isinstance(v, list) and v and all(isinstance(item, dict) for item in v)]
        if lists and 2 * len(lists) >= len(values):
            found[name] = [item for v in lists for item in v]
    return found


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "missing"}
    return kinds.get(type(value), "a number" if isinstance(value, (int, float)) else "binary data")
