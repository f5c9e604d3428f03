"""The GGUF adapter alone, for llama.cpp's ``--lora`` and programs built on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.models.files import copy
from engine.task import Task

if TYPE_CHECKING:
    from engine.models.export import Source

QUANT = False


def write(source: Source, folder: Path, quant: str, task: Task) -> list[Path]:
    """Copy the run's adapter."""
    del quant, task
    target = folder / f"{source.name}-adapter.gguf"
    copy(source.adapter, target)
    return [target]
