"""What a person has set for llama.cpp, as arguments of the chat child. Nothing set: it decides by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """How llama.cpp is run.

    Attributes:
        threads: how many compute; 0: as many as the load of the machine leaves (``engine.chat.cores``).
        gpu_layers: how many of a model's layers are put on the GPU; -1: all, or none where they do not fit.
    """

    threads: int = 0
    gpu_layers: int = -1

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The options among the settings."""
        return cls(max(0, settings.threads), max(-1, settings.gpu_layers))

    @classmethod
    def parsed(cls, arguments: Sequence[str]) -> Self:
        """The options among a command line's arguments; see ``arguments``."""
        told = dict(one.split("=", 1) for one in arguments if "=" in one)
        return cls(int(told.get("--threads", 0)), int(told.get("--gpu-layers", -1)))

    def arguments(self) -> list[str]:
        """The options as arguments of a command line."""
        return [f"--threads={self.threads}", f"--gpu-layers={self.gpu_layers}"]
