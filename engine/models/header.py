"""The header of a GGUF file: keys, values and the table of tensors, read without touching the weights.

The ``gguf`` package has a reader too. It makes several array objects a token, which for a vocabulary of 150,000 takes
some 250 times as long (``bench/convert.py`` measures it); here long lists of strings are stepped over, and read only
when asked for.

Layout (little-endian; the GGUF specification, versions 2 and 3)::

    "GGUF"  u32 version  u64 tensors  u64 keys
    keys ×    string name, u32 type, value            string = u64 length, UTF-8 bytes
    tensors × string name, u32 dimensions, u64 × dimensions, u32 type, u64 offset in the data
    padding to general.alignment (32), data
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import ModelRefused

MAGIC = b"GGUF"
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_MOST_DIMENSIONS = 4  # GGML_MAX_DIMS


@dataclass(frozen=True, slots=True)
class Tensor:
    """One entry of the tensor table.

    ``shape`` is in ggml's order (fastest dimension first: ``(in, out)`` for a linear layer), ``kind`` is a ggml type
    such as ``"Q4_K"``, ``start`` the absolute offset in the file and ``size`` the length there, both in bytes.
    """

    name: str
    shape: tuple[int, ...]
    kind: str
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Strings:
    """A list of strings that has been stepped over: where it starts in the file, and how many there are."""

    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Header:
    """What the front of a GGUF file says.

    ``values`` maps keys to Python numbers, strings, NumPy arrays, or ``Strings``; ``spans`` says which bytes
    ``[start, end)`` of the file hold a key with its value, so that it can be carried over as it was written.
    """

    path: Path
    version: int
    values: Mapping[str, Any]
    tensors: tuple[Tensor, ...]
    spans: Mapping[str, tuple[int, int]]
    alignment: int
    size: int

    def text(self, key: str) -> str:
        """A value that should be text; empty if it is missing or something else."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str, default: int = 0) -> int:
        """A value that should be a whole number; the largest of a list (some models have one a layer)."""
        value: Any = self.values.get(key)
        if isinstance(value, int):
            return int(value)
        if hasattr(value, "max") and value.size:
            return int(value.max())
        return default

    def strings(self, key: str) -> list[str]:
        """Read a list of strings now."""
        place = self.values.get(key)
        if not isinstance(place, Strings):
            return []
        with self.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            cursor = _Cursor(data, place.start)
            return [cursor.string() for _ in range(place.count)]


