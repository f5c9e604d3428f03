"""Words that must not occur, and headings that must."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

import msgspec

from engine.compare.checks.base import Check, Heard, Sample, Side, quoted

_MARKS = re.compile(r"^[\s#*_>-]+")


class Forbids(Check, frozen=True, tag="forbids"):
    """None of ``phrases`` occurs, as whole words, whatever their case and the space between them."""

    title: ClassVar[str] = "Never says"
    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample({"phrases": ["as an AI"]}, "Was an airline asked?", "Well, as  an ai I can’t.")
    phrases: Annotated[tuple[str, ...], msgspec.Meta(title="Phrases", description="one a line; none of them may occur")]

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        text = _flat(heard.text)
        found = tuple(phrase for phrase in self.phrases if _occurs(_flat(phrase), text))
        return f"It says {quoted(found)}, which is forbidden." if found else ""


class Sections(Check, frozen=True, tag="sections"):
    """Lines begin with each of ``titles``, in this order; ``#``, ``*`` and ``>`` before them do not count."""

    title: ClassVar[str] = "Has these headings"
    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample(
        {"titles": ["Answer:", "Next step:"]},
        "## Answer: yes\n**Next step:** call us",
        "Next step: call us\nAnswer: yes",
    )
    titles: Annotated[tuple[str, ...], msgspec.Meta(title="Headings", description="one a line, in this order")]

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        lines = iter(_MARKS.sub("", line).casefold() for line in heard.text.splitlines())
        for title in self.titles:
            if not any(line.startswith(title.casefold()) for line in lines):
                return f"No line begins with “{title}”{self._place(title)}."
        return ""

    def _place(self, title: str) -> str:
        place = self.titles.index(title)
        return f" after “{self.titles[place - 1]}”" if place else ""


def _flat(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())


def _occurs(phrase: str, text: str) -> bool:
    return bool(phrase) and re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text) is not None
