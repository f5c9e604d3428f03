"""LoRA → GGUF: from a PEFT folder to the adapter file that llama.cpp switches on and off.

The file, as llama.cpp reads it (``llama-adapter.cpp``): ``general.type = adapter``, ``general.architecture`` of the
base, ``adapter.type = lora``, ``adapter.lora.alpha``; and for each touched tensor NAME of the base ``NAME.lora_a``
(rank × in) and ``NAME.lora_b`` (out × rank). llama.cpp adds alpha / rank · B·A.

Llama's rotary embedding pairs neighbouring rows in GGUF and rows half a head apart in Hugging Face form, so converters
reorder the rows of q and k. The rows of B are rows of the product: they are reordered alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import AdapterRefused, ModelRefused, disk_errors
from engine.models import files
from engine.models.header import Header, read_header
from engine.models.peft_folder import PeftAdapter, read_peft

if TYPE_CHECKING:
    from engine.models.peft_folder import Array

BASE_KEY = "formfact.base_sha256"
# Architectures whose conversion has been checked by logits (tests/models/test_parity.py); the value says whether
# converters reorder the rows of q and k.
REORDERED = {
    "llama": True,
    "qwen2": False,
    "qwen3": False,
    "gemma2": False,
    "gemma3": False,
    "phi3": False,
}


@dataclass(frozen=True, slots=True)
class AdapterFacts:
    """A GGUF adapter: its digest, rank, alpha, number of tensors it changes, size, and the base it was made for."""

    sha256: str
    rank: int
    alpha: float
    tensors: int
    bytes: int
    base_sha256: str


def to_gguf(peft_folder: Path, base_gguf: Path, target: Path, *, base_sha256: str = "") -> AdapterFacts:
    """Convert a PEFT LoRA folder to a GGUF adapter for ``base_gguf``.

    Args:
        peft_folder: holds ``adapter_config.json`` and ``adapter_model.safetensors``.
        base_gguf: the model that the adapter will be used with; its tensors are checked against the adapter's.
        target: the file to write; it appears whole or not at all.
        base_sha256: the base's digest if it is known, to save reading the whole file.

    Raises:
        AdapterRefused: it cannot be converted, or belongs to another base.
        ModelRefused: the base cannot be read.
        StoreError: the target cannot be written.
    """
    adapter = read_peft(peft_folder)
    header = read_header(base_gguf)
    tensors = _converted(adapter, header, peft_folder.name)
    base = base_sha256 or files.sha256_cached(base_gguf)
    _write(target, header.text("general.architecture"), adapter.alpha, base, tensors)
    return AdapterFacts(
        sha256=files.sha256(target),
        rank=adapter.rank,
        alpha=adapter.alpha,
        tensors=len(adapter.pairs),
        bytes=target.stat().st_size,
        base_sha256=base,
    )


def read_adapter(path: Path) -> Header:
    """The header of a GGUF adapter.

    Raises:
        AdapterRefused: the file is not a GGUF adapter, or is cut off.
    """
    if not path.is_file():
        raise AdapterRefused(f"There is no adapter {path}.", "Tune again, or choose another run.")
    try:
        header = read_header(path)
    except ModelRefused as fault:
        raise AdapterRefused(fault.what, "Convert the adapter again.", fault.details) from fault
    if header.text("general.type") != "adapter" or header.text("adapter.type") != "lora":
        raise AdapterRefused(f"{path.name} is not a LoRA adapter.", "Choose the adapter.gguf of a run.")
    return header


def reorder_rows(matrix: Array, heads: int) -> Array:
    """Rows of q or k from Hugging Face's order (two halves a head) to GGUF's (pairs)."""
    rows, *rest = matrix.shape
    halves = matrix.reshape(heads, 2, rows // heads // 2, *rest)
    return halves.swapaxes(1, 2).reshape(matrix.shape)


def restore_rows(matrix: Array, heads: int) -> Array:
    """The inverse of ``reorder_rows``."""
    rows, *rest = matrix.shape
    pairs = matrix.reshape(heads, rows // heads // 2, 2, *rest)
    return pairs.swapaxes(1, 2).reshape(matrix.shape)


def _converted(adapter: PeftAdapter, base: Header, name: str) -> dict[str, Array]:
    """The GGUF tensors of an adapter, checked against the base."""
    architecture = base.text("general.architecture")
    if architecture not in REORDERED:
        raise AdapterRefused(
            f"Adapters of {architecture or 'unnamed'} models cannot be converted yet: the layout is not verified.",
            f"Use a model of one of these kinds: {', '.join(REORDERED)}.",
        )
    shapes = {tensor.name: tensor.shape for tensor in base.tensors}
    heads = {"attn_q": base.number(f"{architecture}.attention.head_count")}
    heads["attn_k"] = base.number(f"{architecture}.attention.head_count_kv", heads["attn_q"])
    names = _name_map(base)
    made: dict[str, Array] = {}
    for module, (a, b) in sorted(adapter.pairs.items()):  # the same file each time
        weight = _gguf_name(module, names, base, name)
        if f"{weight}.lora_a" in made:
            raise AdapterRefused(f"The adapter {name} names {weight} twice.", "Save the adapter again.")
        _check_shape(weight, shapes, a, b, base, name)
        rows = heads.get(weight.split(".")[-2], 0) if REORDERED[architecture] else 0
        made[f"{weight}.lora_a"] = a
        made[f"{weight}.lora_b"] = reorder_rows(b, rows) if rows else b
    return made


def _name_map(base: Header) -> Any:
    from gguf import MODEL_ARCH_NAMES, get_tensor_name_map

    architecture = base.text("general.architecture")
    kind = next(kind for kind, known in MODEL_ARCH_NAMES.items() if known == architecture)
    return get_tensor_name_map(kind, base.number(f"{architecture}.block_count"))


def _gguf_name(module: str, names: Any, base: Header, name: str) -> str:
    """``model.layers.0.self_attn.q_proj`` → ``blk.0.attn_q.weight``."""
    plain = module.replace("language_model.", "")  # where the text model is a part of a larger one
    found = names.get_name(plain, ())
    if found is None:
        architecture = base.text("general.architecture")
        layers = base.number(f"{architecture}.block_count")
        raise AdapterRefused(
            f"The adapter {name} changes {module}, but {base.path.name} ({architecture}, {layers} layers) has none.",
            "Use the base model that it was trained on.",
        )
    if found == "token_embd":
        raise AdapterRefused(
            f"The adapter {name} changes the token embeddings, which is not supported.", "Train linear layers only."
        )
    return f"{found}.weight"


def _check_shape(weight: str, shapes: dict[str, tuple[int, ...]], a: Array, b: Array, base: Header, name: str) -> None:
    have, want = shapes.get(weight), (a.shape[1], b.shape[0])
    if have is None:
        tied = " (its output layer is its embedding)" if weight == "output.weight" else ""
        raise AdapterRefused(
            f"The adapter {name} changes {weight}, which {base.path.name} does not have{tied}.",
            "Use the base model that it was trained on, or train without that layer.",
        )
    if have != want:
        raise AdapterRefused(
            f"The adapter {name} belongs to another base model: its {weight} is {want[0]} × {want[1]}, "
            f"that of {base.path.name} is {' × '.join(map(str, have))}.",
            "Use the base model that it was trained on.",
        )


def _write(target: Path, architecture: str, alpha: float, base_sha256: str, tensors: dict[str, Array]) -> None:
    part = target.with_name(f"{target.name}.part")
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            writer = _writer(part, architecture)
            writer.add_float32("adapter.lora.alpha", alpha)
            writer.add_string(BASE_KEY, base_sha256)
            for name, array in tensors.items():
                writer.add_tensor(name, array)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
            writer.close()
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _writer(part: Path, architecture: str) -> Any:
    from gguf import GGUFWriter

    writer = GGUFWriter(part, architecture)
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    return writer
