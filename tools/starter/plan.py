"""The plan of a training run: how long, how fast it learns, how the episodes grow harder."""

from dataclasses import dataclass

import torch
from torch import nn

from tools.starter.model import Starter


@dataclass(frozen=True)
class Plan:
    """Steps, rows in a step, peak learning rates and curriculum; shares are of the whole run, from 0 to 1."""

    steps: int = 2000
    rows: int = 12
    """Episodes in a step."""
    branches: int = 8
    """Questions on each episode."""
    chunk: int = 6000
    """Tokens that go through the model at once; a step is cut into such pieces."""
    muon: float = 4e-3
    adam: float = 3e-3
    warmup: float = 0.01
    decay: float = 0.5
    """Share of the run during which the learning rate falls."""
    easy: tuple[float, float, float] = (0.01, 0.05, 0.15)
    """When the second, third and fourth level of the curriculum begin."""
    start_level: int = 0
    text: float = 0.15
    """Share of the sources' tokens that are predicted too."""
    hints: float = 1.0
    """Weight of the hints in the loss."""
    seed: int = 1
    device: str = "cpu"
    threads: int = 1
    plain: bool = False
    """Start from plain random weights, to compare."""

    def rate(self, done: float) -> float:
        """Return the share of the full learning rate when `done` of the steps are done: up, level, down to zero."""
        return min(1.0, done / self.warmup + 0.02, (1.0 - done) / self.decay)

    def level(self, done: float) -> int:
        """Return the curriculum's level when `done` of the steps are done."""
        return max(self.start_level, sum(done >= bound for bound in self.easy))


def optimizers(model: Starter, readers: nn.Module, plan: Plan) -> list[torch.optim.Optimizer]:
    """Return Muon for the matrices of the layers and AdamW for embeddings, output matrix and gains.

    Muon makes each update an orthogonal matrix, so that no direction of a matrix is left behind (Jordan et al., 2024,
    https://kellerjordan.github.io/posts/muon).
    """
    matrices = [weight for weight in model.layers.parameters() if weight.ndim == 2]
    known = {id(weight) for weight in matrices}
    rest = [weight for part in (model, readers) for weight in part.parameters() if id(weight) not in known]
    muon = torch.optim.Muon(matrices, lr=plan.muon, weight_decay=0.01, momentum=0.95, adjust_lr_fn="match_rms_adamw")
    return [muon, torch.optim.AdamW(rest, lr=plan.adam, betas=(0.9, 0.98), weight_decay=0.0)]
