"""The value that an answer must give, and the old values that it must not."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from engine.compare.checks.base import Check, Heard, Sample, Side, quoted
from engine.compare.normal import contains, tokens


class Value(Check, frozen=True, tag="value"):
    """One of the values in ``accept`` is in the answer, however it is written (see ``engine.compare.normal``)."""

    title: ClassVar[str] = "Gives the right value"
    side: ClassVar[Side] = "facts"
    sample: ClassVar[Sample] = Sample({"accept": ["30 days"]}, "It is a thirty-day window. [1]", "Within 300 days.")
    accept: Annotated[
        tuple[str, ...],
        msgspec.Meta(title="Right values", description="one a line; any of them will do, however it is written"),
    ]

    def __post_init__(self) -> None:
        """Refuse a value of which nothing is left to compare."""
        _refuse_empty(self.accept)

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        text = tokens(heard.text)
        return (
            "" if any(contains(text, tokens(one)) for one in self.accept) else f"It does not say {quoted(self.accept)}."
        )


class Stale(Check, frozen=True, tag="stale"):
    """None of the values in ``forbid``, which were right once, is in the answer."""

    title: ClassVar[str] = "Does not give an old value"
    side: ClassVar[Side] = "facts"
    sample: ClassVar[Sample] = Sample({"forbid": ["€49"]}, "It costs 39 euros, not 490.", "It costs EUR 49.00.")
    forbid: Annotated[
        tuple[str, ...], msgspec.Meta(title="Old values", description="one a line; none of them may occur")
    ]

    def __post_init__(self) -> None:
        """Refuse a value of which nothing is left to compare."""
        _refuse_empty(self.forbid)

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        text = tokens(heard.text)
        found = tuple(one for one in self.forbid if contains(text, tokens(one)))
        return f"It says {quoted(found)}, which is out of date." if found else ""


def _refuse_empty(values: tuple[str, ...]) -> None:
    if not values:
        raise ValueError("at least one value is needed")
    for value in values:
        if not tokens(value):
            raise ValueError(f"{value!r} holds no word and no number")
