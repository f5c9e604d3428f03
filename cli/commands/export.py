"""``formfact export``: take a tuned model to another program."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.show import Show
from engine.models.exports import names
from engine.workspace import Workspace


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``export``."""
    parser = commands.add_parser("export", help="take a tuned model elsewhere: adapter, gguf, ollama, hf")
    parser.add_argument("tuned", metavar="RUN", help="a run, or latest")
    parser.add_argument("--to", required=True, choices=names(), help="in which form")
    parser.add_argument("--quant", default="", metavar="KIND", help="quantise, e.g. Q4_K_M (gguf and ollama)")
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to")
    parser.set_defaults(run=_export, needs="read")


def _export(args: argparse.Namespace, workspace: Workspace, show: Show) -> None:
    from engine.models.export import export

    files = export(workspace, args.tuned, args.to, args.folder, show.task, args.quant)
    plain = {"to": args.to, "files": [str(file.absolute()) for file in files]}
    lines = [f"{file}  {file.stat().st_size / 1e6:,.1f} MB" for file in files]
    if args.to == "ollama":
        lines.append(f"→ ollama create NAME -f '{args.folder / 'Modelfile'}'")
    show.result(plain, "\n".join(lines))
