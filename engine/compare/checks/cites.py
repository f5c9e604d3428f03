"""Whether an answer points at the right source."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Annotated, ClassVar

import msgspec

from engine.compare.checks.base import Check, Heard, Sample, Side
from engine.types import Passage

_MARK = re.compile(r"\[(\d{1,3})\]")


class Cites(Check, frozen=True, tag="cites"):
    """An ``[n]`` in the answer is the number of a passage from ``document`` (its file name, with or without folder)."""

    title: ClassVar[str] = "Cites the source"
    side: ClassVar[Side] = "facts"
    sample: ClassVar[Sample] = Sample(
        {"document": "returns.md"},
        "30 days. [2]",
        "30 days. [1]",
        (
            Passage(1, 1, "prices.csv", "/a/prices.csv", None, 0, 4, "Lamp"),
            Passage(2, 2, "returns.md", "/a/returns.md", None, 0, 7, "30 days"),
        ),
    )
    document: Annotated[str, msgspec.Meta(title="Document", description="file name of the document that must be cited")]

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        cited = {int(number) for number in _MARK.findall(heard.text)}
        if not cited:
            return f"It cites nothing, so not {self.document} either."
        if any(number in cited and self._is(passage) for number, passage in enumerate(heard.passages, start=1)):
            return ""
        return f"It cites {', '.join(f'[{number}]' for number in sorted(cited))}, none of which is {self.document}."

    def _is(self, passage: Passage) -> bool:
        wanted = PurePath(self.document).name
        return wanted in (passage.document, PurePath(passage.path).name)
