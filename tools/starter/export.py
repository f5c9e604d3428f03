"""Write a checkpoint as one GGUF: `python -m tools.starter.export CHECKPOINT resources/starter/starter.gguf`."""

import argparse
from pathlib import Path

import gguf
import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from tools.starter import tokenizer as words
from tools.starter.model import Config

NAME = "starter-5M"
ABOUT = "For learning Formfact on invented facts, not for work."
NAMES = {
    "embed": "token_embd",
    "norm": "output_norm",
    "head": "output",
    "attn_norm": "attn_norm",
    "mlp_norm": "ffn_norm",
    "q": "attn_q",
    "k": "attn_k",
    "v": "attn_v",
    "o": "attn_output",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}
"""Our module names and llama.cpp's."""


def tensor_name(ours: str) -> str:
    """Translate a parameter's name: `layers.3.attn_norm.gain` becomes `blk.3.attn_norm.weight`."""
    parts = ours.split(".")
    if parts[0] == "layers":
        return f"blk.{parts[1]}.{NAMES[parts[2]]}.weight"
    return f"{NAMES[parts[0]]}.weight"


def interleave(weight: Tensor, heads: int) -> Tensor:
    """Reorder the rows of q or k: llama.cpp pairs neighbouring dimensions, we pair i with i + head_dim/2."""
    rows, columns = weight.shape
    return weight.view(heads, 2, rows // heads // 2, columns).transpose(1, 2).reshape(rows, columns)


def array(name: str, weight: Tensor, config: Config) -> NDArray[np.generic]:
    """Return a parameter in the file's layout and type: matrices F16, gains F32."""
    if name.endswith((".q.weight", ".k.weight")):
        weight = interleave(weight, config.heads)
    if weight.ndim == 1:
        return np.asarray(weight.float())
    return np.asarray(weight.contiguous().half())


def add_shape(writer: gguf.GGUFWriter, config: Config) -> None:
    """Write the model's description and shape."""
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(NAME)
    writer.add_description(ABOUT)
    writer.add_license("Apache-2.0")
    writer.add_author("Formfact")
    writer.add_size_label(NAME.split("-")[1])
    writer.add_languages(["en"])
    writer.add_context_length(config.context)
    writer.add_embedding_length(config.width)
    writer.add_block_count(config.layers)
    writer.add_feed_forward_length(config.hidden)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(config.rope_base)
    writer.add_layer_norm_rms_eps(config.eps)
    writer.add_vocab_size(config.vocab)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)


def add_words(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    """Write vocabulary, merges, control tokens and chat template."""
    tokens = [tokenizer.id_to_token(index) for index in range(tokenizer.get_vocab_size())]
    kinds = [gguf.TokenType.CONTROL if token in words.CONTROL else gguf.TokenType.NORMAL for token in tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(words.merges(tokenizer))
    writer.add_bos_token_id(tokens.index(words.BOS))
    writer.add_eos_token_id(tokens.index(words.END))
    writer.add_unk_token_id(tokens.index(words.UNKNOWN))
    writer.add_pad_token_id(tokens.index(words.UNKNOWN))
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_chat_template(words.CHAT_TEMPLATE)


def export(checkpoint: Path, target: Path) -> None:
    """Write `checkpoint` to `target`, replacing it only when the new file is complete."""
    saved = torch.load(checkpoint, map_location="cpu")
    config = Config(**saved["config"])
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    writer = gguf.GGUFWriter(partial, "llama")
    add_shape(writer, config)
    add_words(writer, words.load(words.PATH))
    for name, weight in saved["model"].items():
        writer.add_tensor(tensor_name(name), array(name, weight, config))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(target)


def main() -> None:
    """Read the command line and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("target", type=Path)
    asked = parser.parse_args()
    export(asked.checkpoint, asked.target)


if __name__ == "__main__":
    main()
