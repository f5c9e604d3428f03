"""safetensors files, read in place: a JSON header, then the numbers, which are mapped into memory and not copied.

The safetensors package reads bfloat16 only into torch, which this process does not import.

Format: u64 length of the header, the header (name → dtype, shape, data_offsets), the data. Little-endian.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ModelRefused, disk_errors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KINDS = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}  # NumPy has no bfloat16: its bits


def read_header(file: Path) -> dict[str, dict[str, Any]]:
    """Check that a file is whole; returns tensor name → its dtype, shape and data_offsets.

    Raises:
        ModelRefused: cut off, or not safetensors.
    """
    with disk_errors(file), file.open("rb") as opened:
        size = file.stat().st_size
        start = opened.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else size + 1
        text = opened.read(length) if length <= size else b""
    try:
        told: dict[str, dict[str, Any]] = json.loads(text)
        told.pop("__metadata__", None)
        end = 8 + length + max((_end(entry) for entry in told.values()), default=0)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ModelRefused(
            f"{file.name} is cut off or is not a safetensors file.", "Download or save it again.", str(fault)
        ) from fault
    if end > size:
        raise ModelRefused(f"{file.name} is cut off: it has {size:,} of {end:,} bytes.", "Download or save it again.")
    return told


def arrays(file: Path) -> Iterator[tuple[str, str, NDArray[Any]]]:
    """Name, dtype and array of each tensor in the order of their names; bfloat16 comes as its bits (uint16).

    Raises:
        ModelRefused: cut off, not safetensors, or stored in another type.
    """
    import numpy as np

    header = read_header(file)
    if not header:
        return
    whole = np.memmap(file, np.uint8, "r")
    front = 8 + int(whole[:8].view("<u8")[0])
    for name, entry in sorted(header.items()):
        kind = entry["dtype"]
        if kind not in _KINDS:
            raise ModelRefused(f"{name} in {file.name} is stored as {kind}.", "Use 16- or 32-bit weights.")
        start, end = entry["data_offsets"]
        data = whole[front + start : front + end]
        yield name, kind, np.frombuffer(data, _KINDS[kind]).reshape(entry["shape"])


def widened(kind: str, array: NDArray[Any]) -> NDArray[np.float32]:
    """An array of ``arrays`` as float32, exactly."""
    import numpy as np

    if kind == "BF16":
        return (array.astype(np.uint32) << 16).view(np.float32)
    return array.astype(np.float32, copy=False)


def _end(entry: dict[str, Any]) -> int:
    """Where a tensor ends; ``ValueError`` if its place and shape disagree."""
    import math

    start, end = entry["data_offsets"]
    width = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2}.get(entry["dtype"], 1)
    if not 0 <= start <= end or (width > 1 and math.prod(entry["shape"]) * width != end - start):
        raise ValueError(f"{entry} does not add up")
    return int(end)
