"""Hugging Face folder → GGUF, so that a folder can be served without a converter being downloaded.

Weights are laid out as llama.cpp reads them: names by the ``gguf`` package's table, the rows of Llama's q and k
reordered (see ``engine.models.adapter``), precision kept. Only plain configurations of a few architectures are taken;
what llama.cpp would compute otherwise (most stretched rotary embeddings, sliding windows) is refused with a reason.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ModelRefused, disk_errors
from engine.events import Started
from engine.models.adapter import reorder_rows
from engine.models.files import require_room
from engine.models.folder import read_folder
from engine.models.safetensors_file import arrays, widened
from engine.models.tokenizer import Tokens, read_tokens
from engine.task import Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = {"llama": "llama", "mistral": "llama", "qwen2": "qwen2", "qwen3": "qwen3"}  # model_type → GGUF architecture
_EMBEDDING = "model.embed_tokens.weight"


def build(folder: Path, target: Path, task: Task) -> None:
    """Write the GGUF of a Hugging Face folder; it appears whole or not at all.

    Raises:
        ModelRefused: the folder is incomplete, or llama.cpp would not compute what transformers does.
        DiskFull: there is no room for it.
    """
    facts = read_folder(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    _check(folder, config)
    tokens = read_tokens(folder, facts.vocabulary)
    task.emit(Started(f"Writing {folder.name} as GGUF"))
    part = target.with_name(f"{target.name}.part")
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        require_room(target.parent, sum(file.stat().st_size for file in folder.glob("*.safetensors")))
        try:
            _write(part, folder, config, tokens, facts.licence, task)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _check(folder: Path, config: dict[str, Any]) -> None:
    """Refuse what llama.cpp would compute otherwise."""
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    reasons = {
        f"models of kind {config.get('model_type')} are not supported": config.get("model_type") not in KINDS,
        "its rotary embedding is stretched": _rope_type(rope) not in ("default", "llama3"),
        "it rotates only a part of each head": rope.get("partial_rotary_factor", 1.0) != 1.0,
        "it attends within a sliding window": bool(config.get("sliding_window"))
        and config.get("use_sliding_window", config.get("model_type") == "mistral"),
        "its activation is not SiLU": config.get("hidden_act", "silu") != "silu",
    }
    for reason, holds in reasons.items():
        if holds:
            raise ModelRefused(
                f"No GGUF can be made of {folder.name}: {reason}.",
                "Add it with the GGUF of the same model: formfact models add FOLDER --pair FILE.gguf.",
            )


def _write(part: Path, folder: Path, config: dict[str, Any], tokens: Tokens, licence: str, task: Task) -> None:
    from gguf import GGMLQuantizationType, GGUFWriter

    writer = GGUFWriter(part, KINDS[config["model_type"]])
    writer.add_type("model")
    writer.add_name(folder.name)
    if licence:
        writer.add_license(licence)
    _sizes(writer, config, len(tokens.tokens))
    _tokenizer(writer, tokens)
    if factors := _rope_factors(config):
        import numpy as np

        writer.add_tensor("rope_freqs.weight", np.array(factors, np.float32))
    for name, kind, array in _weights(folder, config, len(tokens.tokens)):
        task.check()
        if kind == "BF16":
            import numpy as np

            raw = np.ascontiguousarray(array).view(np.uint8)
            writer.add_tensor(name, raw, raw_dtype=GGMLQuantizationType.BF16)
        else:
            writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _sizes(writer: Any, config: dict[str, Any], vocabulary: int) -> None:
    heads = config["num_attention_heads"]
    head = config.get("head_dim") or config["hidden_size"] // heads
    rope = config.get("rope_parameters") or {}
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads") or heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(float(rope.get("rope_theta") or config.get("rope_theta") or 10_000.0))
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(vocabulary)


def _rope_type(rope: dict[str, Any]) -> str:
    return str(rope.get("rope_type", rope.get("type", "default")))


def _rope_factors(config: dict[str, Any]) -> list[float]:
    """What each rotary frequency is divided by; empty if none is.

    Llama 3's rule: wavelengths that fit the original context often stay as they are, those that hardly fit are
    stretched by the factor, between the two is a smooth passage (transformers, ``_compute_llama3_parameters``).
    """
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    if _rope_type(rope) != "llama3":
        return []
    size = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    theta = float(rope.get("rope_theta") or config.get("rope_theta") or 10_000.0)
    low, high, factor = rope["low_freq_factor"], rope["high_freq_factor"], rope["factor"]
    found = []
    for pair in range(0, size, 2):
        turns = rope["original_max_position_embeddings"] / (2 * math.pi * theta ** (pair / size))
        share = min(1.0, max(0.0, (turns - low) / (high - low)))
        found.append(1 / ((1 - share) / factor + share))
    return found


def _tokenizer(writer: Any, tokens: Tokens) -> None:
    writer.add_tokenizer_model(tokens.model)
    writer.add_tokenizer_pre(tokens.pre)
    writer.add_token_list(tokens.tokens)
    writer.add_token_types(tokens.types)
    if tokens.scores:
        writer.add_token_scores(tokens.scores)
        writer.add_add_space_prefix(tokens.space_prefix)
    if tokens.merges:
        writer.add_token_merges(tokens.merges)
    if tokens.bos is not None:
        writer.add_bos_token_id(tokens.bos)
    if tokens.eos is not None:
        writer.add_eos_token_id(tokens.eos)
    writer.add_add_bos_token(tokens.add_bos)
    if tokens.template:
        writer.add_chat_template(tokens.template)


def _weights(folder: Path, config: dict[str, Any], rows: int) -> Iterator[tuple[str, str, NDArray[Any]]]:
    """Name, type and array of every tensor, as llama.cpp wants them."""
    import numpy as np
    from gguf import MODEL_ARCH_NAMES, get_tensor_name_map

    kind = KINDS[config["model_type"]]
    arch = next(arch for arch, name in MODEL_ARCH_NAMES.items() if name == kind)
    names = get_tensor_name_map(arch, config["num_hidden_layers"])
    heads = {"attn_q": config["num_attention_heads"]}
    heads["attn_k"] = config.get("num_key_value_heads") or heads["attn_q"]
    whole = {name for name, _, _ in _stored(folder)}
    for name, stored, array in _stored(folder):
        stem, _, suffix = name.rpartition(".")
        if stem == "lm_head" and config.get("tie_word_embeddings"):
            if _EMBEDDING in whole:
                continue  # the embedding once more
            stem = _EMBEDDING.removesuffix(".weight")  # tied weights are saved under either name
        if stem.endswith("rotary_emb"):
            continue  # computed anew
        found = names.get_name(stem, ())
        if not found:
            raise ModelRefused(
                f"{folder.name} holds {name}, which a {kind} model does not have.", "Add it with its GGUF (--pair)."
            )
        if kind == "llama" and found.rpartition(".")[2] in heads:
            array = reorder_rows(array, heads[found.rpartition(".")[2]])
        if found in ("token_embd", "output") and len(array) < rows:
            array = np.concatenate([array, np.repeat(array[:1], rows - len(array), axis=0)])  # for added byte tokens
        if array.ndim == 1:  # norms and biases are always F32 in a GGUF
            stored, array = "F32", widened(stored, array)
        yield f"{found}.{suffix}", stored, array


def _stored(folder: Path) -> Iterator[tuple[str, str, NDArray[Any]]]:
    """Name, type and array of every tensor in a folder's safetensors files."""
    for file in sorted(folder.glob("*.safetensors")):
        yield from arrays(file)
