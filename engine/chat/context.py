"""Evaluation with llama.cpp: a context (tokens in, logits out) and a sampler (logits in, token out)."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.chat import llama
from engine.chat.cores import Cores
from engine.errors import AdapterRefused, Cancelled, OutOfMemory
from engine.types import Sampling

BATCH = 128
"""Most tokens evaluated at once. More is not quicker on a processor, and takes more memory."""

CORES = Cores()


class Context:
    """Evaluation state of a model under one adapter state, which never changes: see ARCHITECTURE.md.

    Args:
        model: the weights.
        cells: room for tokens, over all sequences together.
        sequences: how many sequences it can tell apart.
        adapter: the LoRA that is on; None: the base weights.
        outputs: most tokens of one ``evaluate`` whose logits may be asked for.
    """

    def __init__(
        self, model: llama.Model, cells: int, sequences: int, *, adapter: llama.Adapter | None = None, outputs: int = 0
    ) -> None:
        lib = llama.library()
        params = lib.llama_context_default_params()
        params.n_ctx, params.n_seq_max, params.kv_unified, params.swa_full = cells, sequences, True, True
        params.n_batch = params.n_ubatch = min(BATCH, max(cells, 32))
        if (
            not llama.accelerated()
        ):  # as quick without, and then an answer does not depend on what is evaluated beside it
            params.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.n_outputs_max = outputs or max(sequences, 32)
        params.n_threads = params.n_threads_batch = CORES.threads(model.parameters)
        self.model, self.adapter = model, adapter
        self.batch_size: int = params.n_batch
        self.threads: int = params.n_threads
        self.pointer = lib.llama_init_from_model(model.pointer, params)
        if not self.pointer:
            raise OutOfMemory(
                f"There is not enough memory for {cells:,} tokens of context with {model.path.name}.",
                "Close other programs, or use a smaller context.",
                "".join(llama.said),
            )
        self.cells: int = lib.llama_n_ctx(self.pointer)
        self._memory = lib.llama_get_memory(self.pointer)
        self._batch = lib.llama_batch_init(self.batch_size, 0, sequences)
        if adapter:
            self.set_adapter(adapter)

    def set_adapter(self, adapter: llama.Adapter | None) -> None:
        """Switch the LoRA on or off. Chat keeps a context for each state instead; benchmarks measure this."""
        lib = llama.library()
        if adapter is None:
            lib.llama_set_adapters_lora(self.pointer, None, 0, None)
            return
        pointers = (lib.llama_adapter_lora_p_ctypes * 1)(adapter.pointer)
        if lib.llama_set_adapters_lora(self.pointer, pointers, 1, (ctypes.c_float * 1)(1.0)):
            raise AdapterRefused(f"llama.cpp cannot use the adapter {adapter.path.name}.", "Tune it anew.")

    def use_free_cores(self) -> None:
        """Go on with as many threads as suits what other processes leave."""
        count = CORES.threads(self.model.parameters)
        if count != self.threads:
            llama.library().llama_set_n_threads(self.pointer, count, count)
            self.threads = count

    def evaluate(self, tokens: Sequence[tuple[int, int, Sequence[int], bool]]) -> None:
        """Evaluate up to ``batch_size`` tokens, each ``(token, position, sequences, whether its logits are wanted)``.

        Raises:
            Cancelled: the stop callback said so; what was evaluated stays.
            OutOfMemory: there is no room left in the cells.
        """
        batch = self._batch
        batch.n_tokens = len(tokens)
        ids, positions, counts, owners, wanted = batch.token, batch.pos, batch.n_seq_id, batch.seq_id, batch.logits
        for i, (token, position, sequences, want) in enumerate(tokens):
            ids[i], positions[i], counts[i], wanted[i] = token, position, len(sequences), want
            row = owners[i]
            for j, sequence in enumerate(sequences):
                row[j] = sequence
        status = llama.library().llama_decode(self.pointer, batch)
        if status == 2:
            raise Cancelled
        if status:
            raise OutOfMemory(
                f"llama.cpp could not evaluate {len(tokens)} tokens (status {status}).",
                "Use a smaller context, or ask again.",
                "".join(llama.said),
            )

    def stop_when(self, asked: Callable[[], object] | None) -> None:
        """Look at ``asked`` between operations of an evaluation and give it up when true; None: never look.

        Called by a compute thread some hundred times an evaluation, so it is set while prompts are evaluated only.
        """
        lib = llama.library()
        self._stop = lib.ggml_abort_callback((lambda _data: asked()) if asked else 0)
        lib.llama_set_abort_callback(self.pointer, self._stop, None)

    def logits(self, index: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The logits after the ``index``-th token of the last evaluation, a copy, float32 [vocabulary]."""
        pointer = llama.library().llama_get_logits_ith(self.pointer, index)
        return np.ctypeslib.as_array(pointer, (self.model.vocabulary.size,)).copy()

    def copy(self, source: int, target: int, end: int) -> None:
        """Let ``target`` share the first ``end`` tokens of ``source``; nothing is computed or moved."""
        llama.library().llama_memory_seq_cp(self._memory, source, target, 0, end)

    def cut(self, sequence: int, start: int) -> None:
        """Forget a sequence's tokens from position ``start`` on (0: all of it)."""
        llama.library().llama_memory_seq_rm(self._memory, sequence, start, -1)

    def clear(self) -> None:
        """Forget every sequence."""
        llama.library().llama_memory_clear(self._memory, True)

    def close(self) -> None:
        """Free it."""
        if self.pointer:
            llama.library().llama_batch_free(self._batch)
            llama.library().llama_free(self.pointer)
            self.pointer = None


class Sampler:
    """Draws tokens for one sequence, with its own seed. Close it, or use it with ``contextlib.closing``."""

    def __init__(self, vocabulary: llama.Vocabulary, sampling: Sampling, seed: int) -> None:
        self._lib = lib = llama.library()
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        stages = []
        if sampling.repeat_penalty != 1.0:
            stages.append(lib.llama_sampler_init_penalties(vocabulary.size, 64, sampling.repeat_penalty, 0.0, 0.0))
        if sampling.temperature <= 0:
            stages.append(lib.llama_sampler_init_greedy())
        else:
            stages += [
                lib.llama_sampler_init_top_k(sampling.top_k),
                lib.llama_sampler_init_top_p(sampling.top_p, 1),
                lib.llama_sampler_init_min_p(sampling.min_p, 1),
                lib.llama_sampler_init_temp(sampling.temperature),
                lib.llama_sampler_init_dist(seed & 0xFFFFFFFF),
            ]
        for stage in stages:
            lib.llama_sampler_chain_add(self._chain, stage)

    def draw(self, context: Context, index: int) -> int:
        """The next token, from the logits after the ``index``-th token of the last evaluation."""
        return int(self._lib.llama_sampler_sample(self._chain, context.pointer, index))

    def close(self) -> None:
        """Free it."""
        if self._chain:
            self._lib.llama_sampler_free(self._chain)
            self._chain = None
