"""Adapter → GGUF: a LoRA adapter of 50 MB, converted in a fresh process.

Run: ``python bench/convert.py``

What a user does today is llama.cpp's ``convert_lora_to_gguf.py``, which has to be fetched and imports torch and
transformers. It is not at hand without a network; its floor is measured instead: a process that imports torch and reads
the same adapter with it, and writes nothing.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.common import ROOT, Row, report

REPEATS = 5
VOCABULARY = 50_000
HIDDEN, FEED_FORWARD, LAYERS, HEADS, HEADS_KV, RANK = 2048, 8192, 18, 32, 8, 16  # the shape of a 1B Llama
_KV = HIDDEN // HEADS * HEADS_KV
MODULES = {  # name in Hugging Face form → (name in GGUF, in, out)
    "self_attn.q_proj": ("attn_q", HIDDEN, HIDDEN),
    "self_attn.k_proj": ("attn_k", HIDDEN, _KV),
    "self_attn.v_proj": ("attn_v", HIDDEN, _KV),
    "self_attn.o_proj": ("attn_output", HIDDEN, HIDDEN),
    "mlp.gate_proj": ("ffn_gate", HIDDEN, FEED_FORWARD),
    "mlp.up_proj": ("ffn_up", HIDDEN, FEED_FORWARD),
    "mlp.down_proj": ("ffn_down", FEED_FORWARD, HIDDEN),
}
_OURS = """
import sys, time
from pathlib import Path
from engine.models.adapter import to_gguf
started = time.perf_counter()
to_gguf(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), base_sha256="0" * 64)
print(time.perf_counter() - started, time.process_time())
"""
_FLOOR = "import sys, torch, transformers; from safetensors.torch import load_file; load_file(sys.argv[1])"


def write_adapter(folder: Path) -> int:
    """A PEFT folder with every linear layer, in float32; returns the size of its weights in bytes."""
    from safetensors.numpy import save_file

    random, tensors = np.random.default_rng(1), {}
    for layer in range(LAYERS):
        for module, (_, width, height) in MODULES.items():
            name = f"base_model.model.model.layers.{layer}.{module}"
            tensors[f"{name}.lora_A.weight"] = random.standard_normal((RANK, width), np.float32)
            tensors[f"{name}.lora_B.weight"] = random.standard_normal((height, RANK), np.float32)
    folder.mkdir()
    save_file(tensors, folder / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "r": RANK, "lora_alpha": 2 * RANK, "bias": "none"}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return (folder / "adapter_model.safetensors").stat().st_size


def write_base(path: Path) -> None:
    """A GGUF of the right shape whose weights are a hole in the file: only its header is read."""
    from gguf import GGUFWriter

    writer = GGUFWriter(path, "llama")
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS_KV)
    size = 0
    for layer in range(LAYERS):
        for name, width, height in MODULES.values():
            writer.add_tensor_info(
                f"blk.{layer}.{name}.weight", (height, width), np.dtype(np.float16), 2 * width * height
            )
            size += 2 * width * height
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + 64 + size)


def facts_seconds(path: Path) -> tuple[float, float]:
    """Seconds to read the facts of a model of 50,000 tokens: ours, and the gguf package's reader."""
    from gguf import GGUFReader, GGUFWriter

    from engine.models.facts import read_facts

    writer = GGUFWriter(path, "llama")
    for key in ("context_length", "embedding_length", "block_count"):
        writer.add_uint32(f"llama.{key}", 1)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([f"token-{i}" for i in range(VOCABULARY)])
    writer.add_token_merges([f"a{i} b{i}" for i in range(VOCABULARY)])
    writer.add_tensor("token_embd.weight", np.zeros((1, 32), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    started = time.perf_counter()
    read_facts(path)
    between = time.perf_counter()
    GGUFReader(path)
    return between - started, time.perf_counter() - between


def timed(*arguments: str) -> tuple[float, str]:
    """Seconds of a fresh ``python -c``, and what it prints."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", *arguments], check=True, capture_output=True, text=True, cwd=ROOT)
    return time.perf_counter() - started, done.stdout


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = write_adapter(folder / "peft") / 1e6
        write_base(folder / "base.gguf")
        facts, package = facts_seconds(folder / "vocabulary.gguf")
        weights = str(folder / "peft" / "adapter_model.safetensors")
        ours, inner, processor, floor = [], [], [], []
        for _ in range(REPEATS):
            seconds, printed = timed(_OURS, str(folder / "peft"), str(folder / "base.gguf"), str(folder / "out.gguf"))
            ours.append(seconds)
            inner.append(float(printed.split()[0]))
            processor.append(float(printed.split()[1]))
            floor.append(timed(_FLOOR, weights)[0])
    how = f"{size:.1f} MB of float32, {LAYERS} layers × 7 modules, rank {RANK}; median of {REPEATS}"
    process, usual = statistics.median(ours), statistics.median(floor)
    report(
        "convert",
        [
            Row("adapter → GGUF", statistics.median(inner), "s", 1.0, "lower", f"{how}; the call, with its SHA-256"),
            Row("adapter → GGUF, fresh process", process, "s", None, "lower", f"{how}; Python's start included"),
            Row(
                "adapter → GGUF, processor time",
                statistics.median(processor),
                "s",
                None,
                "lower",
                "of the same processes: what it takes when nothing else wants the machine",
            ),
            Row("the usual converter, at least", usual, "s", None, "lower", "import torch, transformers; read only"),
            Row("ours ÷ the usual converter", process / usual, "x", None, "lower", "fresh processes, alternating"),
            Row("facts of a GGUF", facts, "s", None, "lower", f"{VOCABULARY:,} tokens and merges, header only"),
            Row("facts ÷ gguf.GGUFReader", facts / package, "x", None, "lower", "the same file, one after the other"),
        ],
    )


if __name__ == "__main__":
    main()
