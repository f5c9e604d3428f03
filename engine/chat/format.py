"""How one model wants a conversation: its template and its tokens together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.chat.template import Part, Template
from engine.chat.tokens import Encoded, Tokeniser
from engine.chat.tokens import Vocabulary as VocabularyLike
from engine.types import Message

_PROBE = [Message("user", "Why?"), Message("assistant", "Because.")]


class Vocabulary(VocabularyLike, Protocol):
    """What is needed of ``engine.chat.llama.Vocabulary``."""

    eos: int
    eot: int
    ends: frozenset[int]

    def text(self, token: int) -> str:
        """The token as the vocabulary writes it."""

    def piece(self, token: int) -> bytes:
        """The bytes that a token adds to a text."""


class Format:
    """Conversation → token ids.

    Args:
        vocabulary: the model's.
        source: its chat template; None: the plain default.
    """

    def __init__(self, vocabulary: Vocabulary, source: str | None) -> None:
        self.vocabulary = vocabulary
        draft = Tokeniser(vocabulary, source or "")
        self.template = Template(
            source, bos=vocabulary.text(vocabulary.bos), eos=vocabulary.text(vocabulary.eos), guarded=draft.texts
        )
        probe = self.template.render(_PROBE, answer=False)
        self.tokeniser = Tokeniser(vocabulary, self.template.source, self._lead(probe))
        self.end = self._end(vocabulary, probe)

    def prompt(self, messages: Sequence[Message]) -> Encoded:
        """The ids that ask the model for the next turn of ``messages``.

        Raises:
            ModelRefused: the template cannot hold this conversation.
        """
        return self.encode(messages)

    def encode(self, messages: Sequence[Message], *, answer: bool = True) -> Encoded:
        """Like ``prompt``; without ``answer``, the ids of the conversation as it stands."""
        return self.tokeniser.encode(self.template.render(messages, answer=answer))

    def learnt(self, encoded: Encoded) -> list[bool]:
        """Which ids training learns: assistant turns, and the token that ends each."""
        ids, owners, ends = encoded.ids, encoded.owners, self.vocabulary.ends
        return [
            owner is not None or (i > 0 and ids[i] in ends and owners[i - 1] is not None)
            for i, owner in enumerate(owners)
        ]

    def count(self, messages: Sequence[Message]) -> int:
        """How many ids ``prompt`` gives."""
        return len(self.prompt(messages).ids)

    def answer(self, text: str, prompt: Sequence[int]) -> list[int]:
        """The ids of an answer to ``prompt``, with the token that ends it."""
        return [*self.tokeniser.answer(text, prompt[-1] if prompt else -1), self.end]

    def _lead(self, probe: Sequence[Part]) -> str:
        """What stands between prompt and answer when the answer is part of the conversation: often a space."""
        asked = "".join(part.text for part in self.template.render(_PROBE[:1]))
        told = ""
        for part in probe:
            if part.message == 1:
                break
            told += part.text
        lead = told.removeprefix(asked) if told.startswith(asked) else ""
        return lead if lead.isspace() else ""

    def _end(self, vocabulary: Vocabulary, probe: Sequence[Part]) -> int:
        """The token that the template writes after an answer, if llama.cpp stops there; else the vocabulary's."""
        last = max(i for i, part in enumerate(probe) if part.message == 1)
        for token in self.tokeniser.encode(probe[last + 1 :], begin=False).ids:
            if token in vocabulary.ends:
                return token
        return vocabulary.eot
