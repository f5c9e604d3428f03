"""Tokens into batches: what fits, in which order, padded to a rectangle. Pure; the trainer only feeds the result."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from engine.tune.recipe import Recipe

IGNORED = -100  # the label of a token that is read but not learnt; torch's cross entropy skips it

_WIDTH = 32  # batches are padded to a multiple of this many tokens


class TokenRow(msgspec.Struct, frozen=True):
    """One example as the model sees it, one line of ``runs/ID/tokens/*.jsonl``.

    ``labels`` repeats ``ids`` where a token is learnt (assistant turns) and is ``IGNORED`` elsewhere; ``cut`` counts
    tokens that were left out; ``bad`` says why the row cannot be trained on.
    """

    line: int
    ids: list[int]
    labels: list[int]
    cut: int = 0
    bad: str = ""

    @property
    def learnt(self) -> int:
        """How many tokens carry a label (the first never does: nothing comes before it)."""
        return sum(label != IGNORED for label in self.labels[1:])


def read_rows(path: Path) -> list[TokenRow]:
    """The rows of a token file."""
    decoder = msgspec.json.Decoder(TokenRow)
    return [decoder.decode(line) for line in path.read_bytes().splitlines() if line]


def write_rows(path: Path, rows: Sequence[TokenRow]) -> None:
    """Write a token file; it appears whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    part.replace(path)


def checked(row: TokenRow, length: int) -> TokenRow:
    """The row, marked bad when it cannot be learnt from.

    The chat child has already left out the oldest turns and the lowest passages of a row longer than ``length``. When
    even then the last answer does not fit, it was cut off in its middle, and would teach the model to stop there.
    """
    if row.bad:
        return row
    if row.cut and len(row.ids) >= length:
        return msgspec.structs.replace(row, bad=f"its last answer does not fit into {length} tokens")
    if not row.learnt:
        return msgspec.structs.replace(row, bad="there is no assistant turn to learn from")
    return row


def order(lengths: Sequence[int], batch: int, epochs: float, seed: int) -> list[int]:
    """The rows of a whole run in the order they are trained, fixed by ``seed``.

    Rows of similar length share a batch, which wastes little padding; which rows and in which order the batches come is
    shuffled anew in each pass. Rows that do not fill a batch wait for the next pass, so only the last batch is short.

    Args:
        lengths: tokens of each row.
        batch: rows in a batch.
        epochs: passes over the rows; a fraction ends in the middle of a pass.
    """
    dice = random.Random(seed)
    total = max(1, round(len(lengths) * epochs))
    waiting: list[int] = []
    run: list[int] = []
    while len(run) + len(waiting) < total:
        waiting += dice.sample(range(len(lengths)), min(len(lengths), total - len(run) - len(waiting)))
        waiting.sort(key=lambda row: lengths[row] * dice.uniform(0.9, 1.1))
        spare = len(waiting) % batch
        start = dice.randrange(spare + 1)  # the short ends wait, alternately the long and the short rows
        ready = waiting[start : len(waiting) - (spare - start)]
        waiting = waiting[:start] + waiting[len(waiting) - (spare - start) :]
        batches = [ready[i : i + batch] for i in range(0, len(ready), batch)]
        dice.shuffle(batches)
        run += [row for rows in batches for row in rows]
    return run + waiting


def schedule(rows: Sequence[TokenRow], recipe: Recipe) -> list[int]:
    """Row numbers in training order: ``epochs`` passes, or ``max_steps`` full steps."""
    step = recipe.batch * recipe.accumulation
    epochs = recipe.max_steps * step / len(rows) if recipe.max_steps else recipe.epochs
    return order([len(row.ids) for row in rows], recipe.batch, epochs, recipe.seed)


def steps_of(plan: Sequence[int], recipe: Recipe) -> list[list[int]]:
    """The row numbers of each optimiser step."""
    step = recipe.batch * recipe.accumulation
    return [list(plan[i : i + step]) for i in range(0, len(plan), step)]


def pad(rows: Sequence[TokenRow], padding: int = 0) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Token ids and labels of ``rows``, padded at the right: two arrays of shape [rows, tokens].

    The width is the longest row's, rounded up: torch compiles and keeps kernels for every new shape, so a few widths
    are much faster than many, and take much less memory. No attention mask is needed: attention looks back only, so no
    token sees the padding after it, and padding has no label.
    """
    width = -(-max(len(row.ids) for row in rows) // _WIDTH) * _WIDTH
    ids = np.full((len(rows), width), padding, dtype=np.int64)
    labels = np.full((len(rows), width), IGNORED, dtype=np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row.ids)] = row.ids
        labels[i, : len(row.labels)] = row.labels
    return ids, labels
