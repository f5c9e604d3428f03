"""Actions: what can be done, by name. The command palette, the shortcuts and the shortcuts sheet are made from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace


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


def with_own_keys(actions: Iterable[Action]) -> list[Action]:
    """The actions, each key left to the first that has it: Qt does nothing at all for a key that two claim."""
    taken: set[str] = set()
    kept = []
    for action in actions:
        kept.append(replace(action, shortcut="") if action.shortcut in taken else action)
        taken.add(action.shortcut)
    return kept
