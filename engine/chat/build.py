"""What llama.cpp's build can do, read from its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TELLING = {  # what a person may want to know, best first → how it is called
    "AMX_INT8": "AMX",
    "AVX512_BF16": "AVX-512 with bf16",
    "AVX512": "AVX-512",
    "AVX2": "AVX2",
    "AVX": "AVX",
    "SVE": "SVE",
    "NEON": "NEON",
}


@dataclass(frozen=True, slots=True)
class Build:
    """llama.cpp's version, the devices it was built for, and the best instructions that it uses."""

    version: str
    devices: tuple[str, ...]
    instructions: str
    text: str


def parse(text: str) -> Build:
    """Read ``chat.llama.build()``: a version, then for each device ``NAME : FLAG = 1 | …``."""
    version, _, rest = text.partition(" ")
    on = set(re.findall(r"(\w+) = 1", rest))
    best = next((name for flag, name in _TELLING.items() if flag in on), "")
    return Build(version, tuple(re.findall(r"(\w+) :", rest)), best, text)
