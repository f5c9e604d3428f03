"""The arms of one question: prompts within one budget, then decoded together, each with its own sampler."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from engine.chat.context import Sampler
from engine.chat.format import Format
from engine.chat.prompt import Plan, fit, reserve, spent
from engine.chat.session import Session
from engine.chat.words import Words
from engine.errors import Cancelled
from engine.events import Token
from engine.task import Task
from engine.types import Arm, Budget, Message, Passage, Sampling

_PAUSE_S = 0.03
"""Text is sent on at most this often: thirty messages a second look smooth and cost little."""
_LOOK_S = 0.5
"""How often decoding looks whether other processes have taken cores, or left them."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question for several arms. ``turns``: most messages of the history to keep, as arms before had no more."""

    arms: tuple[Arm, ...]
    question: str
    history: tuple[Message, ...] = ()
    system: str = ""
    passages: tuple[Passage, ...] = ()
    shots: tuple[Message, ...] = ()
    sampling: Sampling = field(default_factory=Sampling)
    seed: int = 1
    stop: tuple[str, ...] = ()
    turns: int | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """An arm's prompt: its parts, its tokens, what they cost."""

    arm: Arm
    plan: Plan
    ids: list[int]
    budget: Budget


@dataclass(slots=True)
class Reply:
    """What an arm has said so far. Times are seconds on the clock of ``time.perf_counter``."""

    prompt: Prompt
    sampler: Sampler
    words: Words
    began: float
    tokens: list[int] = field(default_factory=list)
    first: float = 0.0
    last: float = 0.0
    sent: float = 0.0
    unsent: str = ""
    reason: str = ""
    index: int = -1  # where its logits are in the last evaluation

    @property
    def first_token_s(self) -> float:
        """Seconds from the start of prompt evaluation to the first token."""
        return self.first - self.began if self.tokens else 0.0

    @property
    def tokens_per_s(self) -> float:
        """Decoding rate, the prompt's evaluation left out."""
        return (len(self.tokens) - 1) / (self.last - self.first) if len(self.tokens) > 1 else 0.0


def prompts(request: Request, form: Format, context: int) -> list[Prompt]:
    """The prompt of each arm. All keep the same turns of the history: as many as the longest prompt leaves room for.

    Raises:
        ContextOverflow: the question alone is too long.
        ModelRefused: the model's template cannot hold this conversation.
    """
    room = reserve(context, request.sampling.max_tokens)
    known: dict[tuple[Message, ...], list[int]] = {}

    def ids(messages: Sequence[Message]) -> list[int]:
        """The prompt of a conversation; arms and budget ask for the same few again and again."""
        key = tuple(messages)
        if key not in known:
            known[key] = form.prompt(key).ids
        return known[key]

    def count(messages: Sequence[Message]) -> int:
        return len(ids(messages))

    asked = {arm: _plan(request, arm) for arm in request.arms}
    fitted = {arm: fit(plan, count, context, room) for arm, plan in asked.items()}
    turns = len(request.history)
    limit = turns if request.turns is None else min(turns, request.turns)
    kept = min(min(len(plan.history), limit) for plan in fitted.values())
    made = []
    for arm, plan in fitted.items():
        examples = plan.history[: max(0, len(plan.history) - turns)]
        equal = Plan(plan.system, (*examples, *request.history[turns - kept :]), plan.passages, plan.question)
        budget = spent(equal, asked[arm], count, context, request.sampling.max_tokens)
        made.append(Prompt(arm, equal, ids(equal.messages), budget))
    return made


def _plan(request: Request, arm: Arm) -> Plan:
    shots = request.shots if arm is Arm.PROMPTED else ()
    passages = request.passages if arm.sourced else ()
    return Plan(request.system, (*shots, *request.history), passages, request.question)


def decode(
    session: Session, arms: Sequence[Prompt], request: Request, task: Task, done: Callable[[Reply], None]
) -> None:
    """Answer the prompts of arms that share a session, one batch a step, telling the text as it comes.

    ``done`` gets each reply as it ends; every arm's, also when ``task`` is cancelled (``reason`` is ``"stopped"``).
    """
    with ExitStack() as stack:
        vocabulary = session.model.vocabulary
        replies = []
        for prompt in arms:
            sampler = stack.enter_context(closing(Sampler(vocabulary, request.sampling, request.seed)))
            replies.append(Reply(prompt, sampler, Words(request.stop), time.perf_counter()))

        def draw(number: int, index: int) -> None:
            replies[number].index = index
            _draw(session, replies[number], task, done)

        stops: list[None] = []  # its length is looked at some thousand times a prompt, from llama.cpp's threads
        task.on_cancel(lambda: stops.append(None))
        try:
            sequences = session.begin(
                [prompt.ids for prompt in arms],
                [prompt.budget.answer for prompt in arms],
                draw,
                stops.__len__,
            )
            _continue(session, list(zip(sequences, replies, strict=True)), task, done)
        except Cancelled:
            pass  # each unfinished reply says so below
        for reply in replies:
            if not reply.reason:
                reply.reason = "stopped"
                _finish(reply, task, done)


def _continue(session: Session, lanes: list[tuple[int, Reply]], task: Task, done: Callable[[Reply], None]) -> None:
    """Decode until every reply has a reason to end, or the task is cancelled."""
    assert session.context
    looked = time.perf_counter()
    while not task.cancelled:
        if time.perf_counter() - looked > _LOOK_S:
            session.context.use_free_cores()
            looked = time.perf_counter()
        lanes = [lane for lane in lanes if not lane[1].reason]
        if not lanes:
            return
        session.step([(sequence, reply.tokens[-1]) for sequence, reply in lanes])
        for index, (_, reply) in enumerate(lanes):
            reply.index = index
            _draw(session, reply, task, done)


def _draw(session: Session, reply: Reply, task: Task, done: Callable[[Reply], None]) -> None:
    """Take the next token of a reply from its logits."""
    assert session.context
    token = reply.sampler.draw(session.context, reply.index)
    now = time.perf_counter()
    reply.first = reply.first or now
    reply.last = now
    if token in session.model.vocabulary.ends:
        reply.reason = "end"
    else:
        reply.unsent += reply.words.feed(session.model.vocabulary.piece(token))
        if reply.words.stopped:
            reply.reason = "stop_string"
    reply.tokens.append(token)
    if not reply.reason and len(reply.tokens) >= reply.prompt.budget.answer:
        reply.reason = "length"
    if reply.reason:
        _finish(reply, task, done)
    elif reply.unsent and now - reply.sent >= _PAUSE_S:
        _send(reply, task)


def _finish(reply: Reply, task: Task, done: Callable[[Reply], None]) -> None:
    reply.unsent += reply.words.finish()
    _send(reply, task)
    done(reply)


def _send(reply: Reply, task: Task) -> None:
    if reply.unsent:
        task.emit(Token(reply.prompt.arm.value, reply.unsent))
        reply.unsent, reply.sent = "", time.perf_counter()
