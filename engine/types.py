"""The nouns that every part shares (see the glossary in ARCHITECTURE.md). Plain frozen data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Arm(StrEnum):
    """One way to answer: adapter off or on × passages off or on; ``prompted`` is base + a few examples."""

    BASE = "base"
    TUNED = "tuned"
    GROUNDED = "grounded"
    BOTH = "both"
    PROMPTED = "prompted"

    @property
    def adapted(self) -> bool:
        """Whether the adapter is on."""
        return self in (Arm.TUNED, Arm.BOTH)

    @property
    def sourced(self) -> bool:
        """Whether passages are in the prompt."""
        return self in (Arm.GROUNDED, Arm.BOTH)


FOUR_ARMS = (Arm.BASE, Arm.TUNED, Arm.GROUNDED, Arm.BOTH)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. ``role`` is ``system``, ``user`` or ``assistant``."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that retrieval chose for a question, with every score it had.

    ``page`` counts from 1 (None where the format has none); ``start`` and ``end`` are character offsets
    in the document's text; ``dense_rank`` and ``lexical_rank`` count from 1 (None: not found that way).
    """

    rank: int
    chunk: int
    document: str
    path: str
    page: int | None
    start: int
    end: int
    text: str
    heading: str = ""
    score: float = 0.0
    dense_rank: int | None = None
    lexical_rank: int | None = None
    dense_score: float | None = None
    lexical_score: float | None = None


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn. Temperature 0 takes the likeliest token each time."""

    temperature: float = 0.0
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    max_tokens: int = 256


@dataclass(frozen=True, slots=True)
class Budget:
    """How the context was spent, in tokens, and what was left out to make it fit."""

    context: int
    system: int = 0
    history: int = 0
    passages: int = 0
    question: int = 0
    answer: int = 0
    dropped_turns: int = 0
    dropped_passages: int = 0


@dataclass(frozen=True, slots=True)
class Canary:
    """Proof of which weights answered: a fixed prompt's logits, adapter off and on.

    ``divergence`` is the mean absolute difference of the two relative to the spread of the first (0: the
    adapter changes nothing); ``base`` is a digest of the logits with the adapter off, the same for every
    comparison on the same weights.
    """

    base: str
    divergence: float
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one arm said, and what is needed to say it again.

    ``adapter`` is the SHA-256 of the adapter file, None when it was off. Times are in seconds.
    ``stop_reason`` is ``end``, ``length``, ``stopped`` or ``stop_string``.
    """

    arm: Arm
    answer: str
    adapter: str | None
    passages: tuple[Passage, ...]
    seed: int
    prompt_tokens: int
    answer_tokens: int
    first_token_s: float
    tokens_per_s: float
    stop_reason: str
    budget: Budget | None = None
    canary: Canary | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean in [0, 1] with its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a file that could not become an example: where (line or row from 1) and why."""

    line: int
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """One training example: a conversation whose assistant turns are learnt.

    ``line`` is where it was in its file, from 1; ``id`` is its row in the workspace (0: it is not stored).
    """

    messages: tuple[Message, ...]
    line: int = 0
    tags: tuple[str, ...] = field(default=())
    id: int = field(default=0, compare=False)
