"""Actions: what can be done, by name. The command palette, the shortcuts and the shortcuts sheet are made from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def always() -> bool:
    """An action that can be done at any time."""
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do.

    Attributes:
        key: a stable name, ``page.verb``.
        title: what it does, as a verb.
        run: does it.
        shortcut: as in ``Ctrl+K``, empty if it has none.
        enabled: whether it can be done now.
    """

    key: str
    title: str
    run: Callable[[], None]
    shortcut: str = ""
    enabled: Callable[[], bool] = always
