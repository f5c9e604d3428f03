"""ShareGPT: ``{"conversations": [{"from": "human", "value": …}, {"from": "gpt", "value": …}, …]}``."""

from __future__ import annotations

from engine.tune.formats.base import Columns, Shape
from engine.tune.formats.shapes import messages


def _guess(columns: Columns) -> dict[str, str] | None:
    return messages.guess(columns, "from", "value")


SHAPE = Shape(
    title="ShareGPT",
    rank=20,
    fields=("messages", "role", "content", "system"),
    required=("messages", "role", "content"),
    inner=("role", "content"),
    defaults={"role": "from", "content": "value"},
    guess=_guess,
    read=messages.read,
)
