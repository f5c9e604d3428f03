"""How many tokens examples have, counted by the model's own template and tokenizer, and kept until they are edited."""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from engine.events import Progress
from engine.task import Task
from engine.tune.recipe import Recipe

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.datasets import Dataset, DatasetStore
    from store.examples import ExampleStore
    from store.models import Model

_BATCH = 250


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths of a dataset's examples.

    Attributes:
        model: who counted.
        limit: what an example may be long; longer ones lose their oldest turns.
        tokens: of every example that could be counted, in rising order.
        refused: examples that the model's template cannot hold.
        uncounted: examples that were not counted yet.
    """

    model: str
    limit: int
    tokens: tuple[int, ...]
    refused: int = 0
    uncounted: int = 0

    @property
    def over(self) -> int:
        """How many are longer than the limit."""
        return len(self.tokens) - bisect.bisect_right(self.tokens, self.limit)

    @property
    def median(self) -> int:
        """The length in the middle."""
        return self.tokens[len(self.tokens) // 2] if self.tokens else 0

    @property
    def longest(self) -> int:
        """The longest."""
        return self.tokens[-1] if self.tokens else 0

    def histogram(self, bins: int) -> tuple[int, tuple[int, ...]]:
        """The width of a bin in tokens, and how many examples are in each, from 0 on.

        The bins reach to the longest example and to the limit, unless that is so far off that all examples would be in
        a few bins; then to half as much again as the longest.
        """
        reach = max(self.longest, self.limit if 4 * self.longest >= self.limit else self.longest * 3 // 2)
        width = max(1, -(-(reach + 1) // bins))
        counts = [0] * bins
        for length in self.tokens:
            counts[length // width] += 1
        return width, tuple(counts)


def longest_allowed(model: Model) -> int:
    """The longest example that the usual recipe takes for a model."""
    usual = Recipe.preset("balanced").length
    return min(usual, model.context or usual)


def known(examples: ExampleStore, dataset: Dataset, model: Model, limit: int | None = None) -> Lengths:
    """What was counted before."""
    rows = examples.tokens(dataset.id)
    counted = [tokens for _, tokens in rows if tokens is not None] if dataset.measured_by == model.sha256 else []
    lengths = tuple(sorted(tokens for tokens in counted if tokens))
    allowed = limit or longest_allowed(model)
    return Lengths(model.name, allowed, lengths, len(counted) - len(lengths), len(rows) - len(counted))


def measured(
    workspace: Workspace,
    examples: ExampleStore,
    datasets: DatasetStore,
    dataset: Dataset,
    model: Model,
    task: Task,
    limit: int | None = None,
) -> Lengths:
    """Count what is not counted yet; see ``Browsing.lengths``. Needs a workspace that can be written to."""
    if dataset.measured_by != model.sha256:
        _begin(workspace, examples, datasets, dataset.id, model.sha256)
    todo = [i for i, tokens in examples.tokens(dataset.id) if tokens is None]
    for start in range(0, len(todo), _BATCH):
        task.check()
        task.emit(Progress("Counting tokens", start, len(todo), "examples"))
        counted = _counted(workspace, examples, todo[start : start + _BATCH], model.gguf)
        examples.set_tokens([(tokens, i) for i, tokens in counted.items()])
    return known(examples, dataclasses.replace(dataset, measured_by=model.sha256), model, limit)


def _begin(workspace: Workspace, examples: ExampleStore, datasets: DatasetStore, dataset: int, model: str) -> None:
    """Forget what another model has counted."""
    with workspace.database.transaction():
        examples.forget_tokens(dataset)
        datasets.measured(dataset, model)


def _counted(workspace: Workspace, examples: ExampleStore, ids: Sequence[int], gguf: str) -> dict[int, int]:
    found = examples.texts(ids)
    texts = [msgspec.Raw(text.encode()) for _, text in found]
    counts = workspace.words_child.call("lengths", model=gguf, conversations=texts).result()
    return {i: count for (i, _), count in zip(found, counts, strict=True)}
