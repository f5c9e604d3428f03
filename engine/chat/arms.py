"""All arms of a question: base arms in one context, adapted arms in the other, with proof of which is which."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from engine.chat.generate import Prompt, Reply, Request, decode, prompts
from engine.chat.llama import accelerated
from engine.chat.loaded import Loaded
from engine.chat.prompt import CONTEXT
from engine.events import ArmDone, ArmPrepared, Notice
from engine.task import Task
from engine.types import Answer, Canary


def answer(loaded: Loaded, request: Request, adapter: Path | None, context: int | None, task: Task) -> list[Answer]:
    """Answer ``request`` in each of its arms.

    Args:
        loaded: the model.
        request: the question and everything that all arms share.
        adapter: GGUF file of the LoRA, for the adapted arms.
        context: tokens for prompt and answer, None: what suits the model.
        task: hears ArmPrepared, Token and ArmDone of every arm; its cancel ends all.

    Returns:
        The answers in the order of the request's arms; those that were stopped say so.
    """
    window = min(context or CONTEXT, loaded.model.trained_context)
    made = prompts(request, loaded.format, window)
    for prompt in made:
        task.emit(ArmPrepared(prompt.arm.value, len(prompt.ids), dataclasses.asdict(prompt.budget)))
        if notice := _dropped(prompt):
            task.emit(Notice(notice))
    answers: dict[str, Answer] = {}
    for adapted in (False, True):
        group = [prompt for prompt in made if prompt.arm.adapted == adapted]
        if not group:
            continue
        session = loaded.session(adapter if adapted else None)
        session.make_room(max(len(prompt.ids) + prompt.budget.answer for prompt in group))  # else it grows arm by arm
        proof = loaded.canary(adapter if adapted else None)
        if adapted and proof.divergence == 0:
            task.emit(Notice("This adapter changes nothing: with it on, the model computes exactly the same."))

        def done(reply: Reply, digest: str | None = session.digest, proof: Canary = proof) -> None:
            made_answer = _answer(reply, request, digest, proof)
            answers[reply.prompt.arm] = made_answer
            task.emit(ArmDone(reply.prompt.arm.value, dataclasses.asdict(made_answer)))

        for together in _batches(group):
            decode(session, together, request, task, done)
    return [answers[arm] for arm in request.arms]


def _batches(group: list[Prompt]) -> list[list[Prompt]]:
    """Which arms of a session are decoded in one batch.

    On a GPU all of them: a step reads the weights once for all. On a processor one after the other, each taking over
    the prefix that it shares with the one before: a batch is no quicker there for quantised weights (see
    bench/RESULTS.md), and so an arm's answer is bit for bit the one it gives alone.
    """
    return [group] if accelerated() else [[prompt] for prompt in group]


def _answer(reply: Reply, request: Request, digest: str | None, proof: Canary) -> Answer:
    prompt = reply.prompt
    return Answer(
        arm=prompt.arm,
        answer=reply.words.text,
        adapter=digest,
        passages=prompt.plan.passages,
        seed=request.seed,
        prompt_tokens=len(prompt.ids),
        answer_tokens=len(reply.tokens) - (reply.reason == "end"),
        first_token_s=reply.first_token_s,
        tokens_per_s=reply.tokens_per_s,
        stop_reason=reply.reason,
        budget=prompt.budget,
        canary=proof,
    )


def _dropped(prompt: Prompt) -> str:
    """What had to be left out of an arm's prompt, in words; empty if nothing was."""
    budget = prompt.budget
    lost = []
    if budget.dropped_turns:
        lost.append(f"the oldest {budget.dropped_turns} turns")
    if budget.dropped_passages:
        lost.append(f"the {budget.dropped_passages} lowest-ranked passages")
    if not lost:
        return ""
    return f"The {prompt.arm.value} prompt is longer than {budget.context:,} tokens: left out {' and '.join(lost)}."
