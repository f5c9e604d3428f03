"""A randomly initialised Llama in GGUF form, with a tokenizer and a chat template: a real size without a download."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content | trim }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a Llama; the defaults have 135 million parameters."""

    hidden: int = 576
    layers: int = 30
    heads: int = 9
    heads_kv: int = 3
    feed_forward: int = 1536
    vocabulary: int = 49152
    context: int = 8192


def write_model(target: Path, shape: Shape = Shape(), *, seed: int = 0) -> Path:
    """Write a Q8_0 GGUF of ``shape`` with random weights."""
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(target, "llama")
    _describe(writer, shape)
    _tokenizer(writer, shape.vocabulary)
    for name, (outputs, inputs) in _matrices(shape).items():
        # small weights, so that activations keep their size over thirty layers
        weights = (random.standard_normal((outputs, inputs)) * 0.7 / np.sqrt(inputs)).astype(np.float32)
        _quantised(writer, name, weights)
    norms = [f"blk.{i}.{norm}.weight" for i in range(shape.layers) for norm in ("attn_norm", "ffn_norm")]
    for name in [*norms, "output_norm.weight"]:
        writer.add_tensor(name, np.ones(shape.hidden, np.float32))
    _finish(writer)
    return target


def write_adapter(base: Path, target: Path, *, rank: int = 8, seed: int = 1) -> Path:
    """Write an F16 LoRA of every attention and feed-forward matrix of ``base``, with random weights."""
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(target, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(rank))
    for tensor in gguf.GGUFReader(base).tensors:
        if not tensor.name.startswith("blk.") or len(tensor.shape) < 2:
            continue
        inputs, outputs = (int(size) for size in tensor.shape)
        a = random.standard_normal((rank, inputs)) / np.sqrt(inputs)
        b = random.standard_normal((outputs, rank)) * 0.05
        writer.add_tensor(f"{tensor.name}.lora_a", a.astype(np.float16))
        writer.add_tensor(f"{tensor.name}.lora_b", b.astype(np.float16))
    _finish(writer)
    return target


def _describe(writer: Any, shape: Shape) -> None:
    writer.add_name("synthetic")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads_kv)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)


def _matrices(shape: Shape) -> dict[str, tuple[int, int]]:
    """Name → (outputs, inputs) of every matrix."""
    keys = shape.hidden // shape.heads * shape.heads_kv
    found = {"token_embd.weight": (shape.vocabulary, shape.hidden)}
    for i in range(shape.layers):
        found |= {
            f"blk.{i}.attn_q.weight": (shape.hidden, shape.hidden),
            f"blk.{i}.attn_k.weight": (keys, shape.hidden),
            f"blk.{i}.attn_v.weight": (keys, shape.hidden),
            f"blk.{i}.attn_output.weight": (shape.hidden, shape.hidden),
            f"blk.{i}.ffn_gate.weight": (shape.feed_forward, shape.hidden),
            f"blk.{i}.ffn_up.weight": (shape.feed_forward, shape.hidden),
            f"blk.{i}.ffn_down.weight": (shape.hidden, shape.feed_forward),
        }
    return found


def _tokenizer(writer: Any, size: int) -> None:
    """A byte-level BPE: special tokens, all bytes, then words of letters that merge from the left."""
    bytes_ = _byte_characters()
    words: list[str] = []
    merges: list[str] = []
    for length in itertools.count(2):
        for letters in itertools.product(_LETTERS, repeat=length):
            if len(_SPECIAL) + len(bytes_) + len(words) == size:
                break
            word = "".join(letters)
            words.append(word)
            merges.append(f"{word[:-1]} {word[-1]}")
        else:
            continue
        break
    kinds = [gguf.TokenType.CONTROL] * len(_SPECIAL) + [gguf.TokenType.NORMAL] * (len(bytes_) + len(words))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([*_SPECIAL, *bytes_, *words])
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


def _byte_characters() -> list[str]:
    """The printable character that byte-level BPE writes for each byte (GPT-2's convention)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    spare = itertools.count(0x100)
    return [chr(byte if byte in printable else next(spare)) for byte in range(256)]


def _quantised(writer: Any, name: str, weights: Array) -> None:
    kind = gguf.GGMLQuantizationType.Q8_0
    writer.add_tensor(name, gguf.quants.quantize(weights, kind), raw_dtype=kind)


def _finish(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
