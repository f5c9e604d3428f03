"""Chat with llama.cpp alone: the loop that anyone would write on its C API. What our chat is measured against."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Bare:
    """A model in a context of its own, with or without a LoRA.

    Args:
        model: GGUF file.
        adapter: GGUF file of a LoRA.
        threads: for prompts and decoding.
        context: tokens.
    """

    def __init__(self, model: Path, adapter: Path | None = None, *, threads: int, context: int = 2048) -> None:
        from llama_cpp import llama_cpp

        self._lib: Any = llama_cpp
        self.model = llama_cpp.llama_model_load_from_file(os.fsencode(model), llama_cpp.llama_model_default_params())
        params = llama_cpp.llama_context_default_params()
        params.n_ctx, params.n_threads, params.n_threads_batch = context, threads, threads
        self.context = llama_cpp.llama_init_from_model(self.model, params)
        if adapter:
            lora = llama_cpp.llama_adapter_lora_init(self.model, os.fsencode(adapter))
            loras = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(lora)
            llama_cpp.llama_set_adapters_lora(self.context, loras, 1, (ctypes.c_float * 1)(1.0))

    def answer(self, prompt: Sequence[int], count: int) -> tuple[float, float]:
        """Evaluate a prompt from nothing, then take the likeliest token ``count`` times, text included.

        Returns:
            Seconds to the first token, and seconds for the others.
        """
        lib = self._lib
        vocabulary = lib.llama_model_get_vocab(self.model)
        lib.llama_memory_clear(lib.llama_get_memory(self.context), True)
        sampler = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        lib.llama_sampler_chain_add(sampler, lib.llama_sampler_init_greedy())
        piece = ctypes.create_string_buffer(256)
        text = b""
        began = time.perf_counter()
        for start in range(0, len(prompt), 512):
            size = min(512, len(prompt) - start)
            chunk = (ctypes.c_int32 * size)(*prompt[start : start + size])  # the batch holds a bare pointer to it
            lib.llama_decode(self.context, lib.llama_batch_get_one(chunk, size))
        token = (ctypes.c_int32 * 1)(lib.llama_sampler_sample(sampler, self.context, -1))
        first = time.perf_counter()
        for _ in range(count - 1):
            size = lib.llama_token_to_piece(vocabulary, token[0], piece, 256, 0, False)
            text += piece.raw[:size]
            lib.llama_decode(self.context, lib.llama_batch_get_one(token, 1))
            token[0] = lib.llama_sampler_sample(sampler, self.context, -1)
        done = time.perf_counter()
        lib.llama_sampler_free(sampler)
        return first - began, done - first

    def close(self) -> None:
        """Free everything."""
        self._lib.llama_free(self.context)
        self._lib.llama_model_free(self.model)
