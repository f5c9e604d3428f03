"""What llama.cpp says. A process of its own: ``python -m tests.models.llama_side JOBS.json``, a list of ``Job``."""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path
from typing import Any, TypedDict

import llama_cpp as ll
import numpy as np


class Job(TypedDict):
    """``adapter`` may be empty; ``out`` gets ``logits`` (tokens × vocabulary)."""

    model: str
    adapter: str
    out: str
    tokens: list[int]


def logits(path: str, adapter: str, tokens: list[int]) -> Any:
    """Logits of a prompt, with nothing reused."""
    model = ll.llama_model_load_from_file(path.encode(), ll.llama_model_default_params())
    if not model:
        raise SystemExit(f"llama.cpp cannot load {path}")
    params = ll.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch = 128, 128, 128
    params.n_threads = params.n_threads_batch = 1
    params.flash_attn_type = 0
    params.type_k = params.type_v = 0  # F32: as exact as the trainer
    context = ll.llama_init_from_model(model, params)
    if adapter:
        loaded = ll.llama_adapter_lora_init(model, adapter.encode())
        if not loaded:
            raise SystemExit(f"llama.cpp refuses the adapter {adapter}")
        ll.llama_set_adapters_lora(context, (ll.llama_adapter_lora_p_ctypes * 1)(loaded), 1, (ctypes.c_float * 1)(1.0))
    vocabulary = ll.llama_vocab_n_tokens(ll.llama_model_get_vocab(model))
    batch = ll.llama_batch_init(len(tokens), 0, 1)
    batch.n_tokens = len(tokens)
    for place, token in enumerate(tokens):
        batch.token[place], batch.pos[place] = token, place
        batch.n_seq_id[place], batch.seq_id[place][0], batch.logits[place] = 1, 0, 1
    if ll.llama_decode(context, batch):
        raise SystemExit("llama.cpp cannot decode")
    return np.ctypeslib.as_array(ll.llama_get_logits(context), (len(tokens), vocabulary)).copy()


if __name__ == "__main__":
    ll.llama_backend_init()
    for job in json.loads(Path(sys.argv[1]).read_text()):
        np.savez(job["out"], logits=logits(job["model"], job["adapter"], job["tokens"]))
