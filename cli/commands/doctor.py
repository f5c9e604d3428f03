"""``formfact doctor``: what this machine can do, and what is missing."""

from __future__ import annotations

import argparse
import dataclasses

from cli.show import Show
from engine import diagnostics, machine, settings
from engine.workspace import Workspace, default_folder


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``doctor`` to the command line."""
    parser = commands.add_parser("doctor", help="what this machine can do, and what is missing")
    parser.add_argument("--diagnostics", action="store_true", help="a text for whoever helps you, to be read first")
    parser.set_defaults(run=run, needs="nothing")


def run(args: argparse.Namespace, _workspace: Workspace | None, show: Show) -> None:
    """Look at the machine and tell."""
    folder = args.workspace or default_folder()
    if args.diagnostics:
        with Workspace.open(folder, read_only=True) as workspace:
            text = diagnostics.bundle(workspace, settings.load())
        show.result({"diagnostics": text}, text)
        return
    here, libraries = machine.look(folder), machine.libraries()
    largest, method = machine.tunable_parameters(here)
    advice = machine.advice(here, libraries)
    value = {
        "machine": dataclasses.asdict(here),
        "libraries": {library.name: library.version for library in libraries},
        "llama_backends": machine.llama_backends(),
        "tunable": {"parameters": largest, "method": method},
        "workspace": str(folder),
        "advice": advice,
        "ready": not any(library.missing for library in libraries),
    }
    show.result(value, "\n".join([*_facts(here), "", *_libraries(libraries), "", *_outcome(largest, method, advice)]))


def _facts(here: machine.Machine) -> list[str]:
    gib = 2**30
    gpus = [f"{gpu.name}, {gpu.free_mib:,} of {gpu.memory_mib:,} MiB free, driver {gpu.driver}" for gpu in here.gpus]
    rows = {
        "System": f"{here.system}, Python {here.python}",
        "CPU": f"{here.cpu}, {here.cores} cores ({' '.join(here.flags) or 'no special features'})",
        "Memory": f"{here.free_memory / gib:.1f} of {here.memory / gib:.1f} GiB free",
        "Disk": f"{here.free_disk / gib:.0f} GiB free for the workspace",
        "GPU": "; ".join(gpus) or "none",
    }
    return [f"{name:10} {text}" for name, text in rows.items()]


def _libraries(libraries: list[machine.Library]) -> list[str]:
    backends = ", ".join(machine.llama_backends())
    lines = []
    for library in libraries:
        note = f" ({backends})" if library.name == "llama_cpp_python" and backends else ""
        lines.append(f"{library.name:24} {(library.version or 'missing') + note:20} to {library.purpose}")
    return lines


def _outcome(largest: int, method: str, advice: list[str]) -> list[str]:
    size = f"{largest / 1e9:.1f} billion" if largest >= 1e9 else f"{largest / 1e6:.0f} million"
    first = f"Tuning: {method}; free memory is enough for about {size} parameters at the most."
    return [first, *(f"→ {line}" for line in advice), *([] if advice else ["Nothing is missing."])]
