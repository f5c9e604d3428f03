"""Whether a model can be tuned, and from which weights: said before a run is started, not in the middle of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ModelRefused
from engine.models.adapter import REORDERED
from engine.models.folder import check_weights

if TYPE_CHECKING:
    from store.models import Model

_EXACT = frozenset({"llama"})
"""Architectures whose GGUF transformers reads exactly, by logits."""
_MISREAD = frozenset({"qwen3"})
"""Architectures whose GGUF transformers is known to read wrongly."""


@dataclass(frozen=True, slots=True)
class Tunable:
    """Whether a model can be tuned; ``why`` says from what, or why not, as a sentence."""

    can: bool
    why: str


def tunable(model: Model) -> Tunable:
    """Look at a model's architecture and at the weights that there are. Does not ask whether they fit in memory."""
    if model.architecture not in REORDERED:
        known = ", ".join(sorted(REORDERED))
        return Tunable(False, f"Adapters of {model.architecture} models cannot be converted yet; those of {known} can.")
    if model.twin:
        return _from_twin(Path(model.twin))
    if model.architecture in _EXACT:
        return Tunable(True, "From the GGUF file itself.")
    if model.architecture in _MISREAD:
        return Tunable(
            False,
            f"A {model.architecture} file cannot be read back exactly for training. "
            "Add the model together with its Hugging Face folder.",
        )
    return Tunable(True, "From the GGUF file itself, once its weights have been checked against llama.cpp.")


def _from_twin(folder: Path) -> Tunable:
    if not folder.is_dir():
        return Tunable(False, f"Its training folder {folder.name} is gone. Put it back, or add the model again.")
    try:
        check_weights(folder)
    except ModelRefused as fault:
        return Tunable(False, f"{fault.what} {fault.remedy}".strip())
    return Tunable(True, f"From its training folder {folder.name}.")
