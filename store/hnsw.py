"""Whether the graph files of a Chroma index are complete, asked before Chroma reads them.

hnswlib reads a truncated file without complaint: it then searches in memory that nobody wrote, which gives wrong
neighbours, or ends the process later. The header says how long the other files must be. Its layout is that of
``HierarchicalNSW::persistDirty`` in Chroma's fork of hnswlib: int32 version, then uint64 level-0 offset, capacity,
elements, bytes of an element…
"""

from __future__ import annotations

import struct
from pathlib import Path

MARKER = "chroma.opening"
"""A file beside the folder that is there while Chroma opens it: still there at the next start, it ended the process."""
_VERSION = 1
_HEADER = struct.Struct("<i4Q")


def whole(folder: Path) -> bool:
    """Whether every graph under ``folder`` has the files that its header promises, at least as long as it says.

    They may be longer: a new index reserves room for elements that it does not have yet.
    """
    return all(_whole(header.parent) for header in folder.glob("*/header.bin")) and all(
        data.with_name("header.bin").exists() for data in folder.glob("*/data_level0.bin")
    )


def _whole(graph: Path) -> bool:
    header = (graph / "header.bin").read_bytes()
    if len(header) < _HEADER.size:
        return False
    version, _, _, elements, size = _HEADER.unpack_from(header)
    if version != _VERSION:
        return True  # a layout that we do not know
    try:
        data, norms = ((graph / name).stat().st_size for name in ("data_level0.bin", "length.bin"))
        return data >= elements * size and norms >= 4 * elements and _lists(graph / "link_lists.bin", elements)
    except OSError:
        return False


def _lists(file: Path, elements: int) -> bool:
    """Whether a file holds that many lists, each with its length in bytes (uint32) before it."""
    data = file.read_bytes()
    at = 0
    for _ in range(elements):
        if at + 4 > len(data):
            return False
        at += 4 + int.from_bytes(data[at : at + 4], "little")
    return at <= len(data)
