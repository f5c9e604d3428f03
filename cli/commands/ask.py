"""``formfact ask`` and ``formfact compare``: one question, answered by one arm or by several."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import msgspec

from engine.errors import Cancelled, Refused
from engine.events import ArmDone, Event, Token
from engine.task import Task
from engine.types import FOUR_ARMS, Answer, Arm

if TYPE_CHECKING:
    from cli.show import Show
    from engine.workspace import Workspace


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``ask`` and ``compare``."""
    ask = commands.add_parser("ask", help="answer a question, as it is written")
    _common(ask)
    arms = [arm.value for arm in FOUR_ARMS]
    ask.add_argument("--arm", choices=arms, default="grounded", help="which way to answer (default: grounded)")
    ask.set_defaults(run=_ask, needs="write")

    compare = commands.add_parser("compare", help="answer a question in several ways, side by side")
    _common(compare)
    compare.add_argument(
        "--arms", default=",".join(arms), help=f"which, with commas between (default: {','.join(arms)})"
    )
    compare.set_defaults(run=_compare, needs="write")


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("question", metavar="QUESTION")
    command.add_argument(
        "--run", dest="run_id", metavar="RUN", help="whose adapter the tuned arms use (default: the newest run)"
    )
    command.add_argument("--model", metavar="NAME", help="the base model (default: the run's, or the one added last)")
    command.add_argument("--collection", metavar="NAME", help="where passages are looked for (default: all documents)")
    command.add_argument("--seed", type=int, default=1, help="the same seed gives the same answer (default: 1)")


def _ask(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    def heard(event: Event) -> None:
        if isinstance(event, Token):
            if not show.json:
                show.stream(event.text)
        elif not isinstance(event, ArmDone):
            show.task.emit(event)

    answer = _answers(args, [Arm(args.arm)], workspace, show, heard)[0]
    show.result(plain(answer), f"\n{_sources(answer)}".rstrip("\n") + f"\n{_facts(answer)}")
    _stopped(show)


def _compare(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    def heard(event: Event) -> None:
        if isinstance(event, ArmDone):
            answer = msgspec.convert(event.answer, Answer)
            show.result(
                plain(answer), f"── {answer.arm} {'─' * (60 - len(answer.arm))}\n{answer.answer}\n{_facts(answer)}\n"
            )
        elif not isinstance(event, Token):
            show.task.emit(event)

    answers = _answers(args, _arms(args.arms), workspace, show, heard)
    sourced = next((answer for answer in answers if answer.passages), None)
    if sourced and not show.json:
        show.result(None, _sources(sourced).strip())
    _stopped(show)


def _answers(args: argparse.Namespace, arms: list[Arm], workspace: Workspace, show: Show, heard: Any) -> list[Answer]:
    listening = Task(heard)
    show.task.on_cancel(listening.cancel)
    return workspace.chat.answer(
        args.question,
        arms,
        listening,
        model=args.model,
        run=args.run_id,
        seed=args.seed,
        collection=args.collection,
    )


def _arms(words: str) -> list[Arm]:
    try:
        return [Arm(word.strip()) for word in words.split(",")]
    except ValueError as fault:
        raise Refused(f"{fault}.", f"The arms are {', '.join(FOUR_ARMS)}.") from fault


def _stopped(show: Show) -> None:
    if show.task.cancelled:
        raise Cancelled("Stopped; what was said so far is stored.")


def plain(answer: Answer) -> dict[str, Any]:
    """An answer as the command line's JSON."""
    return {
        "arm": answer.arm,
        "answer": answer.answer,
        "adapter": answer.adapter,
        "passages": answer.passages,
        "seed": answer.seed,
        "prompt_tokens": answer.prompt_tokens,
        "answer_tokens": answer.answer_tokens,
        "first_token_s": answer.first_token_s,
        "tokens_per_s": answer.tokens_per_s,
        "stop_reason": answer.stop_reason,
        "budget": answer.budget,
        "canary": answer.canary,
    }


def _facts(answer: Answer) -> str:
    """One line: which weights, how much was read and written, how quickly."""
    weights = f"adapter {answer.adapter[:8]}" if answer.adapter else "no adapter"
    budget = answer.budget
    room = f" of {budget.context:,}" if budget else ""
    cut = {"length": " · cut at its longest", "stopped": " · stopped"}.get(answer.stop_reason, "")
    return (
        f"   {weights} · {answer.prompt_tokens:,}{room} tokens read · {answer.answer_tokens:,} written · "
        f"{answer.first_token_s:.2f} s to the first · {answer.tokens_per_s:,.0f} tokens/s{cut}"
    )


def _sources(answer: Answer) -> str:
    lines = []
    for number, passage in enumerate(answer.passages, 1):
        page = f", page {passage.page}" if passage.page else ""
        lines.append(f"[{number}] {passage.document}{page}: {' '.join(passage.text.split())[:100]}")
    return "\n" + "\n".join(lines) if lines else ""
