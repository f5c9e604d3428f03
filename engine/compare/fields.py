"""Checks as forms: what a person fills in, made from the checks' own metadata, and what was filled in as a check.

::

    kind = checks.kinds()["max_words"]
    fields(kind)                              # one Field: name "words", title "Words", a number
    filled("max_words", {"words": "40"})      # MaxWords(40)
    described(MaxWords(40))                   # "Words, at most 40"
"""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from engine.compare import checks
from engine.compare.checks import Check, Side
from engine.errors import QuestionsRefused

Kind = Literal["text", "lines", "number", "json"]
_LINES = (tuple[str, ...], str | tuple[str, ...])
_LONG = 60


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in.

    Attributes:
        kind: ``text`` (one line), ``lines`` (one value a line), ``number`` or ``json``.
        default: what it is filled in with at first.
        example: a value that shows its use.
    """

    name: str
    title: str
    help: str
    kind: Kind
    optional: bool = False
    default: str = ""
    example: str = ""


def choices(side: Side) -> list[tuple[str, type[Check]]]:
    """The checks of a side with their names, in the order of their titles."""
    found = [(name, kind) for name, kind in checks.kinds().items() if kind.side == side]
    return sorted(found, key=lambda pair: pair[1].title)


def fields(kind: type[Check]) -> tuple[Field, ...]:
    """What there is to fill in for a check of this kind; nothing for one without parameters."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return tuple(_field(kind, one, hints[one.name]) for one in msgspec.structs.fields(kind))


def _field(kind: type[Check], field: msgspec.structs.FieldInfo, hint: Any) -> Field:
    plain, meta = typing.get_args(hint)[0], hint.__metadata__[-1]
    if typing.get_origin(plain) is typing.Annotated:  # a number with its bounds inside
        plain = typing.get_args(plain)[0]
    optional = not field.required
    default = "" if field.default in (msgspec.NODEFAULT, None) else str(field.default)
    example = _typed(kind.sample.given.get(field.name, ""))
    return Field(field.name, meta.title, meta.description, _kind(plain), optional, default, example)


def _kind(plain: Any) -> Kind:
    if plain in _LINES:
        return "lines"
    if plain is str:
        return "text"
    return "number" if "int" in str(plain) else "json"


def values(check: Check) -> dict[str, str]:
    """What a form shows of a check, by the names of its fields."""
    return {one.name: _typed(getattr(check, one.name)) for one in fields(type(check))}


def _typed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\n", "\\n")  # a line break inside a value: patterns read it so too
    if isinstance(value, Sequence):
        return "\n".join(map(_typed, value))
    return json.dumps(value, ensure_ascii=False, indent=2)


def filled(name: str, typed: Mapping[str, str]) -> Check:
    """The check that a form describes.

    Args:
        name: the check's name, e.g. ``max_words``.
        typed: what was typed, by the names of the fields.

    Raises:
        QuestionsRefused: something is missing or cannot be used; the words are for beside the form.
    """
    kind = checks.kinds()[name]
    given: dict[str, Any] = {}
    for field in fields(kind):
        text = typed.get(field.name, "")
        if text.strip():
            given[field.name] = _value(field, text)
        elif not field.optional:
            raise QuestionsRefused(f"“{field.title}” is empty.", f"For example: {field.example}")
    try:
        return msgspec.convert({"check": name, **given}, kind)
    except msgspec.ValidationError as fault:
        raise QuestionsRefused(f"This cannot be used: {str(fault).split(' - at ')[0]}.") from fault


def _value(field: Field, text: str) -> Any:
    if field.kind == "lines":
        return tuple(line.strip().replace("\\n", "\n") for line in text.splitlines() if line.strip())
    if field.kind == "text":
        return text
    if field.kind == "number":
        if not text.strip().isdecimal():
            raise QuestionsRefused(f"“{field.title}” is not a whole number: {text.strip()}.")
        return int(text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise QuestionsRefused(f"“{field.title}” is not JSON ({fault}).") from fault


def described(check: Check) -> str:
    """A check in one line: ``Begins with “Dear customer,”``, ``Words, at most 40``."""
    told = [(one, text) for one in fields(type(check)) if (text := values(check)[one.name])]
    if len(told) == 1:
        return f"{check.title} {told[0][1] if told[0][0].kind == 'number' else _quoted(told[0][1])}"
    return ", ".join([check.title, *(f"{one.title.lower()} {text}" for one, text in told)])


def _quoted(text: str) -> str:
    lines = text.splitlines()
    flat = " ".join(text.split()) if text.startswith("{") else " / ".join(lines)
    return f"“{flat[:_LONG]}…”" if len(flat) > _LONG else f"“{flat}”"
