"""Adapters for tests: random LoRA weights in GGUF form, for a Llama model in GGUF form."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

_TARGETS = ("attn_q", "attn_v", "ffn_down")


def write_adapter(base: Path, target: Path, *, rank: int = 4, scale: float = 0.5, seed: int = 0) -> Path:
    """Write an adapter of ``base`` with random weights; ``scale`` 0 gives one that changes nothing."""
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(target, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(rank))
    for tensor in gguf.GGUFReader(base).tensors:
        if not any(name in tensor.name for name in _TARGETS):
            continue
        inputs, outputs = (int(size) for size in tensor.shape)
        a = (random.standard_normal((rank, inputs)) / np.sqrt(inputs)).astype(np.float32)
        b = (random.standard_normal((outputs, rank)) * scale).astype(np.float32)
        writer.add_tensor(f"{tensor.name}.lora_a", a)
        writer.add_tensor(f"{tensor.name}.lora_b", b)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target
