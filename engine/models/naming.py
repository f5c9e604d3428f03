"""Names of installed models: short, readable, typed on a command line, unique in a workspace."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from pathlib import Path

STARTER = "starter"
_LONGEST = 60
_TELLS_NOTHING = re.compile(r"(ggml-)?model([-._].*)?|unsloth\..*", re.IGNORECASE)


def slug(text: str) -> str:
    """Lower-case letters and digits of any script, joined by single hyphens and dots; at most 60 characters."""
    words = re.split(r"[^\w.]+|_", unicodedata.normalize("NFKC", text).lower())
    return "-".join(word for word in (word.strip(".") for word in words) if word)[:_LONGEST].strip("-.")


def suggested(file: Path, title: str) -> str:
    """A name for a model: from its file name, or from its title where the file name tells nothing (``model.gguf``)."""
    stem = file.name.removesuffix(".gguf")
    first, second = (title, stem) if _TELLS_NOTHING.fullmatch(stem) else (stem, title)
    return slug(first) or slug(second) or "model"


def unique(name: str, taken: Container[str]) -> str:
    """``name``, or ``name-2``, ``name-3``… if it is taken."""
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    return candidate
