"""What goes into a prompt: the grounded question, and the budget that decides what stays when room is short.

Pure functions; tokens are counted by whoever calls. Overflow drops the oldest turns of the history, then the
lowest-ranked passages, and the ``Budget`` says how many.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from engine import resources
from engine.errors import ContextOverflow
from engine.types import Budget, Message, Passage

Count = Callable[[Sequence[Message]], int]
"""Length in tokens of the prompt that asks for the next turn of a conversation."""
CONTEXT = 8192
"""Most tokens of context that are used unless more are asked for; memory follows what a prompt really needs."""
MINIMUM_ANSWER = 32
"""Tokens that are kept for the answer, however long the prompt (less when fewer are asked for)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of a prompt. ``history`` may start with examples of how to answer."""

    system: str
    history: tuple[Message, ...]
    passages: tuple[Passage, ...]
    question: str

    @property
    def messages(self) -> list[Message]:
        """The conversation as a template takes it."""
        head = [Message("system", self.system)] if self.system else []
        return [*head, *self.history, Message("user", user_turn(self.question, self.passages))]


def user_turn(question: str, passages: Sequence[Passage]) -> str:
    """The last user turn: the question, in the grounded prompt's frame if there are passages."""
    if not passages:
        return question
    before, between, after = _grounded()
    return f"{before}{quote(passages)}{between}{question}{after}"


def quote(passages: Sequence[Passage]) -> str:
    """Passages as numbered quotations, ``[n] TITLE`` above each one's text."""
    return "\n\n".join(f"[{n}] {_title(passage)}\n{passage.text.strip()}" for n, passage in enumerate(passages, 1))


def fit(plan: Plan, count: Count, context: int, reserve: int) -> Plan:
    """Drop the oldest turns, then the lowest-ranked passages, until the prompt leaves ``reserve`` tokens free.

    Raises:
        ContextOverflow: the question alone is too long.
    """
    room = context - reserve

    def fits(candidate: Plan) -> bool:
        return count(candidate.messages) <= room

    if fits(plan):
        return plan
    starts = [*[i for i, turn in enumerate(plan.history) if turn.role == "user"][1:], len(plan.history)]
    shorter = [Plan(plan.system, plan.history[start:], plan.passages, plan.question) for start in starts]
    fewer = [Plan(plan.system, (), plan.passages[:keep], plan.question) for keep in reversed(range(len(plan.passages)))]
    steps = shorter + fewer
    for candidate in steps[bisect_left(steps, True, key=fits) :]:
        if fits(candidate):  # a template may make a shorter conversation longer; then go on dropping
            return candidate
    length = count(Plan(plan.system, (), (), plan.question).messages)
    raise ContextOverflow(
        f"The question is too long: {length:,} tokens, and this model's context of {context:,} must hold the "
        f"answer too.",
        "Ask a shorter question, or use a model with a larger context.",
    )


def reserve(context: int, max_tokens: int) -> int:
    """Tokens to keep free for the answer: what was asked for, but at most a quarter of the context."""
    return max(1, min(max_tokens, max(MINIMUM_ANSWER, context // 4), context // 2))


def spent(plan: Plan, asked: Plan, count: Count, context: int, max_tokens: int) -> Budget:
    """How ``plan``, which ``fit`` made of ``asked``, spends the context. The parts add up to the prompt's length."""
    total = count(plan.messages)
    plain = count(Plan(plan.system, plan.history, (), plan.question).messages) if plan.passages else total
    alone = count(Plan(plan.system, (), (), plan.question).messages) if plan.history else plain
    empty = count(Plan(plan.system, (), (), "?").messages)
    return Budget(
        context=context,
        system=empty,
        history=plain - alone,
        passages=total - plain,
        question=alone - empty,
        answer=max(0, min(max_tokens, context - total)),
        dropped_turns=len(asked.history) - len(plan.history),
        dropped_passages=len(asked.passages) - len(plan.passages),
    )


def _title(passage: Passage) -> str:
    title = f"{passage.document} > {passage.heading}" if passage.heading else passage.document
    return " ".join(title.split())


@cache
def _grounded() -> tuple[str, str, str]:
    """The frame of resources/prompts/grounded.txt: what stands before, between and after its two places."""
    before, _, rest = resources.text("prompts/grounded.txt").strip().partition("{passages}")
    between, _, after = rest.partition("{question}")
    return before, between, after
