"""Read weights back to go on training: from a checkpoint, or from the shipped GGUF when no checkpoint is left."""

from pathlib import Path
from typing import Any

import gguf
import torch
from torch import Tensor

from tools.starter.export import NAMES
from tools.starter.model import Config

_OURS = {theirs: ours for ours, theirs in NAMES.items()}


def our_name(theirs: str) -> str:
    """Translate a tensor's name back: `blk.3.attn_norm.weight` becomes `layers.3.attn_norm.gain`."""
    parts = theirs.split(".")
    ours = _OURS[parts[-2]]
    last = "gain" if ours.endswith("norm") else "weight"
    return f"layers.{parts[1]}.{ours}.{last}" if parts[0] == "blk" else f"{ours}.{last}"


def halves(weight: Tensor, heads: int) -> Tensor:
    """Undo `export.interleave`: bring the rows of q or k back to our order."""
    rows, columns = weight.shape
    return weight.view(heads, rows // heads // 2, 2, columns).transpose(1, 2).reshape(rows, columns)


def from_gguf(path: Path, config: Config) -> dict[str, Tensor]:
    """Return the weights of a GGUF that `export` wrote, in our names and layout."""
    found = {}
    for tensor in gguf.GGUFReader(path).tensors:
        name = our_name(tensor.name)
        weight = torch.tensor(tensor.data).float()
        found[name] = halves(weight, config.heads) if name.endswith((".q.weight", ".k.weight")) else weight
    return found


def weights(path: Path, config: Config) -> dict[str, Any]:
    """Return what a checkpoint holds; a GGUF gives the weights of the model only."""
    if path.suffix == ".gguf":
        return {"model": from_gguf(path, config)}
    saved: dict[str, Any] = torch.load(path, map_location="cpu")
    return saved
