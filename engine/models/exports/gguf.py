"""One GGUF with the adapter merged into the base, quantised if asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.events import Notice, Started
from engine.models.facts import read_facts
from engine.models.merge import merge
from engine.task import Task

if TYPE_CHECKING:
    from engine.models.export import Source

QUANT = True


def write(source: Source, folder: Path, quant: str, task: Task) -> list[Path]:
    """Merge, then quantise through llama.cpp if ``quant`` names a kind."""
    target = folder / (f"{source.name}-{quant}.gguf" if quant else f"{source.name}.gguf")
    task.emit(Started("Merging"))
    if quant:
        _quantised(source, target, quant, task)
    else:
        merge(Path(source.model.gguf), source.adapter, target, task, base_sha256=source.model.sha256)
        if source.model.quantisation not in ("F32", "F16", "BF16"):
            task.emit(
                Notice(f"What was tuned is 16-bit now; --quant {source.model.quantisation} makes it small again.")
            )
    return [target]


def _quantised(source: Source, target: Path, quant: str, task: Task) -> None:
    wide, part = target.with_name(f"{target.stem}.wide.part"), target.with_name(f"{target.name}.part")
    try:
        merge(Path(source.model.gguf), source.adapter, wide, task, base_sha256=source.model.sha256)
        task.check()
        task.emit(Started(f"Quantising to {quant}"))
        child = source.workspace.chat_child
        child.call("quantise", source=str(wide), target=str(part), kind=quant).result(task)
        task.check()
        read_facts(part)  # a file that cannot be read again is not handed out
        part.replace(target)
    finally:
        wide.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
