"""Texts to vectors: the bundled embedding model through onnxruntime. The only place that imports onnxruntime."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.ground import minilm

Vectors = NDArray[np.float32]
NAME = "all-MiniLM-L6-v2"
SIZE = 384
_TOKENS = 512  # positions that the model has; a chunk with its headings is far shorter
_BATCH_TOKENS = 2048  # tokens evaluated at once: larger batches were slower, and hold more memory


class Embedder:
    """The embedding model in memory. Vectors have length 1, so that a dot product is the cosine.

    Args:
        threads: CPU threads to use; None takes every core that this process may run on.
    """

    def __init__(self, threads: int | None = None) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        graph, weights = minilm.load()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or cores()
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave the cores alone
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in weights.values()]
        options.add_external_initializers(list(weights), values)
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(minilm.folder() / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_TOKENS)
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str], stop: Callable[[], bool] = lambda: False) -> Vectors:
        """The vectors of ``texts``, float32 [texts, 384].

        Texts of like length share a batch, so that little is spent on padding. Between batches ``stop`` is asked;
        when it says yes, the vectors that are not made yet stay zero.
        """
        with self._lock:
            rows = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        vectors = np.zeros((len(rows), SIZE), np.float32)
        for batch in _batches([len(row) for row in rows]):
            if stop():
                break
            vectors[batch] = self._run([rows[i] for i in batch])
        return vectors

    def _run(self, rows: list[list[int]]) -> Vectors:
        width = max(map(len, rows))
        ids, mask = np.zeros((2, len(rows), width), np.int32)
        for at, row in enumerate(rows):
            ids[at, : len(row)] = row
            mask[at, : len(row)] = 1
        made: Vectors = self._session.run(["vectors"], {"ids": ids, "mask": mask})[0]
        return made


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Indices in order of length, cut so that a padded batch has at most ``_BATCH_TOKENS`` tokens."""
    batches: list[list[int]] = []
    for at in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not batches or lengths[batches[-1][0]] * (len(batches[-1]) + 1) > _BATCH_TOKENS:
            batches.append([])
        batches[-1].append(at)
    return batches


def cores() -> int:
    """The CPU cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
