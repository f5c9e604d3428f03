"""What a GGUF file is, read without loading it, and why it cannot be served if it cannot.

Formfact serves models that continue a text token by token. Everything else that comes as GGUF (embedding models,
encoders, vocabularies, adapters, image projectors) is refused here, with what to do instead.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import ModelRefused, disk_errors
from engine.models.header import Header, read_header

_BYTE_TOKEN = 6  # LLAMA_TOKEN_TYPE_BYTE
_ENCODERS = {
    "bert",
    "modern-bert",
    "nomic-bert",
    "nomic-bert-moe",
    "neo-bert",
    "jina-bert-v2",
    "jina-bert-v3",
    "eurobert",
    "t5encoder",
    "gemma-embedding",
    "llama-embed",
}
_OTHERS = {
    "clip": "an image or audio projector (mmproj), which belongs to another model",
    "t5": "an encoder-decoder model",
    "wavtokenizer-dec": "an audio decoder",
    "dream": "a diffusion model",
    "llada": "a diffusion model",
    "llada-moe": "a diffusion model",
    "rnd1": "a diffusion model",
    "diffusion": "an image model",
    "flux": "an image model",
    "sdxl": "an image model",
    "sd1": "an image model",
}


@dataclass(frozen=True, slots=True)
class GgufFacts:
    """What the header of a model says.

    ``parameters`` counts weights; ``context``, ``embedding``, ``layers``, ``heads`` and ``vocabulary`` are the
    model's sizes (tokens, numbers a token, blocks, attention heads, tokens); ``tensor_types`` counts tensors by ggml
    type. ``bos`` and ``eos`` are token ids, None when the file names none. ``byte_tokens`` is False only for a
    vocabulary that cannot spell every character. ``warnings`` are sentences for a person.
    """

    path: str
    bytes: int
    version: int
    architecture: str
    name: str
    parameters: int
    quantisation: str
    context: int
    embedding: int
    feed_forward: int
    layers: int
    heads: int
    heads_kv: int
    vocabulary: int
    tokenizer: str
    pre_tokenizer: str
    chat_template: str
    bos: int | None
    eos: int | None
    add_bos: bool
    byte_tokens: bool
    licence: str
    tensor_types: dict[str, int]
    warnings: tuple[str, ...]

    def json(self) -> str:
        """The facts as a JSON object, for the row in the workspace."""
        return msgspec.json.encode(self).decode()


def read_facts(path: Path) -> GgufFacts:
    """Read the facts of a GGUF model.

    Raises:
        ModelRefused: it cannot be served; the reason says why and what to do.
        StoreError: it cannot be read.
    """
    if path.is_dir():
        raise ModelRefused(f"{path.name} is a folder, not a GGUF file.", "Name the file in it.")
    if not path.exists():
        raise ModelRefused(f"There is no file {path}.", "Check the path.")
    if not path.is_file():
        raise ModelRefused(f"{path} is not a regular file.", "Name a GGUF file.")
    with disk_errors(path):
        return facts_of(read_header(path))


def facts_of(header: Header) -> GgufFacts:
    """The facts in a header that has been read; raises ``ModelRefused`` for what cannot be served."""
    _refuse_other_kinds(header)
    of = header.text("general.architecture")
    heads = header.number(f"{of}.attention.head_count")
    kinds = Counter(tensor.kind for tensor in header.tensors)
    return GgufFacts(
        path=str(header.path),
        bytes=header.size,
        version=header.version,
        architecture=of,
        name=header.text("general.name"),
        parameters=sum(math.prod(tensor.shape) for tensor in header.tensors),
        quantisation=quantisation(header),
        context=header.number(f"{of}.context_length"),
        embedding=header.number(f"{of}.embedding_length"),
        feed_forward=header.number(f"{of}.feed_forward_length"),
        layers=header.number(f"{of}.block_count"),
        heads=heads,
        heads_kv=header.number(f"{of}.attention.head_count_kv", heads),
        vocabulary=_vocabulary(header),
        tokenizer=header.text("tokenizer.ggml.model"),
        pre_tokenizer=header.text("tokenizer.ggml.pre"),
        chat_template=header.text("tokenizer.chat_template"),
        bos=_token(header, "bos"),
        eos=_token(header, "eos"),
        add_bos=bool(header.values.get("tokenizer.ggml.add_bos_token", header.text("tokenizer.ggml.model") == "llama")),
        byte_tokens=_can_spell(header),
        licence=header.text("general.license"),
        tensor_types=dict(sorted(kinds.items())),
        warnings=tuple(_warnings(header)),
    )


def quantisation(header: Header) -> str:
    """The name people know a quantisation by, e.g. ``"Q4_K_M"``.

    From ``general.file_type``; if that is missing or contradicts the tensors, the type that most weights have.
    """
    from gguf.constants import LlamaFileType

    weights: Counter[str] = Counter()
    for tensor in header.tensors:
        if len(tensor.shape) > 1:
            weights[tensor.kind] += math.prod(tensor.shape)
    main = weights.most_common(1)[0][0] if weights else "unknown"
    number = header.values.get("general.file_type")
    names = {kind.value: kind.name.replace("MOSTLY_", "").replace("ALL_", "") for kind in LlamaFileType}
    told = names.get(number, "") if isinstance(number, int) else ""
    if main in ("F32", "F16", "BF16") or told in ("F32", "F16", "BF16", "GUESSED", ""):
        return main
    return told


def _vocabulary(header: Header) -> int:
    place = header.values.get("tokenizer.ggml.tokens")
    return int(getattr(place, "count", 0))


def _token(header: Header, name: str) -> int | None:
    value = header.values.get(f"tokenizer.ggml.{name}_token_id")
    return value if isinstance(value, int) and value < _vocabulary(header) else None


def _can_spell(header: Header) -> bool:
    """Whether a SentencePiece vocabulary has its 256 byte tokens; byte-level vocabularies always can spell."""
    if header.text("tokenizer.ggml.model") != "llama":
        return True
    kinds: Any = header.values.get("tokenizer.ggml.token_type")
    return hasattr(kinds, "tolist") and kinds.tolist().count(_BYTE_TOKEN) >= 256


def _warnings(header: Header) -> list[str]:
    found = []
    if not _can_spell(header):
        found.append(
            "The vocabulary has no byte tokens: llama.cpp ends with an error at any character outside it, "
            "an accent or a bracket for instance."
        )
    if not header.text("tokenizer.chat_template"):
        found.append("There is no chat template: a plain one is used, and the model may never have learnt to chat.")
    if _token(header, "eos") is None:
        found.append("No end-of-text token is named: answers run until their length limit.")
    return found


def _refuse_other_kinds(header: Header) -> None:
    name, architecture = header.path.name, header.text("general.architecture")
    if header.text("general.type") == "adapter":
        raise ModelRefused(
            f"{name} is an adapter, not a model.", "Add the base model that it was made for; adapters come from runs."
        )
    if header.number("split.count") > 1:
        raise ModelRefused(
            f"{name} is one part of {header.number('split.count')}.",
            "Join the parts first, with llama.cpp's llama-gguf-split --merge.",
        )
    if not header.tensors:
        raise ModelRefused(f"{name} holds a vocabulary only, no weights.", "Choose the model's full GGUF file.")
    causal = header.values.get(f"{architecture}.attention.causal", True)
    if architecture in _ENCODERS or not causal:
        raise ModelRefused(
            f"{name} is an embedding model ({architecture}): it reads text but cannot answer.",
            "Choose a model for chat.",
        )
    if architecture in _OTHERS:
        raise ModelRefused(f"{name} is {_OTHERS[architecture]}; it cannot chat.", "Choose a model for chat.")
    _refuse_incomplete(header, name, architecture)


def _refuse_incomplete(header: Header, name: str, architecture: str) -> None:
    from gguf.constants import MODEL_ARCH_NAMES

    if architecture not in MODEL_ARCH_NAMES.values():
        told = f"{architecture!r} is not known here" if architecture else "the file does not name one"
        raise ModelRefused(f"{name} has no architecture that can be served: {told}.", "Choose another model.")
    if not _vocabulary(header) or header.text("tokenizer.ggml.model") in ("", "none", "no_vocab"):
        raise ModelRefused(f"{name} has no tokenizer.", "Convert it again, with its tokenizer.")
    missing = [
        key
        for key in ("context_length", "embedding_length", "block_count")
        if not header.number(f"{architecture}.{key}")
    ]
    if missing:
        raise ModelRefused(f"{name} lacks its {', '.join(missing)}.", "Convert it again.")
