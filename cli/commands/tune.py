"""``formfact tune``: plan, start, list, show, stop, resume and repeat training runs; name, note and delete them."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import FormfactError

if TYPE_CHECKING:
    from cli.show import Show
    from engine.tune.recipe import Recipe
    from engine.workspace import Workspace
    from store.runs import Run


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``tune`` and its sub-commands."""
    tune = commands.add_parser("tune", help="training runs: plan, start, list, show, stop, resume, retune, delete")
    what = tune.add_subparsers(dest="what", metavar="WHAT", required=True)

    for name, help_text, function, needs in (
        ("start", "train an adapter on a dataset", _start, "write"),
        ("plan", "what a run would need, and whether it fits", _plan, "read"),
    ):
        start = what.add_parser(name, help=help_text)
        start.add_argument("--data", required=True, metavar="NAME", help="the dataset")
        start.add_argument("--base", metavar="MODEL", help="the base model (default: the one added last, or starter)")
        start.add_argument("--recipe", metavar="FILE", help="quick, balanced, thorough, or a TOML file")
        start.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting")
        start.set_defaults(run=function, needs=needs)
        if name == "start":
            start.add_argument("--name", help="what to call the run")
            start.add_argument("--background", action="store_true", help="let it go on by itself, and return at once")

    what.add_parser("list", help="list runs").set_defaults(run=_list, needs="read")
    for name, help_text, function, needs in (
        ("show", "what a run was, cost and came to", _show, "read"),
        ("stop", "ask a run to save and stop", _stop, "read"),
        ("resume", "go on with a run from its last checkpoint", _resume, "write"),
        ("retune", "repeat a run on its dataset as it is now", _retune, "write"),
        ("discard", "end a run that is under way, and throw it away", _discard, "read"),
        ("delete", "delete a run, with all that it has made", _delete, "write"),
    ):
        parser = what.add_parser(name, help=help_text)
        parser.add_argument(
            "run_id", metavar="RUN", nargs="?", help="its id, the start of it, or its name (default: latest)"
        )
        parser.set_defaults(run=function, needs=needs)
    for name, help_text, field in (("rename", "give a run another name", "name"), ("note", "write a note", "text")):
        parser = what.add_parser(name, help=help_text)
        parser.add_argument("run_id", metavar="RUN", help="its id, the start of it, its name, or latest")
        parser.add_argument(field, metavar=field.upper())
        parser.set_defaults(run=_rename if name == "rename" else _note, needs="write")


def _start(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    recipe = _recipe(args)
    if args.background:
        run = workspace.tuning.start_detached(args.data, args.base, recipe=recipe, name=args.name)
        show.result(_plain(run), f"Run {run.id} goes on in the background; `formfact tune show {run.id}` follows it.")
    else:
        _ended(workspace.tuning.start(args.data, args.base, show.task, recipe=recipe, name=args.name), show)


def _plan(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    from cli.show import duration

    found = workspace.tuning.preflight(args.data, args.base, _recipe(args), show.task)
    time = f"{duration(found.seconds_low)} to {duration(found.seconds_high).removeprefix('about ')}"
    fits = "it fits" if found.fits else "it does not fit"
    lines = [
        f"{found.steps:,} steps, {time}",
        f"{found.memory / 2**30:.1f} GiB of {found.free / 2**30:.1f} GiB that are free: {fits}",
        *found.warnings,
    ]
    show.result(dataclasses.asdict(found), "\n".join(lines))


def _recipe(args: argparse.Namespace) -> Recipe:
    from engine.tune.recipe import PRESETS, Recipe

    chosen = args.recipe or "balanced"
    recipe = Recipe.preset(chosen) if chosen in PRESETS else Recipe.load(Path(chosen))
    return recipe.with_settings(args.set)


def _resume(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    _ended(workspace.tuning.resume(args.run_id, show.task), show)


def _retune(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    _ended(workspace.tuning.retune(args.run_id, show.task), show)


def _stop(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    run = workspace.tuning.stop(args.run_id)
    show.result(_plain(run), f"Run {run.id} saves and stops after its step.")


def _discard(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    run = workspace.tuning.discard(args.run_id)
    show.result(_plain(run), f"Run {run.id} ends and is thrown away.")


def _delete(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    run = workspace.tuning.delete(workspace.tuning.get(args.run_id).id)
    show.result(_plain(run), f"Run {run.id} is deleted.")


def _rename(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    run = workspace.tuning.rename(args.run_id, args.name)
    show.result(_plain(run), f"Run {run.id} is now called {run.name}.")


def _note(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    run = workspace.tuning.note(args.run_id, args.text)
    show.result(_plain(run), f"Noted for run {run.id}.")


def _list(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    runs = workspace.tuning.list()
    table = [(run.id, run.name, run.state, run.model, run.dataset, _loss(run), run.note[:60]) for run in runs]
    heads = ("run", "name", "state", "model", "data", "held-out loss", "note")
    show.table(table, heads, [_plain(run) for run in runs])


def _show(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    run = workspace.tuning.get(args.run_id)
    show.result(_plain(run), "\n".join(_lines(run)))


def _ended(run: Run, show: Show) -> None:
    show.result(_plain(run), "\n".join(_lines(run)))
    if run.state == "failed":
        raise FormfactError(f"Run {run.id} did not pass its check.", "See its note; the adapter is kept.", run.note)


def _plain(run: Run) -> dict[str, Any]:
    """A run as the command line's JSON."""
    parsed = {name: json.loads(getattr(run, name)) for name in ("gate", "metrics", "environment")}
    rest = ("id", "name", "state", "model", "base_sha256", "dataset", "dataset_version", "recipe", "adapter")
    more = ("adapter_sha256", "parent", "created_at", "note", "remark")
    return {**{name: getattr(run, name) for name in (*rest, *more)}, **parsed}


def _lines(run: Run) -> list[str]:
    plain = _plain(run)
    metrics, gate = plain["metrics"], plain["gate"]
    lines = [f"Run {run.id}{f' ({run.name})' if run.name else ''}: {run.state}"]
    lines.append(
        f"  {run.model} ({run.base_sha256[:12]}) on {run.dataset} ({run.dataset_version[:12]}), {run.created_at}"
    )
    lines += [f"  {text}" for text in (run.note, run.remark) if text]
    if metrics:
        lines.append(
            f"  {metrics['step']:,} of {metrics['steps']:,} steps on {metrics['examples']:,} examples, "
            f"{metrics['tokens']:,} tokens in {metrics['seconds']:.0f} s, {metrics['peak_memory'] / 2**30:.1f} GiB"
        )
        lines.append(
            f"  loss {_number(metrics['first_loss'])} → {_number(metrics['last_loss'])}, held out {_loss(run)}"
        )
    if gate:
        words = "passed" if gate["passed"] else f"failed: {gate['cause']}"
        lines.append(
            f"  check {words} (relative error of logits: base {_number(gate['base']['error'])}, "
            f"tuned {_number(gate['tuned']['error'])}; the adapter moves them by {_number(gate['effect'])})"
        )
    if run.adapter:
        lines.append(f"  adapter {run.adapter} ({run.adapter_sha256[:12]})")
    return lines


def _loss(run: Run) -> str:
    measured = json.loads(run.metrics).get("held_out")
    return _number(measured[-1][1]) if measured else "–"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
