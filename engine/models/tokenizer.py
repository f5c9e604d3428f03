"""``tokenizer.json`` → the tokenizer keys of a GGUF, for the two families that llama.cpp reads exactly.

Byte-level BPE (GPT-2, Llama 3, Qwen 2 and 3, SmolLM): tokens and merges are carried over; the rule that splits text
before merging has a name in llama.cpp. SentencePiece-like BPE (Llama 2, Mistral): llama.cpp merges by score, so a
token's score is minus the place of the merge that makes it. A vocabulary that lacks byte tokens gets them at its end,
since llama.cpp ends the process at a character it cannot spell.

Whether the result says the same is tested on texts when a folder is added (``engine.models.build``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import ModelRefused

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6  # llama_token_type
_BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
_LLAMA3 = r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"  # a part of the pattern that no other has
_QWEN2 = r"\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
_LOWEST = -1e6  # score of tokens that no merge makes


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a GGUF says of a tokenizer; ``model`` is ``gpt2`` or ``llama``, ``pre`` the name of the splitting rule."""

    model: str
    pre: str
    tokens: list[str]
    types: list[int]
    scores: list[float]
    merges: list[str]
    bos: int | None
    eos: int | None
    add_bos: bool
    space_prefix: bool
    template: str


def read_tokens(folder: Path, size: int) -> Tokens:
    """Read the tokenizer of a Hugging Face folder.

    Args:
        folder: holds ``tokenizer.json`` (and ``tokenizer_config.json``).
        size: rows of the model's embedding; tokens are padded to it.

    Raises:
        ModelRefused: there is none, or of a kind that cannot be carried over.
    """
    told, config = _json(folder, "tokenizer.json"), _json(folder, "tokenizer_config.json", needed=False)
    model = told.get("model") or {}
    if model.get("type") != "BPE":
        raise _refused(folder, f"{model.get('type') or 'unnamed'} vocabularies are not supported")
    spelled = {index: text for text, index in model["vocab"].items()}
    added = {entry["id"]: entry for entry in told.get("added_tokens") or []}
    spelled |= {index: entry["content"] for index, entry in added.items()}
    count = max(size, max(spelled) + 1)
    tokens = [spelled.get(index, f"<unused-{index}>") for index in range(count)]
    types = [_type(index, spelled, added, model) for index in range(count)]
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    pre = _rule(told)
    scores: list[float] = []
    if not pre:
        _check_spaces(folder, told)
        ranks = {pair.replace(" ", "", 1): -float(i) for i, pair in reversed(list(enumerate(merges)))}
        scores = [ranks.get(token, _LOWEST) for token in tokens]
        _add_bytes(tokens, types, scores)
    ids = {token: index for index, token in enumerate(tokens)}
    bos, eos = (ids.get(_content(config.get(f"{name}_token"))) for name in ("bos", "eos"))
    return Tokens(
        model="gpt2" if pre else "llama",
        pre=pre or "default",
        tokens=tokens,
        types=types,
        scores=scores,
        merges=merges if pre else [],
        bos=bos,
        eos=eos,
        add_bos=bos is not None and _starts_with(told, tokens[bos]),
        space_prefix=not pre and any(part.get("type") == "Prepend" for part in _parts(told.get("normalizer"))),
        template=_template(folder, config),
    )


def _rule(told: dict[str, Any]) -> str:
    """llama.cpp's name of the rule that splits text, empty for SentencePiece-like vocabularies.

    ``unknown`` never leaves: a byte-level vocabulary with another rule is refused.
    """
    parts = list(_parts(told.get("pre_tokenizer")))
    if not any(part.get("type") == "ByteLevel" for part in parts):
        return ""
    pattern = " ".join(str((part.get("pattern") or {}).get("Regex", "")) for part in parts if part["type"] == "Split")
    if _LLAMA3 in pattern:
        return "llama-bpe"
    if _QWEN2 in pattern:
        return "qwen2"
    if not pattern:
        return "smollm" if any(part.get("type") == "Digits" for part in parts) else "gpt-2"
    raise ModelRefused(
        "The folder's tokenizer splits text by a rule that is not known here.",
        "Add it with the GGUF of the same model: formfact models add FOLDER --pair FILE.gguf.",
        pattern,
    )


def _check_spaces(folder: Path, told: dict[str, Any]) -> None:
    """SentencePiece-like vocabularies write a space as ``▁``; one that does not is of no kind we know."""
    parts = [*_parts(told.get("normalizer")), *_parts(told.get("pre_tokenizer"))]
    if not any(part.get("content") == "▁" or part.get("replacement") == "▁" for part in parts):
        raise _refused(folder, "its way of writing spaces is not known here")


def _add_bytes(tokens: list[str], types: list[int], scores: list[float]) -> None:
    """Mark byte tokens as such; append those that are missing."""
    places = {token: index for index, token in enumerate(tokens)}
    for text in _BYTES:
        if text in places:
            types[places[text]] = BYTE
        else:
            tokens.append(text)
            types.append(BYTE)
            scores.append(0.0)


def _type(index: int, spelled: dict[int, str], added: dict[int, Any], model: dict[str, Any]) -> int:
    if index not in spelled:
        return UNUSED
    if spelled[index] == model.get("unk_token"):
        return UNKNOWN
    if index in added:
        return CONTROL if added[index].get("special") else USER_DEFINED
    return NORMAL


def _parts(value: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """The steps of a normalizer or pre-tokenizer, sequences opened."""
    if value:
        for inner in value.get("normalizers") or value.get("pretokenizers") or ():
            yield from _parts(inner)
        yield value


def _starts_with(told: dict[str, Any], bos: str) -> bool:
    """Whether the tokenizer puts ``bos`` in front of every text."""
    for part in [told.get("post_processor") or {}, *((told.get("post_processor") or {}).get("processors") or [])]:
        single = part.get("single") or []
        if single and (single[0].get("SpecialToken") or {}).get("id") == bos:
            return True
    return False


def _template(folder: Path, config: dict[str, Any]) -> str:
    """The chat template: its own file, else the one of the configuration (the default of several)."""
    file = folder / "chat_template.jinja"
    if file.exists():
        return file.read_text(encoding="utf-8")
    value = config.get("chat_template")
    if isinstance(value, list):
        value = next((entry.get("template") for entry in value if entry.get("name") == "default"), "")
    return value if isinstance(value, str) else ""


def _content(token: object) -> str:
    """A token's text, which a configuration gives plainly or with its properties."""
    if isinstance(token, dict):
        token = token.get("content")
    return token if isinstance(token, str) else ""


def _json(folder: Path, name: str, *, needed: bool = True) -> dict[str, Any]:
    file = folder / name
    if not file.exists():
        if needed:
            raise _refused(folder, f"it has no {name}")
        return {}
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise ModelRefused(f"{name} of {folder.name} is not JSON.", "Download it again.", str(fault)) from fault
    return value if isinstance(value, dict) else {}


def _refused(folder: Path, reason: str) -> ModelRefused:
    return ModelRefused(
        f"No GGUF can be made of {folder.name}: {reason}.",
        "Add it with the GGUF of the same model: formfact models add FOLDER --pair FILE.gguf.",
    )
