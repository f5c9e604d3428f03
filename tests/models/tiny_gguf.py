"""A GGUF written from a small Hugging Face folder, for the architectures whose conversion is verified.

The weights are laid out as llama.cpp's converters do; the tokenizer is borrowed from another GGUF, since only the
logits of given token ids are compared.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from gguf import MODEL_ARCH_NAMES, GGUFReader, GGUFWriter, get_tensor_name_map
from safetensors.numpy import load_file

from engine.models.adapter import reorder_rows

NAMES = {"gemma2": "gemma2", "gemma3_text": "gemma3"}  # where GGUF calls a kind of model otherwise


def write(folder: Path, target: Path, tokenizer: Path) -> str:
    """Write ``target``; returns its GGUF architecture."""
    config = json.loads((folder / "config.json").read_text())
    kind = NAMES.get(config["model_type"], config["model_type"])
    writer = GGUFWriter(target, kind)
    _sizes(writer, kind, config)
    _tokenizer(writer, tokenizer)
    arch = next(arch for arch, name in MODEL_ARCH_NAMES.items() if name == kind)
    names = get_tensor_name_map(arch, config["num_hidden_layers"])
    for name, weight in load_file(folder / "model.safetensors").items():
        stem, _, suffix = name.rpartition(".")
        found = names.get_name(stem, ())
        assert found, name
        if kind == "llama" and stem.endswith(("q_proj", "k_proj")):
            heads = config["num_attention_heads" if stem.endswith("q_proj") else "num_key_value_heads"]
            weight = reorder_rows(weight, heads)
        if kind.startswith("gemma") and stem.endswith("norm"):
            weight = weight + 1  # gemma stores its norms' distance from one
        writer.add_tensor(f"{found}.{suffix}", np.ascontiguousarray(weight, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return kind


def _sizes(writer: GGUFWriter, kind: str, config: dict[str, object]) -> None:
    get = config.get
    rope = get("rope_parameters") or {}
    theta = rope.get("rope_theta") or rope.get("full_attention", {}).get("rope_theta")  # type: ignore[attr-defined]
    head = get("head_dim") or get("hidden_size") // get("num_attention_heads")  # type: ignore[operator]
    writer.add_context_length(get("max_position_embeddings"))
    writer.add_embedding_length(get("hidden_size"))
    writer.add_block_count(get("num_hidden_layers"))
    writer.add_feed_forward_length(get("intermediate_size"))
    writer.add_head_count(get("num_attention_heads"))
    writer.add_head_count_kv(get("num_key_value_heads"))
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_layer_norm_rms_eps(get("rms_norm_eps"))
    writer.add_rope_freq_base(theta)
    if kind in ("gemma2", "gemma3", "phi3"):
        writer.add_sliding_window(get("sliding_window") or get("max_position_embeddings"))
    if kind == "gemma2":
        writer.add_attn_logit_softcapping(get("attn_logit_softcapping"))
        writer.add_final_logit_softcapping(get("final_logit_softcapping"))


def _tokenizer(writer: GGUFWriter, source: Path) -> None:
    fields = GGUFReader(source).fields
    writer.add_tokenizer_model(fields["tokenizer.ggml.model"].contents())
    writer.add_token_list(fields["tokenizer.ggml.tokens"].contents())
    writer.add_token_scores(fields["tokenizer.ggml.scores"].contents())
    writer.add_token_types(fields["tokenizer.ggml.token_type"].contents())
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
