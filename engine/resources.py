"""Where the files that ship with Formfact are. Data only: the starter model, the sample, prompts, recipes."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "resources"
STARTER = ROOT / "starter" / "starter.gguf"
SAMPLE = ROOT / "sample"


def text(name: str) -> str:
    """The text of a resource, e.g. ``text("prompts/grounded.txt")``."""
    return (ROOT / name).read_text(encoding="utf-8")