def read_header(path: Path) -> Header:
    """Read the header of a GGUF file.

    Raises:
        ModelRefused: not a GGUF, version 1, big-endian, cut off, damaged; the reason says which.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(16)
        _check_start(path, first)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                return _parse(path, data, size)
            except (_CutOff, OverflowError) as fault:
                raise cut_off(path, size) from fault
            except (_Damaged, UnicodeDecodeError, ValueError) as fault:
                raise ModelRefused(
                    f"{path.name} is a damaged GGUF file.", "Download or convert it again.", str(fault)
                ) from fault


def cut_off(path: Path, size: int, expected: int | None = None) -> ModelRefused:
    """The error for a file that ends too early."""
    want = f" of {expected:,}" if expected else ""
    return ModelRefused(
        f"{path.name} is cut off: it ends after {size:,}{want} bytes, before its weights are complete.",
        "Download or copy it again.",
    )


class _CutOff(Exception):
    pass


class _Damaged(Exception):
    pass


class _Cursor:
    """Reads forward through mapped bytes."""

    def __init__(self, data: mmap.mmap, place: int) -> None:
        self.data = data
        self.place = place
        self.end = len(data)

    def take(self, size: int) -> int:
        """Step over ``size`` bytes; returns where they start."""
        start = self.place
        if size > self.end - start:
            raise _CutOff
        self.place = start + size
        return start

    def scalar(self, code: str) -> Any:
        return struct.unpack_from("<" + code, self.data, self.take(struct.calcsize("<" + code)))[0]

    def string(self) -> str:
        start = self.take(self.scalar("Q"))
        return self.data[start : self.place].decode("utf-8", "replace")

    def skip_strings(self, count: int) -> Strings:
        start, place, end = self.place, self.place, self.end
        length = struct.Struct("<Q").unpack_from
        for _ in range(count):  # the hot loop: up to 260,000 tokens
            if place + 8 > end:
                raise _CutOff
            place += 8 + length(self.data, place)[0]
        if place > end:
            raise _CutOff
        self.place = place
        return Strings(start, count)

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            return self._array()
        if kind not in _SCALARS:
            raise _Damaged(f"value type {kind} does not exist")
        return self.scalar(_SCALARS[kind])

    def _array(self) -> Any:
        import numpy as np

        kind, count = self.scalar("I"), self.scalar("Q")
        if kind == _STRING:
            return self.skip_strings(count)
        if kind not in _SCALARS:
            raise _Damaged(f"lists of value type {kind} are not known")
        item = np.dtype("<" + _SCALARS[kind])
        start = self.take(count * item.itemsize)
        return np.frombuffer(self.data[start : self.place], item)


def _parse(path: Path, data: mmap.mmap, size: int) -> Header:
    cursor = _Cursor(data, len(MAGIC))
    version = cursor.scalar("I")
    tensor_count, key_count = cursor.scalar("Q"), cursor.scalar("Q")
    values: dict[str, Any] = {}
    spans: dict[str, tuple[int, int]] = {}
    for _ in range(key_count):
        start = cursor.place
        key = cursor.string()
        values[key] = cursor.value(cursor.scalar("I"))
        spans[key] = start, cursor.place
    alignment = values.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment < 1 or alignment > 1 << 20:
        raise _Damaged(f"alignment {alignment}")
    table = [_entry(cursor) for _ in range(tensor_count)]
    data_start = -(-cursor.place // alignment) * alignment
    tensors = tuple(_tensor(entry, data_start) for entry in table)
    end = max((tensor.start + tensor.size for tensor in tensors), default=0)
    if end > size:
        raise cut_off(path, size, end)
    return Header(path, version, values, tensors, spans, alignment, size)


def _entry(cursor: _Cursor) -> tuple[str, tuple[int, ...], int, int]:
    name = cursor.string()
    dimensions = cursor.scalar("I")
    if dimensions > _MOST_DIMENSIONS:
        raise _Damaged(f"tensor {name!r} has {dimensions} dimensions")
    shape = tuple(cursor.scalar("Q") for _ in range(dimensions))
    return name, shape, cursor.scalar("I"), cursor.scalar("Q")


def _tensor(entry: tuple[str, tuple[int, ...], int, int], data_start: int) -> Tensor:
    import math

    from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

    name, shape, number, offset = entry
    kind = GGMLQuantizationType(number)  # ValueError for a type that this gguf package does not know
    block, block_bytes = GGML_QUANT_SIZES[kind]
    if shape and shape[0] % block:
        raise _Damaged(f"tensor {name!r}: rows of {shape[0]} do not fit blocks of {block}")
    return Tensor(name, shape, kind.name, data_start + offset, math.prod(shape) // block * block_bytes)


def _check_start(path: Path, first: bytes) -> None:
    if not first:
        raise ModelRefused(f"{path.name} is empty (0 bytes).", "Download or copy it again.")
    if not first.startswith(MAGIC):
        if MAGIC.startswith(first):
            raise cut_off(path, len(first))
        seems, remedy = _seems(first)
        raise ModelRefused(f"{path.name} is not a GGUF file; it seems to be {seems}.", remedy)
    if len(first) < 8:
        raise cut_off(path, len(first))
    version = struct.unpack_from("<I", first, 4)[0]
    if version & 0xFFFF == 0:  # a small number with its bytes swapped
        raise ModelRefused(
            f"{path.name} is a big-endian GGUF, made for another kind of machine.", "Choose the little-endian file."
        )
    if version == 1:
        raise ModelRefused(
            f"{path.name} is GGUF version 1, which llama.cpp no longer reads.",
            "Choose a newer file of this model (version 2 or 3), or convert it again.",
        )
    if version > 3:
        raise ModelRefused(f"{path.name} is GGUF version {version}, newer than this Formfact.", "Update Formfact.")


_OLD = "Choose a GGUF file of this model, or convert it again."
_SEEMS = (
    (b"lmgg", "an old GGML file", _OLD),
    (b"tjgg", "an old GGML file (GGJT)", _OLD),
    (b"algg", "an old GGML adapter (GGLA)", _OLD),
    (b"PK\x03\x04", "a zip archive (pickled PyTorch weights, perhaps)", "Choose the model's GGUF file."),
    (b"\x80\x02", "pickled Python data, which can run code when opened", "Choose the model's GGUF file."),
    (b"<!", "a web page (a download that was answered by a sign-in page, perhaps)", "Download the file itself again."),
    (b"<htm", "a web page", "Download the file itself again."),
    (b"version ", "a Git LFS pointer, not the file itself", "Fetch the file with git lfs pull."),
    (b"\x7fELF", "a program", "Choose the model's GGUF file."),
    (b"%PDF", "a PDF", "Use it with: formfact docs add."),
)


def _seems(first: bytes) -> tuple[str, str]:
    """What a file that is no GGUF may be, from its first bytes, and what to do."""
    if first.startswith(b"fmgg"):
        rwkv = len(first) >= 8 and struct.unpack_from("<I", first, 4)[0] >= 100  # rwkv.cpp counts from 100
        return ("an RWKV file of rwkv.cpp (old GGML)" if rwkv else "an old GGML file (GGMF)"), _OLD
    for start, seems, remedy in _SEEMS:
        if first.lower().startswith(start.lower()):
            return seems, remedy
    if first[8:9] == b"{" and first[4:8] == b"\0\0\0\0":  # u64 length of a JSON header, then the header
        return "safetensors weights", "Add the folder that holds it (with config.json), not the file."
    return "something else", "Choose a GGUF file, or a folder with config.json and safetensors."
