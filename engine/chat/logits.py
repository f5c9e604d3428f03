"""Logits of given tokens, evaluated from nothing: what the parity gate compares with the trainer's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.chat import llama
from engine.chat.context import Context
from engine.errors import disk_errors
from engine.task import Task

_ROWS = 64  # tokens at a time: the logits of a large vocabulary take 600 kB a token

Matrix = np.ndarray[Any, np.dtype[np.float32]]


def logits(context: Context, prompt: Sequence[int]) -> Matrix:
    """Logits after each token of ``prompt``, float32 [tokens, vocabulary]. Clears the context first."""
    context.clear()
    rows: list[Matrix] = []
    for start in range(0, len(prompt), _ROWS):
        chunk = prompt[start : start + _ROWS]
        context.evaluate([(token, start + i, (0,), True) for i, token in enumerate(chunk)])
        rows += [context.logits(i) for i in range(len(chunk))]
    return np.stack(rows) if rows else np.zeros((0, context.model.vocabulary.size), np.float32)


def save_logits(
    model: llama.Model, adapter: llama.Adapter | None, prompts: Sequence[Sequence[int]], target: Path, task: Task
) -> list[int]:
    """Write the logits of each prompt as ``p0``, ``p1``… to a NumPy archive, in a context of its own.

    Returns:
        The number of tokens of each prompt.
    """
    cells = max([len(prompt) for prompt in prompts], default=0)
    context = Context(model, max(cells, 32), 1, adapter=adapter, outputs=_ROWS)
    try:
        arrays = {}
        for i, prompt in enumerate(prompts):
            task.check()
            arrays[f"p{i}"] = logits(context, prompt)
    finally:
        context.close()
    with disk_errors(target), target.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # numpy's stub takes the names for its own options
    return [len(prompt) for prompt in prompts]
