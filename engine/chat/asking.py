"""The nouns of a conversation: how a question is asked, one turn with its answers, a conversation in a list."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.chat.service import arms_of
from engine.types import Answer, Arm, Passage, Sampling
from store.answers import ComparisonRow


@dataclass(frozen=True, slots=True)
class Asking:
    """How a question is asked.

    Attributes:
        model: the base model's name; None: the run's, else the default.
        run: id of the run whose adapter the tuned arms use; None: the newest of the model.
        collection: where passages are looked for; None: in all documents.
        system: the system prompt.
        sampling: how tokens are drawn.
        seed: the same seed gives the same answer.
        k: how many passages, at most.
    """

    model: str | None = None
    run: str | None = None
    collection: str | None = None
    system: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    seed: int = 1
    k: int = 3


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation in a list. ``turns`` counts its questions in all branches; times are UTC, ISO 8601."""

    id: str
    title: str
    pinned: bool
    created_at: str
    updated_at: str
    turns: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of the branch in view, with what was answered.

    Attributes:
        comparison: the question and everything that its arms share.
        answers: what each arm said; a stopped answer says so.
        chosen: the arm that the conversation goes on from.
        siblings: ids of the questions at this place (edited, or under another seed), oldest first, with this one.
        place: which of the siblings this is, from 0.
        votes: 1 or -1 of the answers that have one.
        passages: what the sourced arms read; empty while none has been asked.
        edits: answers as a person put them; what the arm said stays in ``answers``.
        asking: what it was asked with.
        state: ``asking``, ``done``, ``stopped``, ``failed``, or ``interrupted`` (Formfact ended meanwhile).
        error: why it failed, in words.
    """

    comparison: ComparisonRow
    answers: dict[Arm, Answer]
    chosen: Arm
    siblings: tuple[int, ...]
    place: int
    votes: dict[Arm, int]
    passages: tuple[Passage, ...]
    edits: dict[Arm, str]
    asking: Asking
    state: str
    error: str = ""

    @property
    def missing(self) -> tuple[Arm, ...]:
        """Arms that were asked and have not answered: to be answered again."""
        return tuple(arm for arm in arms_of(self.comparison) if arm not in self.answers)

    def text(self, arm: Arm) -> str:
        """An arm's answer as it stands: a person's edit, else what the model said; empty without an answer."""
        answer = self.answers.get(arm)
        return self.edits.get(arm) or (answer.answer if answer else "")
