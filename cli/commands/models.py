"""``formfact models``: the base models that can be served and tuned."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import msgspec

from cli.show import Show
from engine.errors import ModelRefused
from engine.models.catalogue import entry
from engine.models.overview import suggested
from engine.workspace import Workspace
from store.models import Model

_FITS = {"yes": "fits", "tight": "tight", "no": "too large"}


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``models list | catalogue | get | add | info | remove``."""
    parser = commands.add_parser("models", help="base models: list, catalogue, get, add, info, remove")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the models that are installed")
    listing.set_defaults(run=_list, needs="read")
    offering = actions.add_parser("catalogue", help="well-known open models, and what they need here")
    offering.set_defaults(run=_catalogue, needs="read")
    getting = actions.add_parser("get", help="download a model of the catalogue; again: go on where it stopped")
    getting.add_argument("key", metavar="KEY", help="its key in the catalogue")
    getting.add_argument("--no-twin", action="store_true", help="only to chat with: without the weights to tune from")
    getting.add_argument("--network", action="store_true", help="allow this download from the hub")
    getting.add_argument("--accept-licence", action="store_true", help="you have read the licence and accept it")
    getting.set_defaults(run=_get, needs="write")
    adding = actions.add_parser("add", help="install a GGUF file, a Hugging Face folder, or org/repo from the hub")
    adding.add_argument("source", metavar="PATH_OR_REPO", help="a path, org/repo or org/repo:FILE.gguf")
    adding.add_argument("--name", help="what to call it (default: from the file name)")
    adding.add_argument("--pair", type=Path, metavar="PATH", help="the other form of the same model: GGUF or folder")
    adding.add_argument("--network", action="store_true", help="allow this download from the hub")
    adding.set_defaults(run=_add, needs="write")
    telling = actions.add_parser("info", help="what a model is")
    telling.add_argument("name", metavar="NAME", nargs="?")
    telling.set_defaults(run=_info, needs="read")
    removing = actions.add_parser("remove", help="forget a model; its files stay")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(run=_remove, needs="write")


def _list(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    models = workspace.models.list()
    rows = [
        (
            model.name,
            model.architecture,
            count(model.parameters),
            model.quantisation,
            f"{model.context:,}",
            "folder" if model.twin else "gguf",
            workspace.models.state(model) or "ready",
        )
        for model in models
    ]
    heads = ["name", "architecture", "parameters", "quantisation", "context", "trains from", "state"]
    show.table(rows, heads, [_plain(workspace, model) for model in models])


def _catalogue(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    found = suggested(workspace)
    rows = [
        (
            one.entry.key,
            count(one.entry.parameters),
            f"{one.entry.bytes / 1e9:.1f} GB",
            f"{one.needs.run / 1e9:.1f} GB: {_FITS[one.needs.run_fit]}",
            f"{one.needs.tune / 1e9:.1f} GB: {_FITS[one.needs.tune_fit]}",
            one.entry.licence.name,
            "" if one.held.state == "none" else one.held.state,
        )
        for one in found
    ]
    heads = ["key", "parameters", "download", "memory to run", "memory to tune", "licence", "here"]
    show.table(rows, heads, msgspec.to_builtins(found))


def _get(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    chosen, downloads = entry(args.key), workspace.models.downloads
    if not args.accept_licence:
        licence = chosen.licence
        raise ModelRefused(
            f"{chosen.name} is under the {licence.name}. {licence.summary}",
            f"Read it at {licence.url}; if you accept it, add --accept-licence.",
        )
    model = downloads.fetch(chosen, show.task, twin=not args.no_twin, network=args.network)
    show.result(_plain(workspace, model), f"Installed {model.name} ({chosen.name}).")


def _add(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    model = workspace.models.add(args.source, show.task, name=args.name, pair=args.pair, network=args.network)
    size = f"{model.architecture}, {count(model.parameters)} parameters, {model.quantisation}"
    show.result(_plain(workspace, model), f"Added {model.name}: {size}.")


def _info(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    model = workspace.models.get(args.name)
    facts = workspace.models.info(model.name)
    plain = _plain(workspace, model) | {"facts": msgspec.to_builtins(facts)}
    lines = {
        "name": model.name,
        "file": model.gguf,
        "trains from": model.twin or "the GGUF itself",
        "SHA-256": model.sha256,
        "architecture": facts.architecture,
        "parameters": f"{facts.parameters:,}",
        "quantisation": f"{facts.quantisation} ({', '.join(f'{n} {k}' for k, n in facts.tensor_types.items())})",
        "context": f"{facts.context:,} tokens",
        "layers": f"{facts.layers} × {facts.embedding}, {facts.heads} heads ({facts.heads_kv} for keys)",
        "vocabulary": f"{facts.vocabulary:,} ({facts.tokenizer})",
        "chat template": "yes" if facts.chat_template else "none",
        "licence": model.licence or "not stated",
    }
    text = "\n".join(f"{key:14}{value}" for key, value in lines.items())
    show.result(plain, "\n".join([text, *(f"! {warning}" for warning in facts.warnings)]))


def _remove(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    workspace.models.remove(args.name)
    show.result({"removed": args.name}, f"Removed {args.name}; its files are where they were.")


def _plain(workspace: Workspace, model: Model) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(model)
    del plain["facts"]  # `info` reads them from the file
    return plain | {"state": workspace.models.state(model) or "ready"}


def count(number: float) -> str:
    """A count as people say it: ``1.1B``, ``656K``."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if number >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:.0f}"
