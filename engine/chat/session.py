"""One context and what is in it: sequences under a single adapter state, shared prefixes evaluated once."""

from __future__ import annotations

from engine.chat import llama


class Session:
    """The evaluation state of a model under one adapter state.

    Args:
        model: the weights.
        adapter: the LoRA that is on, None: none.
        digest: SHA-256 of the adapter's file.
    """

    def __init__(self, model: llama.Model, adapter: llama.Adapter | None, digest: str | None) -> None:
        self.model, self.adapter, self.digest = model, adapter, digest

    def close(self) -> None:
        """Free its memory."""
