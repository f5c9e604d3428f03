"""An adapter as PEFT saves it: ``adapter_config.json`` and ``adapter_model.safetensors``, read without torch.

What llama.cpp's adapters cannot say is refused here, with a reason: an adapter that would silently lose a part of
what was learnt is worse than none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import AdapterRefused, ModelRefused, disk_errors
from engine.models.safetensors_file import arrays, widened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float16] | NDArray[np.float32]

_PREFIX = "base_model.model."
_PLAIN_STARTS = (True, False, None, "gaussian", "eva", "orthogonal")  # initialisations that leave the base as it was
_CANNOT = {
    "use_dora": "it uses DoRA, whose magnitudes have no place in a GGUF adapter",
    "modules_to_save": "it replaces whole modules (modules_to_save)",
    "rank_pattern": "its layers have different ranks (rank_pattern)",
    "alpha_pattern": "its layers have different alphas (alpha_pattern)",
    "lora_bias": "it learns biases (lora_bias)",
    "fan_in_fan_out": "its weights are stored transposed (fan_in_fan_out)",
    "layer_replication": "it repeats layers (layer_replication)",
    "trainable_token_indices": "it trains single tokens (trainable_token_indices)",
    "target_parameters": "it targets bare parameters (target_parameters)",
    "use_qalora": "it uses QALoRA",
    "use_bdlora": "it uses BD-LoRA",
    "alora_invocation_tokens": "it switches on at a token (activated LoRA)",
    "arrow_config": "it routes between adapters (Arrow)",
    "kasa_config": "it uses KaSA",
    "velora_config": "it uses VeLoRA",
    "monteclora_config": "it uses MonteCLoRA",
}


@dataclass(frozen=True, slots=True)
class PeftAdapter:
    """A LoRA adapter in memory.

    ``alpha`` is what llama.cpp divides by the rank; rank-stabilised LoRA (alpha / √rank) is folded into it.
    ``pairs`` maps a module's Hugging Face name (``model.layers.0.self_attn.q_proj``) to A (rank × in) and
    B (out × rank).
    """

    rank: int
    alpha: float
    pairs: Mapping[str, tuple[Array, Array]]


def read_peft(folder: Path) -> PeftAdapter:
    """Read a PEFT folder.

    Raises:
        AdapterRefused: not LoRA, a variant that GGUF adapters cannot hold, damaged, or not finite.
    """
    config = _config(folder)
    for key, reason in _CANNOT.items():
        if config.get(key):
            raise _refused(folder, reason)
    if config.get("bias", "none") != "none":
        raise _refused(folder, "it learns biases")
    start = config.get("init_lora_weights", True)
    if start not in _PLAIN_STARTS:
        raise _refused(folder, f"its initialisation ({start}) changed the base model's own weights")
    rank, alpha = config.get("r"), config.get("lora_alpha")
    if not isinstance(rank, int) or rank < 1 or not isinstance(alpha, (int, float)) or not alpha:
        raise _refused(folder, f"rank {rank} and alpha {alpha} make no adapter")
    scale = math.sqrt(rank) if config.get("use_rslora") else 1.0
    return PeftAdapter(rank, float(alpha) * scale, _pairs(folder, rank))


def _config(folder: Path) -> dict[str, Any]:
    file = folder / "adapter_config.json"
    if not file.exists():
        raise AdapterRefused(f"{folder} is not an adapter: adapter_config.json is missing.", "Name a PEFT folder.")
    try:
        with disk_errors(file):
            config = json.loads(file.read_text(encoding="utf-8"))
        kind = str(config.get("peft_type", "")).upper()
    except (ValueError, AttributeError) as fault:
        raise AdapterRefused(
            "adapter_config.json is not a JSON object.", "Save the adapter again.", str(fault)
        ) from fault
    if kind != "LORA":
        raise _refused(folder, f"it is {kind or 'of no known kind'}, not LoRA")
    return config  # type: ignore[no-any-return]


def _pairs(folder: Path, rank: int) -> dict[str, tuple[Array, Array]]:
    import numpy as np

    halves: dict[str, dict[str, Array]] = {}
    for name, array in _tensors(folder).items():
        module, _, half = name.removeprefix(_PREFIX).rpartition(".lora_")
        letter = half.removesuffix(".weight").removesuffix(".default")
        if not module or letter not in ("A", "B"):
            raise _refused(folder, f"it holds {name}, which is no part of a linear layer's LoRA")
        halves.setdefault(module, {})[letter] = array
    for module, both in halves.items():
        shapes = {letter: array.shape for letter, array in both.items()}
        whole = both.keys() == {"A", "B"} and all(len(shape) == 2 for shape in shapes.values())
        if not whole or shapes["A"][0] != rank or shapes["B"][1] != rank:
            raise _refused(folder, f"{module} does not have two matrices of rank {rank} ({shapes})")
        if not all(np.isfinite(array).all() for array in both.values()):
            raise AdapterRefused(
                f"The adapter in {folder.name} has values that are not numbers, in {module}: training diverged.",
                "Tune again with a lower learning rate.",
            )
    return {module: (both["A"], both["B"]) for module, both in halves.items()}


def _tensors(folder: Path) -> dict[str, Array]:
    """The tensors, float16 and float32 as they are, bfloat16 widened exactly."""
    file = folder / "adapter_model.safetensors"
    if not file.exists():
        if (folder / "adapter_model.bin").exists():
            raise _refused(folder, "its weights are pickled (adapter_model.bin), which can run code when opened")
        raise AdapterRefused(f"The adapter in {folder.name} has no weights.", "Save the adapter again.")
    try:
        found = {name: widened(kind, array) if kind == "BF16" else array for name, kind, array in arrays(file)}
    except ModelRefused as fault:
        raise AdapterRefused(f"In the adapter {folder.name}: {fault.what}", "Save it again.", fault.details) from fault
    if not found:
        raise AdapterRefused(f"The adapter in {folder.name} is empty.", "Tune again.")
    return found


def _refused(folder: Path, reason: str) -> AdapterRefused:
    return AdapterRefused(
        f"The adapter in {folder.name} cannot become a GGUF adapter: {reason}.",
        "Train plain LoRA on linear layers, with one rank and no biases.",
    )
