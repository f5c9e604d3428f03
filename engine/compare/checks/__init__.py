"""Checks of an answer's form and facts, found by looking into this folder. See ``checks.base``."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from engine.compare.checks.base import Check, Heard, Side
from engine.errors import QuestionsRefused

__all__ = ["Check", "Heard", "Side", "faults", "kinds", "read"]


@functools.cache
def kinds() -> Mapping[str, type[Check]]:
    """Every check there is, by the name it has in a question set."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    found = {str(kind.__struct_config__.tag): kind for kind in Check.__subclasses__()}
    return MappingProxyType(dict(sorted(found.items())))


def read(raw: Any, side: Side) -> Check:
    """One check of a question set.

    Args:
        raw: a JSON object, ``{"check": NAME, …}``.
        side: where it stands: under ``form`` or under ``facts``.

    Raises:
        QuestionsRefused: not an object, no such check, wrong or unknown fields, or a check of the other side.
    """
    if not isinstance(raw, dict) or not isinstance(raw.get("check"), str):
        raise QuestionsRefused('A check is an object with a name: {"check": "starts_with", …}.')
    kind = kinds().get(raw["check"])
    if kind is None:
        raise QuestionsRefused(f"There is no check “{raw['check']}”.", f"There are: {', '.join(kinds())}.")
    if kind.side != side:
        raise QuestionsRefused(f"“{raw['check']}” is a check of {kind.side}.", f"Put it under “{kind.side}”.")
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as fault:
        raise QuestionsRefused(f"“{raw['check']}” cannot be used: {fault}.") from fault


def faults(checks: Iterable[Check], heard: Heard) -> tuple[str, ...]:
    """Why an answer fails ``checks``: a reason for each that it fails, none when it passes all."""
    return tuple(reason for check in checks if (reason := check.fault(heard)))
