"""From files to the row of a model: which of two paths is which form, and what is noted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from engine.errors import ModelRefused
from engine.models.facts import GgufFacts
from store.models import Model


def forms(path: Path, pair: Path | None) -> tuple[Path | None, Path | None]:
    """Which of the given paths is the GGUF (None: it has to be made), and which the Hugging Face folder."""
    if pair and path.is_dir() == pair.is_dir():
        raise ModelRefused("A pair is one GGUF file and one Hugging Face folder.", "Give one of each.")
    if pair:
        return (pair, path) if path.is_dir() else (path, pair)
    if not path.is_dir():
        return path, None
    inside = sorted(path.glob("*.gguf"))
    if len(inside) > 1:
        names = ", ".join(file.name for file in inside[:5])
        raise ModelRefused(f"{path.name} holds several GGUF files: {names}.", "Name one of them.")
    if not inside:
        return None, path
    return inside[0], path if (path / "config.json").exists() else None


def row(name: str, gguf: Path, twin: Path | None, facts: GgufFacts, sha256: str) -> Model:
    """The row of a model that is added now."""
    seen = gguf.stat()
    return Model(
        name=name,
        gguf=str(gguf),
        twin=str(twin or ""),
        sha256=sha256,
        architecture=facts.architecture,
        parameters=facts.parameters,
        quantisation=facts.quantisation,
        context=facts.context,
        embedding=facts.embedding,
        layers=facts.layers,
        vocabulary=facts.vocabulary,
        licence=facts.licence,
        facts=facts.json(),
        added_at=datetime.now(UTC).isoformat(timespec="seconds"),
        bytes=seen.st_size,
        modified_ns=seen.st_mtime_ns,
    )
