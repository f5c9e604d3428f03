"""``formfact demo``: the main job on the built-in sample, from documents and examples to a report."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.commands.score import table

if TYPE_CHECKING:
    from cli.show import Show
    from engine.workspace import Workspace


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("demo", help="index, tune, compare and report on the built-in sample")
    parser.add_argument("--out", type=Path, default=Path("formfact-demo"), metavar="DIR", help="default: formfact-demo")
    parser.set_defaults(run=_demo, needs="nothing")


def _demo(args: argparse.Namespace, _workspace: Workspace | None, show: Show) -> None:
    from engine import demo

    done = demo.run(args.out, show.task)
    again = "\nThis demo had been done before; remove the folder, or use --out, to do it anew." if done.repeated else ""
    show.result(
        done.plain(),
        f"\n{table(done.scorecard)}\n\nReport: {done.report}\nIt took {done.seconds:.0f} s.{again}",
    )
