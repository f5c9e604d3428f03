"""What one file may cost before we stop reading it, and say so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one file.

    Args:
        megabytes: larger files are not read, except plain text, of which the beginning is read.
        characters: text beyond this is not indexed; the document is then "partial", with the share that was read.
            Ten million are about 4,000 pages, a few minutes of embedding on two cores.
        seconds: time to read it.
        memory_mb: memory of the process that reads it.
    """

    megabytes: int = 512
    characters: int = 10_000_000
    seconds: float = 120.0
    memory_mb: int = 3072
