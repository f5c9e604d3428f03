"""Run the benchmarks and append their figures, with date and hardware, to ``bench/RESULTS.md``.

python bench/run.py [NAME…]      # all, or the named ones
"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


def names() -> list[str]:
    """Every benchmark there is, by file: those that can be run alone; the others help them."""
    alone = (file for file in FOLDER.glob("*.py") if "__main__" in file.read_text(encoding="utf-8"))
    return sorted({file.stem for file in alone} - {"run"})


def measure(name: str) -> dict[str, Any]:
    """Run one benchmark in its own process.

    Raises:
        subprocess.CalledProcessError: it failed; what it printed is on the terminal.
    """
    done = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py")], cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True, check=True
    )
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def markdown(result: dict[str, Any]) -> str:
    """One section of ``RESULTS.md``: a heading with date and hardware, and a row a figure."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    facts = result["machine"]
    machine = f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_gb']} GB, {', '.join(facts['gpu']) or 'no GPU'}"
    lines = [
        f"\n## {result['bench']} · {today} · {machine}\n",
        "| what | figure | target | met | how |",
        "|---|---|---|---|---|",
    ]
    for row in result["rows"]:
        sign = "≤" if row["better"] == "lower" else "≥"
        target = "" if row["target"] is None else f"{sign} {row['target']:g} {row['unit']}"
        met = "" if row["target"] is None else ("yes" if row["met"] else "**no**")
        lines.append(f"| {row['name']} | {row['value']:.4g} {row['unit']} | {target} | {met} | {row['how']} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run what is asked; returns 0 when every benchmark ran (met or not)."""
    failed = 0
    for name in sys.argv[1:] or names():
        print(f"— {name}", flush=True)
        try:
            section = markdown(measure(name))
        except (subprocess.CalledProcessError, json.JSONDecodeError, IndexError) as fault:
            print(f"{name} failed: {fault}", file=sys.stderr)
            failed += 1
            continue
        print(section, flush=True)
        with (FOLDER / "RESULTS.md").open("a", encoding="utf-8") as results:
            results.write(section)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
