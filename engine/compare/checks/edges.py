"""How an answer begins and ends, and whether it is one line."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from engine.compare.checks.base import Check, Heard, Sample, Side, quoted, several


class StartsWith(Check, frozen=True, tag="starts_with"):
    """The answer begins with ``text``, or one of several; space around the answer does not count, case does."""

    title: ClassVar[str] = "Begins with"
    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample({"text": "Dear customer,"}, "Dear customer,\nyes.", "Yes, dear customer,")
    text: Annotated[str | tuple[str, ...], msgspec.Meta(title="Text", description="one a line; any of them will do")]

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        wanted = several(self.text)
        return "" if heard.text.strip().startswith(wanted) else f"It does not begin with {quoted(wanted)}."


class EndsWith(Check, frozen=True, tag="ends_with"):
    """The answer ends with ``text``, or one of several; space around the answer does not count, case does."""

    title: ClassVar[str] = "Ends with"
    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample({"text": ["Kind regards", "Yours"]}, "No.\nYours", "Yours is lost.")
    text: Annotated[str | tuple[str, ...], msgspec.Meta(title="Text", description="one a line; any of them will do")]

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        wanted = several(self.text)
        return "" if heard.text.strip().endswith(wanted) else f"It does not end with {quoted(wanted)}."


class OneLine(Check, frozen=True, tag="one_line"):
    """The answer is one line, and not an empty one."""

    title: ClassVar[str] = "Is one line"
    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample({}, " Thirty days. \n", "Thirty\ndays.")

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        lines = len(heard.text.strip().splitlines())
        return "" if lines == 1 else f"It has {lines} lines, not one."
