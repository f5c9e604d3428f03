"""The command line as a whole: parse, open the workspace as the command needs it, run, report errors.

A command module (``cli/commands/NAME.py``) has ``register(commands)``, which adds its parsers and sets::

    parser.set_defaults(run=function, needs="write")      # or "read", or "nothing"

``function(args, workspace, show)`` does the work; ``show`` prints (see ``cli.show``).
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import cli.commands
from cli.show import Show
from engine import events
from engine.errors import Cancelled, FormfactError, NotFound, Outdated, ReadOnly, WorkspaceLocked
from engine.workspace import Workspace

Window = Callable[[Path | None], int]
"""Opens the window on a workspace (None: the usual one) and returns the exit status once it is closed."""


def parser() -> argparse.ArgumentParser:
    """The whole command line, one sub-parser per command module."""
    top = argparse.ArgumentParser(prog="formfact", description="Tune for form, retrieve for facts.")
    top.add_argument("--workspace", type=Path, metavar="DIR", help="the workspace folder (default: ~/Formfact)")
    top.add_argument("--json", action="store_true", help="print JSON: one object, or one a line when streaming")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("app", help="open the window (as no command does)")
    for module in pkgutil.iter_modules(cli.commands.__path__):
        importlib.import_module(f"cli.commands.{module.name}").register(commands)
    _accept_json_anywhere(commands)
    return top


def _accept_json_anywhere(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Let ``--json`` stand after the command too, where people write it."""
    for sub in dict.fromkeys(commands.choices.values()):
        nested = [a for a in sub._actions if isinstance(a, argparse._SubParsersAction)]
        for action in nested:
            _accept_json_anywhere(action)
        if not nested:
            sub.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(arguments: Sequence[str], window: Window | None = None) -> int:
    """Run one command line.

    Args:
        window: opens the window when no command, or ``app``, is given; None: there is none, and help is printed.

    Returns:
        The exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped by the user.
    """
    top = parser()
    args = top.parse_args(arguments)
    if args.command in (None, "app"):
        if window:
            return window(args.workspace)
        top.print_help()
        return 2
    show = Show(json=args.json)
    _first_interrupt_saves(show)
    try:
        if args.needs == "nothing":
            args.run(args, None, show)
        else:
            with _open(args, show) as workspace:
                args.run(args, workspace, show)
    except Cancelled as stop:
        show.error(stop)
        return 130
    except FormfactError as fault:
        show.error(fault)
        return 1
    except BrokenPipeError:
        return 1
    except Exception as bug:  # nobody should have to read a traceback to learn that something went wrong
        show.error(events.raised(events.failed(bug)))
        return 1
    return 0


def _open(args: argparse.Namespace, show: Show) -> Workspace:
    if args.needs == "write or read":  # quicker with the vector index, which must be written; else without
        try:
            return Workspace.open(args.workspace)
        except (WorkspaceLocked, ReadOnly):
            return Workspace.open(args.workspace, read_only=True)
    if args.needs != "read":
        return Workspace.open(args.workspace)
    try:
        return Workspace.open(args.workspace, read_only=True)
    except (NotFound, Outdated):
        return Workspace.open(args.workspace)  # an empty list is a better answer than an error


def _first_interrupt_saves(show: Show) -> None:
    """Ctrl-C asks the running task to save and stop; a second one ends at once."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if show.task.cancelled:
            raise KeyboardInterrupt
        print("\nStopping; press Ctrl-C again to end without saving.", file=sys.stderr)
        show.task.cancel()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
