"""The adapter as PEFT reads it, with a model card: a folder ready for a Hugging Face hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import NotFound
from engine.models.card import card
from engine.models.files import copy
from engine.task import Task

if TYPE_CHECKING:
    from engine.models.export import Source

QUANT = False


def write(source: Source, folder: Path, quant: str, task: Task) -> list[Path]:
    """Copy the run's PEFT folder, name the base instead of a local path, and write the card."""
    del quant, task
    config, weights, readme = folder / "adapter_config.json", folder / "adapter_model.safetensors", folder / "README.md"
    if not (source.peft / config.name).exists():
        raise NotFound(f"The PEFT form of run {source.run.id} is gone: {source.peft}.", "Tune again.")
    values = json.loads((source.peft / config.name).read_text(encoding="utf-8"))
    values["base_model_name_or_path"] = source.model.source.partition(":")[0] or source.model.name
    config.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    copy(source.peft / weights.name, weights)
    readme.write_text(card(source.run, source.model), encoding="utf-8")
    return [weights, config, readme]
