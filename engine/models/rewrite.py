"""A GGUF written from another: its keys byte for byte, some tensors replaced, the rest copied as they are."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from engine.errors import disk_errors
from engine.events import Progress
from engine.models.files import require_room
from engine.models.header import MAGIC, Header, Tensor
from engine.task import Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Replacement = Callable[[NDArray[np.uint8]], NDArray[Any]]

_STRING = 8  # GGUFValueType
_COPY = 1 << 24


def rewrite(
    source: Header,
    target: Path,
    replaced: Mapping[str, tuple[str, Replacement]],
    keys: Mapping[str, str],
    task: Task,
    *,
    without: tuple[str, ...] = (),
) -> None:
    """Write ``target``, which appears whole or not at all.

    Args:
        source: the file to start from.
        target: the file to write.
        replaced: tensor name → its new ggml type, and a function from its old bytes to its new array, which is called
            when its turn comes (one tensor at a time is in memory).
        keys: text values to set.
        task: told how far it is.
        without: keys to leave out.

    Raises:
        DiskFull: there is no room for it; found out before anything is written.
        Cancelled: the task was stopped.
    """
    plan = [_planned(tensor, replaced) for tensor in source.tensors]
    front = _front(source, plan, keys, {*keys, *without})
    total = len(front) + sum(_padded(size, source.alignment) for _, size in plan)
    part = target.with_name(f"{target.name}.part")
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        require_room(target.parent, total)
        try:
            with source.path.open("rb") as old, part.open("wb") as new:
                new.write(front)
                for tensor, (_, size) in zip(source.tensors, plan, strict=True):
                    task.check()
                    _tensor(old, new, tensor, replaced)
                    new.write(bytes(_padded(size, source.alignment) - size))
                    task.emit(Progress("Writing", new.tell() / 1e6, total / 1e6, "MB", detail=target.name))
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _planned(tensor: Tensor, replaced: Mapping[str, tuple[str, Replacement]]) -> tuple[str, int]:
    """The type and size in bytes that a tensor will have."""
    from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

    if tensor.name not in replaced:
        return tensor.kind, tensor.size
    kind = replaced[tensor.name][0]
    block, block_bytes = GGML_QUANT_SIZES[GGMLQuantizationType[kind]]
    return kind, math.prod(tensor.shape) // block * block_bytes


def _front(source: Header, plan: list[tuple[str, int]], keys: Mapping[str, str], changed: set[str]) -> bytes:
    """Everything before the weights."""
    from gguf.constants import GGMLQuantizationType

    kept = [span for key, span in source.spans.items() if key not in changed]
    out = [MAGIC, struct.pack("<IQQ", source.version, len(source.tensors), len(kept) + len(keys))]
    with source.path.open("rb") as file:
        for start, end in kept:
            file.seek(start)
            out.append(file.read(end - start))
    out += [_text(key) + struct.pack("<I", _STRING) + _text(value) for key, value in keys.items()]
    offset = 0
    for tensor, (kind, size) in zip(source.tensors, plan, strict=True):
        shape = struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape)
        out.append(_text(tensor.name) + shape + struct.pack("<IQ", GGMLQuantizationType[kind], offset))
        offset += _padded(size, source.alignment)
    front = b"".join(out)
    return front + bytes(_padded(len(front), source.alignment) - len(front))


def _tensor(old: IO[bytes], new: IO[bytes], tensor: Tensor, replaced: Mapping[str, tuple[str, Replacement]]) -> None:
    import numpy as np

    old.seek(tensor.start)
    if tensor.name in replaced:
        data = np.frombuffer(old.read(tensor.size), np.uint8)
        new.write(np.ascontiguousarray(replaced[tensor.name][1](data)).data)
        return
    left = tensor.size
    while left:
        piece = old.read(min(left, _COPY))
        new.write(piece)
        left -= len(piece)


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _padded(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment
