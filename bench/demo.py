"""The whole demo as a person runs it: seconds from ``formfact demo`` to its report, and what the four arms scored.

Run: ``python bench/demo.py``
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Literal

from bench.common import ROOT, Row, report

Bound = tuple[str, str, float, Literal["lower", "higher"]]
BOUNDS: tuple[Bound, ...] = (
    ("tuned", "form", 0.90, "higher"),
    ("tuned", "facts", 0.40, "lower"),
    ("grounded", "facts", 0.75, "higher"),
    ("grounded", "form", 0.20, "lower"),
    ("both", "form", 0.85, "higher"),
    ("both", "facts", 0.70, "higher"),
    ("base", "form", 0.20, "lower"),
    ("base", "facts", 0.40, "lower"),
)


def measure(folder: Path) -> tuple[float, dict[str, Any]]:
    """Seconds of one ``formfact demo --json`` in a process of its own, and the object that it prints."""
    command = [sys.executable, str(ROOT / "main.py"), "demo", "--json", "--out", str(folder)]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return time.perf_counter() - began, result


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "demo"
        seconds, result = measure(folder)
        steps = json.loads((folder / "demo.json").read_bytes())["seconds"]
    how = "a process of its own, from start to exit: index, tune, gate, score four arms, report"
    rows = [Row("formfact demo", seconds, "s", 360, "lower", how)]
    rows += [Row(f"of it, {name}", spent, "s", None, "lower", "as demo.json says") for name, spent in steps.items()]
    for arm, side, bound, better in BOUNDS:
        score = result["arms"][arm][side]
        interval = f"95 % interval {score['low']:.2f} to {score['high']:.2f}, {result['questions']} questions"
        rows.append(Row(f"{arm} {side}", score["mean"], "share", bound, better, interval))
    report("demo", rows)


if __name__ == "__main__":
    main()
