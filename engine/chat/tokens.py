"""Rendered parts → token ids, so that nothing a person wrote becomes a control token.

Control tokens are looked for in the template's own text only. What lies between them is tokenised in one go,
template and content together and with control parsing off, so that ordinary text gets the very ids that it has
in training data, where a conversation is tokenised as one string. Only an assistant's turn starts and ends a
run of its own: when the model writes an answer, it starts after the tokens of the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.chat.template import BREAK, Part


class Vocabulary(Protocol):
    """What is needed of ``engine.chat.llama.Vocabulary``."""

    bos: int
    add_bos: bool
    control: frozenset[int]
    user_defined: frozenset[int]
    unknown: frozenset[int]
    texts: dict[str, int]
    left: frozenset[int]
    right: frozenset[int]

    @property
    def prefixes_space(self) -> bool:
        """Whether a space is put before the text."""

    def tokenise(self, text: str, *, special: bool) -> list[int]:
        """Text → ids."""


_MARKUP = re.compile(r"[<\[].+[>\]]")  # an added token may also be a plain word, or white space


@dataclass(frozen=True, slots=True)
class Encoded:
    """A prompt's ids, and for each the index of the assistant message it belongs to (None: not one)."""

    ids: list[int]
    owners: list[int | None]


@dataclass(slots=True)
class _Run:
    """Text to be tokenised in one go; ``after_token``: a control token or the beginning is before it."""

    text: str
    owner: int | None
    after_token: bool


class Tokeniser:
    """Turns parts into ids for one vocabulary and one template.

    Args:
        vocabulary: the model's.
        source: the template's Jinja text: added tokens that it spells are structure as well, e.g. ``<think>``.
        lead: what a template writes between the end of a prompt and the answer, which the model writes itself.
    """

    def __init__(self, vocabulary: Vocabulary, source: str = "", lead: str = "") -> None:
        self._vocabulary = vocabulary
        self._lead = lead
        added = {text: i for text, i in vocabulary.texts.items() if i in vocabulary.user_defined}
        structural = {i for text, i in added.items() if _MARKUP.fullmatch(text) and text in source}
        self.guarded = (vocabulary.control | structural) - vocabulary.unknown
        parsed = self.guarded | vocabulary.unknown
        self.texts = {text: i for text, i in vocabulary.texts.items() if i in parsed}
        longest_first = sorted(self.texts, key=len, reverse=True)
        self._special = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def encode(self, parts: Sequence[Part], *, begin: bool = True) -> Encoded:
        """Tokenise a rendering.

        Args:
            parts: what ``Template.render`` gave.
            begin: put BOS first, exactly once, if the model wants one.
        """
        ids: list[int] = []
        owners: list[int | None] = []
        for piece in self._runs(parts):
            found = [piece] if isinstance(piece, int) else self._run(piece)
            ids += found
            owners += [None if isinstance(piece, int) else piece.owner] * len(found)
        if begin and self._vocabulary.add_bos:
            while ids[:1] == [self._vocabulary.bos]:
                del ids[0], owners[0]
            ids.insert(0, self._vocabulary.bos)
            owners.insert(0, None)
        return Encoded(ids, owners)

    def answer(self, text: str, after: int) -> list[int]:
        """The ids of an answer, as the model would write it where a prompt ended with the token ``after``."""
        return self._run(_Run(self._lead + text, None, after_token=after in self._vocabulary.control))

    def _runs(self, parts: Sequence[Part]) -> Iterator[_Run | int]:
        """Control tokens' ids, and the runs between them."""
        run = _Run("", None, after_token=True)
        for part in parts:
            owner = part.message if part.role == "assistant" else None
            if owner != run.owner:
                lead = self._lead if owner is not None and run.text.endswith(self._lead) else ""
                run.text = run.text.removesuffix(lead)
                yield from _filled(run)
                run = _Run(lead, owner, after_token=not run.text and run.after_token)
            if part.message is not None:
                run.text += part.text
                continue
            for text, token in self._split(part.text):
                if token is None:
                    run.text += text
                    continue
                run.text = run.text.rstrip() if token in self._vocabulary.left else run.text
                yield from _filled(run)
                yield token
                run = _Run("", None, after_token=True)
        yield from _filled(run)

    def _split(self, text: str) -> Iterator[tuple[str, int | None]]:
        """A template's text, cut at its control tokens."""
        start = 0
        strip = False
        for found in self._special.finditer(text) if self._special else ():
            yield _plain(text[start : found.start()], strip), None
            token = self.texts[found[0]]
            yield found[0], token
            start, strip = found.end(), token in self._vocabulary.right
        yield _plain(text[start:], strip), None

    def _run(self, run: _Run) -> list[int]:
        ids = self._plain_ids(run.text, run.after_token)
        if self.guarded.isdisjoint(ids):
            return ids
        return self._guard(run.text, run.after_token)

    def _plain_ids(self, text: str, after_token: bool) -> list[int]:
        tokenise = self._vocabulary.tokenise
        if after_token or not self._vocabulary.prefixes_space or text.startswith(" "):
            stripped = text[1:] if not after_token and self._vocabulary.prefixes_space else text
            return tokenise(stripped, special=False)
        # the tokenizer would put a space before the text: give it a line break to put it before, then take both off
        lead, ids = tokenise("\n", special=False), tokenise("\n" + text, special=False)
        return ids[len(lead) :] if ids[: len(lead)] == lead else tokenise(text, special=False)

    def _guard(self, text: str, after_token: bool) -> list[int]:
        """Tokenise text in which merging pieces, or an added token, spelled structure: cut inside what spells it."""
        cuts = {found.start() + 1 for found in self._special.finditer(text)} if self._special else set()
        if not cuts:
            cuts = set(range(1, len(text)))
        ids: list[int] = []
        start = 0
        for end in [*sorted(cuts), len(text)]:
            piece = self._plain_ids(text[start:end], after_token and start == 0)
            ids += [i for i in piece if i not in self.guarded]
            start = end
        return ids


def _filled(run: _Run) -> Iterator[_Run]:
    if run.text:
        yield run


def _plain(text: str, strip: bool) -> str:
    text = text.replace(BREAK, "")
    return text.lstrip() if strip else text
