"""llama.cpp, and the only place that imports it: vocabulary, model, adapter, quantise.

A thin typed layer over the C API (``llama.h`` as bound by llama-cpp-python 0.3.36), with ``engine.chat.context``;
neither knows of arms or templates. Everything happens in the process that imports it: a failed ggml assertion ends that
process, which is why it is a child (see ``engine.chat.child``).
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections import deque
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from engine.errors import AdapterRefused, ModelRefused

_WARNING, _ERROR = 3, 4  # enum ggml_log_level of ggml.h
_UNKNOWN, _CONTROL, _USER_DEFINED, _LSTRIP, _RSTRIP = 1 << 0, 1 << 3, 1 << 4, 1 << 7, 1 << 8  # enum llama_token_attr
said: deque[str] = deque(maxlen=20)
"""llama.cpp's latest warnings and errors, for the details of ours."""


@cache
def library() -> Any:
    """The bound library; warnings and errors go to standard error (the child's log), the rest nowhere."""
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")  # a failed assertion would start a debugger on this process
    from llama_cpp import llama_cpp

    @llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
    def log(level: int, text: bytes, _data: object) -> None:
        if level in (_WARNING, _ERROR):
            words = text.decode("utf-8", "replace")
            said.append(words)
            sys.stderr.write(words)

    llama_cpp.llama_log_set(log, None)
    llama_cpp._formfact_log = log  # the C side holds a bare pointer: keep the callback alive
    llama_cpp.llama_backend_init()
    return llama_cpp


@cache
def build() -> str:
    """Which llama.cpp this is and which instructions it uses: logits are only comparable under the same build."""
    lib = library()
    return f"{lib.llama_version().decode()} {lib.llama_print_system_info().decode()}".strip()


def accelerated() -> bool:
    """Whether llama.cpp computes on a GPU."""
    return bool(library().llama_supports_gpu_offload())


