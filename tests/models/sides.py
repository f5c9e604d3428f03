"""Running the two sides of a parity test, each in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.process import ROOT

TOKENS = [1, 5, 17, 80, 33, 250, 7, 101, 64, 300, 12, 9]


def run(side: str, jobs: Sequence[Any], folder: Path) -> None:
    """Run ``torch_side`` or ``llama_side`` on a list of jobs."""
    file = folder / f"{side}.json"
    file.write_text(json.dumps(jobs))
    done = subprocess.run(
        [sys.executable, "-m", f"tests.models.{side}", str(file)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]


def torch_job(folder: Path, name: str, model: Path, random: str = "", **options: Any) -> dict[str, Any]:
    return {
        "random": random,
        "model": str(model),
        "adapter": str(folder / f"{name}-peft"),
        "out": str(folder / f"{name}-torch.npz"),
        "tokens": TOKENS,
        "config": {},
        "options": options,
    }


def llama_logits(folder: Path, pairs: Sequence[tuple[Path, Path | None]]) -> list[Any]:
    """llama.cpp's logits (tokens × vocabulary) for each (model, adapter)."""
    jobs = [
        {
            "model": str(model),
            "adapter": str(adapter or ""),
            "out": str(folder / f"llama-{i}.npz"),
            "tokens": TOKENS,
        }
        for i, (model, adapter) in enumerate(pairs)
    ]
    run("llama_side", jobs, folder)
    return [np.load(job["out"])["logits"] for job in jobs]


def distance(found: Any, expected: Any) -> float:
    """The largest difference of two arrays relative to the largest value; a longer vocabulary's tail is ignored."""
    found = found[:, : expected.shape[1]]
    return float(np.abs(found - expected).max() / np.abs(expected).max())
