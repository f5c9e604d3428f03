"""Hugging Face folders: what a folder of ``config.json`` and safetensors is, and whether a GGUF is the same model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import ModelRefused, disk_errors
from engine.models.facts import GgufFacts
from engine.models.safetensors_file import read_header


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """What ``config.json`` says: the model's kind, and its sizes as in ``GgufFacts``."""

    path: Path
    model_type: str
    embedding: int
    feed_forward: int
    layers: int
    heads: int
    heads_kv: int
    vocabulary: int
    licence: str


def read_folder(path: Path) -> FolderFacts:
    """Read and check a Hugging Face folder.

    Raises:
        ModelRefused: no readable config, no safetensors, weights cut off, or it needs code of its own.
    """
    config = _json(path / "config.json")
    _refuse_code(path, config)
    check_weights(path)
    inner = config.get("text_config")
    sizes = inner if isinstance(inner, dict) else config
    heads = _size(sizes, path, "num_attention_heads", "n_head")
    return FolderFacts(
        path=path,
        model_type=str(config.get("model_type", "")),
        embedding=_size(sizes, path, "hidden_size", "n_embd"),
        feed_forward=int(sizes.get("intermediate_size") or 0),
        layers=_size(sizes, path, "num_hidden_layers", "n_layer"),
        heads=heads,
        heads_kv=int(sizes.get("num_key_value_heads") or heads),
        vocabulary=_size(sizes, path, "vocab_size"),
        licence=_licence(path),
    )


def check_pair(folder: FolderFacts, gguf: GgufFacts) -> None:
    """Refuse a GGUF and a folder that are not one model.

    Sizes must be equal, except the vocabulary: tokens may have been added at the GGUF's end (byte tokens, padding).

    Raises:
        ModelRefused: a size differs.
    """
    pairs = {
        "hidden size": (folder.embedding, gguf.embedding),
        "layers": (folder.layers, gguf.layers),
        "attention heads": (folder.heads, gguf.heads),
        "key-value heads": (folder.heads_kv, gguf.heads_kv),
    }
    if folder.feed_forward and gguf.feed_forward:
        pairs["feed-forward size"] = (folder.feed_forward, gguf.feed_forward)
    wrong = [f"{name} {ours} against {theirs}" for name, (ours, theirs) in pairs.items() if ours != theirs]
    if folder.vocabulary > gguf.vocabulary:
        wrong.append(f"vocabulary {folder.vocabulary} against {gguf.vocabulary}")
    if wrong:
        raise ModelRefused(
            f"{folder.path.name} and {Path(gguf.path).name} are not the same model: {'; '.join(wrong)}.",
            "Pair a folder with the GGUF that was converted from it.",
        )


def check_weights(path: Path) -> None:
    """Refuse a folder without complete safetensors weights; pickled weights can run code when they are opened."""
    weights = sorted(path.glob("*.safetensors"))
    if not weights:
        pickled = [*path.glob("*.bin"), *path.glob("*.pt"), *path.glob("*.pth")]
        if pickled:
            raise ModelRefused(
                f"{path.name} has only pickled weights ({pickled[0].name}), which can run code when they are opened.",
                "Choose a version of this model with safetensors weights.",
            )
        raise ModelRefused(f"{path.name} has no weights: no safetensors file is in it.", "Download it completely.")
    if (path / "model.safetensors.index.json").exists():
        index = _json(path / "model.safetensors.index.json").get("weight_map", {})
        absent = sorted({str(name) for name in index.values()} - {file.name for file in weights})
        if absent:
            raise ModelRefused(f"{path.name} lacks {', '.join(absent[:3])}.", "Download the folder completely.")
    for file in weights:
        read_header(file)


def _refuse_code(path: Path, config: dict[str, Any]) -> None:
    if config.get("auto_map"):
        raise ModelRefused(
            f"{path.name} needs Python code of its own (auto_map), which Formfact does not run.",
            "Choose a model whose architecture transformers knows.",
        )
    kinds = config.get("architectures") or []
    if kinds and not any("CausalLM" in str(kind) or "ConditionalGeneration" in str(kind) for kind in kinds):
        raise ModelRefused(f"{path.name} is no chat model ({', '.join(map(str, kinds))}).", "Choose a model for chat.")
    if config.get("quantization_config"):
        raise ModelRefused(
            f"{path.name} is quantised for another program, so it cannot be paired or trained exactly.",
            "Choose the folder with 16-bit or 32-bit weights.",
        )


def _json(file: Path) -> dict[str, Any]:
    if not file.exists():
        raise ModelRefused(f"{file.parent.name} has no {file.name}.", "Name a folder in Hugging Face form, or a GGUF.")
    try:
        with disk_errors(file):
            value = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise ModelRefused(
            f"{file.name} of {file.parent.name} is not JSON.", "Download it again.", str(fault)
        ) from fault
    if not isinstance(value, dict):
        raise ModelRefused(f"{file.name} of {file.parent.name} is not a JSON object.", "Download it again.")
    return value


def _size(config: dict[str, Any], path: Path, *names: str) -> int:
    for name in names:
        if isinstance(config.get(name), int):
            return int(config[name])
    raise ModelRefused(f"config.json of {path.name} does not say its {names[0]}.", "Download it again.")


def _licence(path: Path) -> str:
    """The licence that the model card's front matter names, empty if there is none."""
    card = path / "README.md"
    if not card.exists():
        return ""
    for line in card.read_text(encoding="utf-8", errors="replace").splitlines()[:60]:
        if line.startswith("license:"):
            return line.removeprefix("license:").strip().strip("'\"")
    return ""