class Vocabulary:
    """A model's tokens. Obtained from ``Model.vocabulary``.

    ``control`` are the ids that only a template may produce, ``ends`` those of them that end an answer;
    ``user_defined`` are added tokens that ordinary text may contain; ``unknown`` stand for what the vocabulary
    lacks; ``texts`` maps the text of all of these to their ids; ``left`` and ``right`` are ids that swallow the
    white space before or after them.
    """

    def __init__(self, model: Model) -> None:
        lib = library()
        self._model = model  # keeps the memory that the pointer points to
        self._vocab = vocab = lib.llama_model_get_vocab(model.pointer)
        self.size: int = lib.llama_vocab_n_tokens(vocab)
        self.bos: int = lib.llama_vocab_bos(vocab)
        self.eos: int = lib.llama_vocab_eos(vocab)
        eot: int = lib.llama_vocab_eot(vocab)
        self.eot: int = eot if eot >= 0 else self.eos
        self.add_bos: bool = lib.llama_vocab_get_add_bos(vocab) and self.bos >= 0
        attributes = [lib.llama_vocab_get_attr(vocab, i) for i in range(self.size)]
        self.ends = frozenset(i for i in range(self.size) if lib.llama_vocab_is_eog(vocab, i))
        self.control = self.ends | {i for i, a in enumerate(attributes) if a & _CONTROL}
        self.user_defined = frozenset(i for i, a in enumerate(attributes) if a & _USER_DEFINED) - self.control
        self.unknown = frozenset(i for i, a in enumerate(attributes) if a & _UNKNOWN)
        self.left = frozenset(i for i, a in enumerate(attributes) if a & _LSTRIP)
        self.right = frozenset(i for i, a in enumerate(attributes) if a & _RSTRIP)
        self.texts = {self.text(i): i for i in self.control | self.user_defined | self.unknown if self.text(i)}
        self._pieces: dict[int, bytes] = {}

    def text(self, token: int) -> str:
        """The token as the vocabulary writes it, e.g. ``"<|im_end|>"``; empty for an id it does not have."""
        if not 0 <= token < self.size:
            return ""
        return bytes(library().llama_vocab_get_text(self._vocab, token)).decode("utf-8", "replace")

    def piece(self, token: int) -> bytes:
        """The bytes that a token adds to an answer; control tokens add none."""
        found = self._pieces.get(token)
        if found is None:
            buffer = ctypes.create_string_buffer(512)
            size = library().llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
            found = self._pieces[token] = buffer.raw[: max(size, 0)]
        return found

    @cached_property
    def prefixes_space(self) -> bool:
        """Whether the tokenizer puts a space before the text it is given (SentencePiece models do)."""
        ids = self.tokenise("a", special=False)
        return bool(ids) and self.piece(ids[0]).startswith(b" ")

    def tokenise(self, text: str, *, special: bool) -> list[int]:
        """Text → token ids, without BOS. ``special``: whether control tokens' text becomes control tokens."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        buffer = (ctypes.c_int32 * room)()
        count = library().llama_tokenize(self._vocab, raw, len(raw), buffer, room, False, special)
        if count < 0:  # no tokenizer here makes more tokens than bytes, but the API allows it
            buffer = (ctypes.c_int32 * -count)()
            count = library().llama_tokenize(self._vocab, raw, len(raw), buffer, -count, False, special)
        return buffer[:count]


class Model:
    """A GGUF file in memory (mapped, so that its pages are shared and reclaimable).

    Args:
        path: the file.
        vocabulary_only: read only what tokenising needs.
        gpu_layers: how many layers are put on the GPU; -1: all, or none where they do not fit.

    Raises:
        ModelRefused: llama.cpp cannot load it; its words are in the details.
    """

    def __init__(self, path: Path, *, vocabulary_only: bool = False, gpu_layers: int = -1) -> None:
        lib = library()
        params = lib.llama_model_default_params()
        params.vocab_only, params.n_gpu_layers = vocabulary_only, gpu_layers
        said.clear()
        self.path = path
        self.pointer = lib.llama_model_load_from_file(os.fsencode(path), params)
        if not self.pointer and accelerated():
            params.n_gpu_layers = 0  # too large for the accelerator's memory: the processor serves it, slower
            self.pointer = lib.llama_model_load_from_file(os.fsencode(path), params)
        if not self.pointer:
            raise ModelRefused(
                f"llama.cpp cannot load {path.name}.", "Choose another GGUF file of this model.", "".join(said)
            )
        self.vocabulary_only = vocabulary_only
        self.vocabulary = Vocabulary(self)
        self.trained_context = int(self.metadata(f"{self.metadata('general.architecture')}.context_length") or 512)
        self.parameters: int = lib.llama_model_n_params(self.pointer)
        self.divisible = vocabulary_only or not (
            lib.llama_model_is_recurrent(self.pointer)
            or lib.llama_model_is_hybrid(self.pointer)
            or lib.llama_model_n_swa(self.pointer)
        )
        """Whether part of a sequence's state can be shared or cut off (recurrent states and sliding windows can't)."""

    def metadata(self, key: str) -> str:
        """A value of the file's metadata as text; empty if it has none."""
        buffer = ctypes.create_string_buffer(1024)
        size = library().llama_model_meta_val_str(self.pointer, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if size >= 0 else ""

    @property
    def template(self) -> str | None:
        """The chat template stored in the file, None if there is none."""
        found = library().llama_model_chat_template(self.pointer, None)
        return found.decode("utf-8", "replace") if found else None

    def close(self) -> None:
        """Free it, and every adapter loaded on it; contexts must be closed before."""
        if self.pointer:
            library().llama_model_free(self.pointer)
            self.pointer = None


class Adapter:
    """A LoRA in GGUF form, loaded on a model (which owns its memory).

    Raises:
        AdapterRefused: the file is not an adapter, or its tensors do not fit this model.
    """

    def __init__(self, model: Model, path: Path) -> None:
        said.clear()
        self.path = path
        self.pointer = library().llama_adapter_lora_init(model.pointer, os.fsencode(path))
        if not self.pointer:
            raise AdapterRefused(
                f"The adapter {path.name} does not fit the model {model.path.name}.",
                "Use it with the base model that it was tuned on.",
                "".join(said),
            )


def quantise(source: Path, target: Path, kind: str) -> None:
    """Write ``source`` as a GGUF of another ``kind``, e.g. ``"Q4_K_M"``.

    Raises:
        ModelRefused: there is no such kind, or llama.cpp cannot convert this model to it.
    """
    lib = library()
    name = f"LLAMA_FTYPE_ALL_{kind}" if kind == "F32" else f"LLAMA_FTYPE_MOSTLY_{kind}"
    if not hasattr(lib, name):
        raise ModelRefused(f"There is no quantisation {kind}.", "Try Q8_0, Q6_K, Q5_K_M, Q4_K_M or F16.")
    params = lib.llama_model_quantize_default_params()
    params.nthread, params.ftype, params.allow_requantize = os.cpu_count() or 1, getattr(lib, name), True
    said.clear()
    if lib.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(params)):
        raise ModelRefused(f"llama.cpp cannot write {source.name} as {kind}.", "Try Q8_0.", "".join(said))
