"""How long an answer may be, in words, sentences and bullets."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

import msgspec

from engine.compare.checks.base import Check, Count, Heard, Sample, Side

_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,3}[.)])\s+\S", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s+[^\sa-z]|\s*$)")
_SHORT_FORM = re.compile(r"(?:\b(?:e\.g|i\.e|etc|Mr|Mrs|Ms|Dr|St|vs|approx|p\.m|a\.m)|(?:^|\s)[A-Z]|^\s*\d{1,3})\.$")


class MaxWords(Check, frozen=True, tag="max_words"):
    """The answer has at most ``words`` words (runs of characters between spaces)."""

    title: ClassVar[str] = "Words, at most"
    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample({"words": 3}, "Within thirty days.", "You have thirty days.")
    words: Annotated[Count, msgspec.Meta(title="Words", description="words in the whole answer")]

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        count = len(heard.text.split())
        return "" if count <= self.words else f"It has {count} words; {self.words} are allowed."


class MinWords(Check, frozen=True, tag="min_words"):
    """The answer has at least ``words`` words."""

    title: ClassVar[str] = "Words, at least"
    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample({"words": 3}, "Within thirty days.", "Thirty days.")
    words: Annotated[Count, msgspec.Meta(title="Words", description="words in the whole answer")]

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        count = len(heard.text.split())
        return "" if count >= self.words else f"It has {count} words; at least {self.words} are needed."


class MaxSentences(Check, frozen=True, tag="max_sentences"):
    """The answer has at most ``sentences`` sentences: text up to ``.``, ``!``, ``?``, or the end of a line."""

    title: ClassVar[str] = "Sentences, at most"
    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample(
        {"sentences": 1}, "It costs 4.50 euros.", "It costs 4.50 euros. Delivery is free."
    )
    sentences: Annotated[Count, msgspec.Meta(title="Sentences", description="sentences in the whole answer")]

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        count = sentences(heard.text)
        return "" if count <= self.sentences else f"It has {count} sentences; {self.sentences} are allowed."


class Bullets(Check, frozen=True, tag="bullets"):
    """The answer has from ``min`` to ``max`` lines that begin with ``-``, ``*``, ``•`` or ``1.``."""

    title: ClassVar[str] = "Bullet points"
    side: ClassVar[Side] = "form"
    sample: ClassVar[Sample] = Sample({"min": 2, "max": 3}, "- one\n* two", "- one\ntwo")
    min: Annotated[Count, msgspec.Meta(title="At least", description="bullet points")] = 1
    max: Annotated[Count | None, msgspec.Meta(title="At most", description="bullet points; empty: any number")] = None

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        count = len(_BULLET.findall(heard.text))
        if count < self.min:
            return f"It has {count} bullet points; at least {self.min} are needed."
        if self.max is not None and count > self.max:
            return f"It has {count} bullet points; {self.max} are allowed."
        return ""


def sentences(text: str) -> int:
    """How many sentences a text has; short forms (``e.g.``, ``Dr.``) and numbers do not end one."""
    return sum(_sentences_of(line) for line in text.splitlines() if line.strip())


def _sentences_of(line: str) -> int:
    ends = [found.end() for found in _SENTENCE_END.finditer(line) if not _is_short(line, found)]
    return len(ends) + bool(line[ends[-1] if ends else 0 :].strip())


def _is_short(line: str, found: re.Match[str]) -> bool:
    ends_line = not line[found.end() :].strip()
    return not ends_line and bool(_SHORT_FORM.search(line[max(0, found.start() - 12) : found.start() + 1]))
