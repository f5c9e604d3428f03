"""Small made files: GGUF models with a few tensors, PEFT folders. Sizes and contents are the test's to choose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFWriter
from safetensors.numpy import save_file

TOKENS = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁a", "b"]
KINDS = [2, 3, 3, *([6] * 256), 1, 1]
HIDDEN, LAYERS, HEADS, HEADS_KV = 32, 2, 4, 2


def write_gguf(
    path: Path,
    *,
    architecture: str = "llama",
    byte_tokens: bool = True,
    tensors: bool = True,
    keys: dict[str, Any] | None = None,
    without: str = "",
) -> Path:
    """A GGUF with the tensors of two attention layers; random but always the same."""
    writer = GGUFWriter(path, architecture)
    writer.add_name("Test Model")
    sizes = {
        "context_length": 64,
        "embedding_length": HIDDEN,
        "block_count": LAYERS,
        "feed_forward_length": 64,
        "attention.head_count": HEADS,
        "attention.head_count_kv": HEADS_KV,
    }
    for key, value in sizes.items():
        if key != without:
            writer.add_uint32(f"{architecture}.{key}", value)
    if without != "tokenizer":
        writer.add_tokenizer_model("llama")
        writer.add_token_list(TOKENS)
        writer.add_token_scores([0.0] * len(TOKENS))
        writer.add_token_types(KINDS if byte_tokens else [1] * len(TOKENS))
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
    for key, value in (keys or {}).items():
        {str: writer.add_string, int: writer.add_uint32, bool: writer.add_bool}[type(value)](key, value)
    if tensors:
        _add_tensors(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tensors(writer: GGUFWriter) -> None:
    random = np.random.default_rng(1)
    shapes = {"token_embd": (len(TOKENS), HIDDEN), "output_norm": (HIDDEN,)}
    for layer in range(LAYERS):
        shapes[f"blk.{layer}.attn_q"] = (HIDDEN, HIDDEN)
        shapes[f"blk.{layer}.attn_k"] = (HIDDEN // 2, HIDDEN)
        shapes[f"blk.{layer}.attn_v"] = (HIDDEN // 2, HIDDEN)
        shapes[f"blk.{layer}.ffn_up"] = (64, HIDDEN)
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", random.standard_normal(shape).astype(np.float32))


def write_peft(folder: Path, tensors: dict[str, Any] | None = None, **config: Any) -> Path:
    """A PEFT folder: rank 2 on q and v of both layers, unless told otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "bias": "none", "target_modules": ["q_proj", "v_proj"]}
    (folder / "adapter_config.json").write_text(json.dumps(settings | config))
    if tensors is None:
        tensors = {}
        for layer in range(LAYERS):
            tensors |= pair(f"layers.{layer}.self_attn.q_proj", HIDDEN, HIDDEN)
            tensors |= pair(f"layers.{layer}.self_attn.v_proj", HIDDEN, HIDDEN // 2)
    save_file(tensors, folder / "adapter_model.safetensors")
    return folder


def pair(module: str, width: int, height: int, rank: int = 2) -> dict[str, Any]:
    """The two matrices of one module, as PEFT names them."""
    random = np.random.default_rng(len(module))
    name = f"base_model.model.model.{module}"
    return {
        f"{name}.lora_A.weight": random.standard_normal((rank, width)).astype(np.float32),
        f"{name}.lora_B.weight": random.standard_normal((height, rank)).astype(np.float32),
    }


def write_folder(folder: Path, **config: Any) -> Path:
    """A Hugging Face folder that fits ``write_gguf``'s model; its safetensors are complete but hold no layers."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": HIDDEN,
        "intermediate_size": 64,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS_KV,
        "vocab_size": len(TOKENS),
    }
    (folder / "config.json").write_text(json.dumps(settings | config))
    save_file({"model.norm.weight": np.ones(HIDDEN, np.float32)}, folder / "model.safetensors")
    return folder
