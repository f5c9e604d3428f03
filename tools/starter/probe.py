"""A cheap score during training: is each token right when all tokens before it are given?"""

# mypy: disable-error-code=untyped-decorator
# (mypy knows no types of torch here)

from collections.abc import Callable

import torch
from torch import Tensor

from tools.starter import pack
from tools.starter.pack import Batch

Forward = Callable[[Batch], Tensor]
"""From a batch to its logits, (predicted positions, vocab)."""


def _branches(batch: Batch) -> Tensor:
    """Return for each predicted position the number of its branch in the batch, or -1 inside a prefix."""
    where, width = batch.rows + 1, batch.ids.shape[1]
    place = where % width - batch.tree.prefix
    number = torch.div(place, pack.BRANCH, rounding_mode="floor") + where // width * batch.tree.branches
    return torch.where(place >= 0, number, -1)


@torch.no_grad()
def probe(run: Forward, batches: list[Batch], device: str) -> dict[str, float]:
    """Return the shares of answers with the value right, with the citation right, and of right refusals."""
    value: list[bool] = []
    cited: list[bool] = []
    refused: list[bool] = []
    for batch in batches:
        right = run(batch.to(device)).argmax(-1).cpu() == batch.targets
        branch = _branches(batch)
        for number in range(batch.ids.shape[0] * batch.tree.branches):
            mine = branch == number
            citation = mine & (batch.weights == pack.CITATION_WEIGHT)
            if citation.any():
                value.append(bool(right[mine & (batch.weights == pack.VALUE_WEIGHT)].all()))
                cited.append(bool(right[citation].all()))
            else:
                refused.append(bool(right[mine].all()))
    named = {"value": value, "cited": cited, "refused": refused}
    return {name: round(sum(hits) / max(1, len(hits)), 3) for name, hits in named.items()}
