"""A regular expression, with a limit on the time that it may take.

Some patterns take exponential time on some texts (``(a|aa)+$`` on forty a's). The ``regex`` package, whose syntax
includes that of ``re``, can be given a time limit; a pattern that runs into it fails, and says why.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from engine.compare.checks.base import Check, Heard, Sample, Side

LIMIT_S = 1.0


class SlowPattern(Exception):
    """The pattern took longer than ``LIMIT_S`` on this text."""


class Regex(Check, frozen=True, tag="regex"):
    """``pattern`` is found in the answer. ``^`` and ``$`` match at the ends of lines; case counts."""

    title: ClassVar[str] = "Matches a pattern"
    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample({"pattern": "^Answer: .+$"}, "Hello.\nAnswer: 30 days", "The answer: 30 days")
    pattern: Annotated[
        str, msgspec.Meta(title="Pattern", description="a regular expression that is found in the answer")
    ]

    def __post_init__(self) -> None:
        """Refuse what is not a pattern while the question set is read, not in the middle of scoring."""
        found(self.pattern, "")

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        try:
            return "" if found(self.pattern, heard.text) else f"The pattern {self.pattern} is not found."
        except SlowPattern:
            return f"The pattern {self.pattern} took over {LIMIT_S:.0f} s on this answer; write a simpler one."


def found(pattern: str, text: str, limit_s: float = LIMIT_S) -> bool:
    """Whether ``pattern`` occurs in ``text``, line by line.

    Raises:
        ValueError: it is not a regular expression.
        SlowPattern: it takes too long.
    """
    import regex

    try:
        return regex.search(pattern, text, flags=regex.MULTILINE, timeout=limit_s) is not None
    except TimeoutError as fault:
        raise SlowPattern from fault
    except regex.error as fault:
        raise ValueError(f"{pattern!r} is not a regular expression ({fault})") from fault
