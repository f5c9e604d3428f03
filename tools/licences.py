"""Writes the table of ``docs/licences.md``: the licence of every package that ``constraints/`` pins.

Run ``python -m tools.licences`` after a change of the pins, in an environment made by ``bootstrap.py test``.
The licences come from the packages' own metadata; ``KNOWN`` fills in what metadata leaves out, read from the
licence file of the package, and what is only installed on a machine with a GPU.
"""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
MARK = "<!-- the table below is written by tools/licences.py -->\n"
GROUPS = {
    "core": "window and command line",
    "engine": "documents, search, chat, tuning",
    "cpu": "machines without a GPU",
    "gpu": "machines with an NVIDIA GPU",
    "dev": "tests only",
}
KNOWN = {
    "bitsandbytes": "MIT",
    "cuda-bindings": "NVIDIA Software License",
    "cuda-pathfinder": "Apache-2.0",
    "cuda-toolkit": "NVIDIA, proprietary",
    "colorama": "BSD-3-Clause",
    "cut-cross-entropy": "Apple, sample-code terms (use and redistribution allowed)",
    "hf-transfer": "Apache-2.0",
    "jinja2": "BSD-3-Clause",
    "pillow": "MIT-CMU",
    "pypdfium2": "BSD-3-Clause OR Apache-2.0; PDFium within: Apache-2.0, BSD-3-Clause and others",
    "torchao": "BSD-3-Clause",
    "torchvision": "BSD-3-Clause",
    "unsloth": "Apache-2.0, with modules under AGPL-3.0 (the CPU backend among them)",
    "xformers": "BSD-3-Clause",
}
_SPELLING = {
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License Version 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD": "BSD",
    "ISC License": "ISC",
    "MIT License": "MIT",
}


def pins() -> dict[str, str]:
    """Every pinned package (normalised name) and the group of ``constraints/`` that names it first."""
    found: dict[str, str] = {}
    for group in GROUPS:
        for line in (ROOT / "constraints" / f"{group}.txt").read_text(encoding="utf-8").splitlines():
            if "==" in line and not line.startswith("#"):
                found.setdefault(normal(line.split("==")[0]), group)
    return found


def normal(name: str) -> str:
    """A package's name in the one spelling that names it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def licence(name: str) -> str:
    """A package's licence; an empty text if neither its metadata nor ``KNOWN`` tells."""
    if name in KNOWN:
        return KNOWN[name]
    if name.startswith("nvidia-"):
        return "NVIDIA, proprietary"
    try:
        facts = importlib.metadata.metadata(name).json
    except importlib.metadata.PackageNotFoundError:
        return ""
    kinds = [str(line).split("::")[-1].strip() for line in facts.get("classifier", []) if "License ::" in line]
    said = str(facts.get("license_expression") or facts.get("license") or " / ".join(kinds))
    first = said.strip().splitlines()[0] if said.strip() else ""
    return _SPELLING.get(first, first)


def table() -> str:
    """The rows, by group and name."""
    order = list(GROUPS)
    rows = sorted(pins().items(), key=lambda item: (order.index(item[1]), item[0]))
    lines = [f"| {name} | {licence(name)} | {GROUPS[group]} |" for name, group in rows]
    return "\n".join(["| package | licence | for |", "|---|---|---|", *lines]) + "\n"


def main() -> None:
    """Write the table under the mark."""
    head = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    PAGE.write_text(f"{head}{MARK}{table()}", encoding="utf-8")


if __name__ == "__main__":
    main()
