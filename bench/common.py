"""What every benchmark shares: one row of a result, the machine in plain facts, and the JSON that ends the output.

A benchmark measures both sides of a ratio in the same run, needs no network, and ends with ``report``::

    {"bench": NAME, "machine": {…}, "rows": [{"name", "value", "unit", "target", "better", "met", "how"}]}
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure.

    Args:
        name: what was measured.
        value: the figure, in ``unit``.
        unit: ``"s"``, ``"x"`` (a ratio), ``"tokens/s"``…
        target: the figure to reach, or None when there is none.
        better: whether ``"lower"`` or ``"higher"`` is better.
        how: how it was measured: sizes, repeats, what was compared with what.
    """

    name: str
    value: float
    unit: str
    target: float | None
    better: Literal["lower", "higher"]
    how: str

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target."""
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target


def machine() -> dict[str, Any]:
    """This machine in plain facts, as each result records it."""
    from engine.machine import installed, look

    here = look()
    return {
        "cpu": here.cpu,
        "cores": here.cores,
        "flags": list(here.flags),
        "memory_gb": round(here.memory / 2**30, 1),
        "gpu": [f"{gpu.name} ({gpu.memory_mib} MiB)" for gpu in here.gpus],
        "system": here.system,
        "python": here.python,
        "packages": {name: installed(name) for name in ("torch", "unsloth", "llama_cpp_python", "chromadb")},
    }


def report(name: str, rows: Sequence[Row]) -> None:
    """Print the rows for a person, then everything as one JSON object on the last line."""
    for row in rows:
        verdict = {True: "met", False: "MISSED", None: ""}[row.met]
        target = "" if row.target is None else f"  (target {'≤' if row.better == 'lower' else '≥'} {row.target:g})"
        print(f"{row.name}: {row.value:.4g} {row.unit}{target}  {verdict}".rstrip())
    plain = [
        {
            "name": row.name,
            "value": row.value,
            "unit": row.unit,
            "target": row.target,
            "better": row.better,
            "met": row.met,
            "how": row.how,
        }
        for row in rows
    ]
    print(json.dumps({"bench": name, "machine": machine(), "rows": plain}, ensure_ascii=False), flush=True)
