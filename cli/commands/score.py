"""``formfact score``: a question set in every arm, as a table with intervals and one sentence."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.types import FOUR_ARMS, Arm, Interval

if TYPE_CHECKING:
    from cli.show import Show
    from engine.compare.scoring import Scorecard
    from engine.workspace import Workspace


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("score", help="score a question set in the four arms")
    parser.add_argument("questions", metavar="QUESTIONS", help="a JSONL file, one question a line, or a set's name")
    parser.add_argument("--run", dest="of", metavar="RUN", help="the run to score (default: the newest finished one)")
    parser.add_argument("--arms", type=_arms, default=FOUR_ARMS, metavar="ARM,ARM…", help="default: all four")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of every answer (default: 1)")
    parser.add_argument("--report", type=Path, metavar="FILE.html", help="write a report too")
    parser.set_defaults(run=_score, needs="write")


def _score(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    card = workspace.scoring.score(args.questions, show.task, run=args.of, arms=args.arms, seed=args.seed)
    report = workspace.scoring.report(card, args.report) if args.report else None
    show.result(card.plain(report), table(card) + (f"\n\nReport: {report}" if report else ""))


def _arms(text: str) -> tuple[Arm, ...]:
    try:
        return tuple(dict.fromkeys(Arm(name.strip()) for name in text.split(",")))
    except ValueError as fault:
        raise argparse.ArgumentTypeError(f"{fault}; there are {', '.join(Arm)}") from fault


def table(card: Scorecard) -> str:
    """A scorecard as text: an arm a line with form and facts, and the verdict under it."""
    heads = ("", "form", "", "facts", "")
    rows = [(arm.value, *_cells(card.form.arms.get(arm)), *_cells(card.facts.arms.get(arm))) for arm in card.arms]
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    lines = [
        f"{row[0]:<{widths[0]}}   {row[1]:>{widths[1]}} {row[2]:<{widths[2]}}   {row[3]:>{widths[3]}} {row[4]}".rstrip()
        for row in [heads, *rows]
    ]
    return "\n".join([*lines, "", card.verdict.sentence])


def _cells(score: Interval | None) -> tuple[str, str]:
    if score is None:
        return "–", ""
    return f"{100 * score.mean:.0f} %", f"({100 * score.low:.0f}–{100 * score.high:.0f})"
