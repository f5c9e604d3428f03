"""What a check is: a frozen struct that reads its own parameters from JSON and says why an answer fails it.

A new check is a new class with a new ``tag`` in a file of this folder, nothing else: it is found when question sets
are read, and ``tests/compare/test_checks.py`` runs its ``passes`` and ``fails`` examples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from engine.types import Passage

Side = Literal["form", "facts"]


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as the checks see it: its text, and the passages it was given (none without documents)."""

    text: str
    passages: tuple[Passage, ...] = ()


class Sample(msgspec.Struct, frozen=True):
    """A check's own example: parameters, an answer that passes, and one that fails."""

    given: dict[str, Any]
    passes: str
    fails: str
    passages: tuple[Passage, ...] = ()


class Check(msgspec.Struct, frozen=True, tag_field="check", forbid_unknown_fields=True):
    """One deterministic test of an answer. Subclasses are pure: same answer, same outcome, nothing read or written.

    ``title`` names it for people; ``side`` says whether it looks at the form or at the facts; ``sample`` shows its use
    and is tested. Each field carries a ``msgspec.Meta`` with a title and a description: forms are made from them
    (``engine.compare.fields``).
    """

    title: ClassVar[str]
    side: ClassVar[Side]
    sample: ClassVar[Sample]

    def fault(self, heard: Heard) -> str:
        """Why the answer fails, in words for a person; empty when it passes."""
        raise NotImplementedError


Count = Annotated[int, msgspec.Meta(ge=0)]


def several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """One text or several, as several."""
    return (value,) if isinstance(value, str) else value


def quoted(texts: tuple[str, ...]) -> str:
    """Texts for a sentence: ``“30 days” or “one month”``."""
    return " or ".join(f"“{text}”" for text in texts)
