"""Set how readily the model refuses: `python -m tools.starter.calibrate final.pt calibrated.pt`.

Whether to refuse is decided by one token, "sources" after "The". On training's side of the split we look at the margin
by which it wins where it should, and lower it until only a chosen share of right refusals is lost: fewer answers are
refused in vain. Lowering works like a bias: with u the mean stream at the decision, W[sources] - δ·u/|u|² lowers the
token's score there by about δ, and hardly anywhere else.
"""

# mypy: disable-error-code=untyped-decorator
# (mypy knows no types of torch here)

import argparse
from pathlib import Path

import torch
from torch import Tensor

from tools.starter import hints, pack, tokenizer
from tools.starter.generate import REFUSAL
from tools.starter.model import Config, Starter

EPISODES = 120


@torch.no_grad()
def decisions(model: Starter, seed: int) -> tuple[Tensor, Tensor]:
    """Return the stream at decisions, (n, width), and whether each of them should be a refusal."""
    words = tokenizer.load(tokenizer.PATH)
    stream = pack.rows(words, seed, 3, 8, guesses=0.0)
    found: list[Tensor] = []
    missing: list[bool] = []
    for _ in range(EPISODES):
        row = next(stream)
        batch = pack.collate([row], 0.0, 0)
        out = model(batch.ids, batch.positions, batch.tree)[0]
        for number, looks in enumerate(row.looks):
            for look in looks:
                if look.head == hints.DECIDE:
                    found.append(out[batch.tree.prefix + number * pack.BRANCH + look.place])
                    missing.append(look.targets == (0,))
    return torch.stack(found), torch.tensor(missing)


@torch.no_grad()
def calibrate(model: Starter, lost: float, seed: int) -> float:
    """Lower the refusal's score in `model` so that a share `lost` of right refusals is given up; return by how much."""
    token = tokenizer.load(tokenizer.PATH).encode(REFUSAL).ids[1]
    stream, missing = decisions(model, seed)
    scores = model.head(stream)
    others = scores.clone()
    others[:, token] = -1e9
    margins = (scores[:, token] - others.amax(-1))[missing]
    delta = max(0.0, float(torch.quantile(margins, lost)))
    mean = stream.mean(0)
    model.head.weight[token] -= delta * mean / mean.pow(2).sum()
    return delta


def main() -> None:
    """Read the command line and calibrate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--lost", type=float, default=0.1, help="share of right refusals to give up")
    parser.add_argument("--seed", type=int, default=404)
    asked = parser.parse_args()
    saved = torch.load(asked.checkpoint, map_location="cpu")
    model = Starter(Config(**saved["config"]))
    model.load_state_dict(saved["model"])
    print(f"lowered by {calibrate(model, asked.lost, asked.seed):.2f}")
    torch.save({**saved, "model": model.state_dict()}, asked.target)


if __name__ == "__main__":
    main()
