"""Base + adapter → one standalone GGUF: W' = W + alpha / rank · B·A for the touched tensors, all else as it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import AdapterRefused, ModelRefused
from engine.models import files
from engine.models.adapter import BASE_KEY, read_adapter
from engine.models.header import Header, Tensor, read_header
from engine.models.rewrite import rewrite
from engine.task import Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.models.rewrite import Replacement

ADAPTER_KEY = "formfact.adapter_sha256"


def merge(
    base_gguf: Path, adapter_gguf: Path, target: Path, task: Task | None = None, *, base_sha256: str = ""
) -> None:
    """Write the tuned model as one GGUF.

    Touched tensors are written as F32 where the base has F32, else as F16; quantise the result if a smaller file is
    wanted. Metadata and tokenizer are the base's own bytes.

    Args:
        base_gguf: the model that the adapter was made for.
        adapter_gguf: the adapter.
        target: the file to write; it appears whole or not at all.
        task: told how far it is.
        base_sha256: the base's digest if it is known, to save reading the whole file.

    Raises:
        AdapterRefused: the adapter is damaged or belongs to another base.
        ModelRefused: the base cannot be read.
        DiskFull: there is no room for the result.
    """
    base, adapter = read_header(base_gguf), read_adapter(adapter_gguf)
    digest = base_sha256 or files.sha256_cached(base_gguf)
    check_base(adapter, digest)
    tensors = {tensor.name: tensor for tensor in base.tensors}
    replaced = {name: _replacement(tensors, name, a, b, adapter) for name, (a, b) in _pairs(adapter).items()}
    keys = {BASE_KEY: digest, ADAPTER_KEY: files.sha256(adapter_gguf)}
    mixed = any(tensors[name].kind not in ("F32", "F16") for name in replaced)
    rewrite(base, target, replaced, keys, task or Task(), without=("general.file_type",) if mixed else ())


def check_base(adapter: Header, base_sha256: str) -> None:
    """Refuse an adapter that says it was made for another base; one that says nothing passes."""
    told = adapter.text(BASE_KEY)
    if told and told != base_sha256:
        raise AdapterRefused(
            f"The adapter {adapter.path.name} was made for another base model.",
            "Use the base model that it was trained on.",
            f"adapter: {told}\nbase: {base_sha256}",
        )


def _pairs(adapter: Header) -> dict[str, tuple[Tensor, Tensor]]:
    """Tensor name of the base → its A and B."""
    named = {tensor.name: tensor for tensor in adapter.tensors}
    names = {name.removesuffix(".lora_a").removesuffix(".lora_b") for name in named}
    pairs = {name: (named.get(f"{name}.lora_a"), named.get(f"{name}.lora_b")) for name in sorted(names)}
    whole = {name: (a, b) for name, (a, b) in pairs.items() if a and b}
    if len(whole) != len(pairs) or not whole:
        raise AdapterRefused(f"The adapter {adapter.path.name} lacks some of its tensors.", "Convert it again.")
    return whole


def _replacement(
    tensors: dict[str, Tensor], name: str, a: Tensor, b: Tensor, adapter: Header
) -> tuple[str, Replacement]:
    old = tensors.get(name)
    if old is None or old.shape != (a.shape[0], b.shape[1]) or a.shape[1] != b.shape[0]:
        raise AdapterRefused(
            f"The adapter {adapter.path.name} belongs to another base model: its {name} does not fit.",
            "Use the base model that it was trained on.",
        )
    kind = "F32" if old.kind == "F32" else "F16"
    alpha = float(adapter.values.get("adapter.lora.alpha", 0.0))
    scale = alpha / b.shape[0] if alpha else 1.0  # as llama.cpp reads a missing alpha

    def changed(data: NDArray[np.uint8]) -> NDArray[Any]:
        weights = _dequantised(old, data)
        weights += scale * (_read(adapter, b) @ _read(adapter, a))
        return weights if kind == "F32" else _half(weights, name)

    return kind, changed


def _dequantised(tensor: Tensor, data: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Weights (out × in) from a tensor's bytes."""
    import numpy as np
    from gguf import quants
    from gguf.constants import GGMLQuantizationType

    width, *rows = tensor.shape
    kind = GGMLQuantizationType[tensor.kind]
    shape = (*reversed(rows), tensor.size // max(1, int(np.prod(rows))))
    try:
        found = quants.dequantize(data.reshape(shape), kind)
    except NotImplementedError as fault:
        raise ModelRefused(
            f"{tensor.name} is stored as {tensor.kind}, which cannot be merged.", "Use the base as F16 or Q8_0."
        ) from fault
    return np.array(found, np.float32).reshape(*reversed(rows), width)


def _read(adapter: Header, tensor: Tensor) -> NDArray[np.float32]:
    import numpy as np

    with adapter.path.open("rb") as file:
        file.seek(tensor.start)
        return _dequantised(tensor, np.frombuffer(file.read(tensor.size), np.uint8))


def _half(weights: NDArray[np.float32], name: str) -> NDArray[np.float16]:
    import numpy as np

    if float(np.abs(weights).max()) > float(np.finfo(np.float16).max):
        raise AdapterRefused(f"The tuned {name} has values too large for a 16-bit model.", "Use an F32 base.")
    return weights.astype(np.float16)
