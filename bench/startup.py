"""How soon Formfact answers: ``formfact --help`` and the facade's import, beside a bare Python.

Run: ``python bench/startup.py``
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import psutil

from bench.common import ROOT, Row, report

REPEATS = 15
_MODULES = "import sys; before = len(sys.modules); import engine.workspace; print(len(sys.modules) - before)"


def seconds(*arguments: str) -> list[float]:
    """Wall-clock seconds of ``python ARGUMENTS``, run ``REPEATS`` times after one that warms the disk's cache."""
    taken = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT)
        taken.append(time.perf_counter() - started)
    return taken[1:]


def processor_seconds(*arguments: str) -> float:
    """Processor time of one run of ``python ARGUMENTS``: what it takes when nothing else wants the machine."""
    before = psutil.Process().cpu_times()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT)
    after = psutil.Process().cpu_times()
    spent = after.children_user - before.children_user + after.children_system - before.children_system
    return float(spent)


def main() -> None:
    """Measure and report."""
    bare = statistics.median(seconds("-c", "pass"))
    helping = seconds("-m", "main", "--help")
    processor = statistics.median(processor_seconds("-m", "main", "--help") for _ in range(REPEATS))
    facade = statistics.median(seconds("-c", "import engine.workspace"))
    loaded = int(subprocess.run([sys.executable, "-c", _MODULES], check=True, capture_output=True, cwd=ROOT).stdout)
    how = f"median of {REPEATS} fresh processes, everything in the disk's cache"
    report(
        "startup",
        [
            Row("formfact --help", statistics.median(helping), "s", 0.3, "lower", how),
            Row("formfact --help, slowest", max(helping), "s", None, "lower", "the slowest of the same processes"),
            Row(
                "formfact --help, processor time",
                processor,
                "s",
                None,
                "lower",
                "user and system seconds of one process",
            ),
            Row("import engine.workspace", facade, "s", 0.3, "lower", how),
            Row("modules that import loads", loaded, "modules", None, "lower", "modules beyond a bare Python's"),
            Row("bare python", bare, "s", None, "lower", f"`python -c pass`, {how}"),
        ],
    )


if __name__ == "__main__":
    main()
