"""Which words two answers do not share, as marked lines for the panes that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.compare.difference import Piece, words
from engine.types import Arm
from ui.widgets.markdown_text import Run

Lines = list[list[Run]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two answers side by side: their lines with what only one of them says marked, and how many words that are."""

    left: Lines
    right: Lines
    words: int


def between(left: str, right: str, left_arm: Arm, right_arm: Arm) -> Difference:
    """Compare two answers word by word."""
    pieces = words(left, right)
    changed = sum(len(piece.text.split()) for piece in pieces if piece.kind != "same")
    return Difference(_side(pieces, "left", left_arm), _side(pieces, "right", right_arm), changed)


def _side(pieces: Sequence[Piece], side: str, arm: Arm) -> Lines:
    """The lines of one side."""
    lines: Lines = [[]]
    for piece in pieces:
        if piece.kind not in ("same", side):
            continue
        colour = f"mark:{arm}" if piece.kind == side else ""
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(Run(part, colour=colour if part.strip() else ""))
    return lines
