"""Train the starter model: `python -m tools.starter.train --out DIR --steps 2000`.

Matrices learn with Muon (orthogonalised momentum; Jordan et al., 2024), embeddings, output matrix and gains with AdamW.
The learning rate warms up, holds, and falls in a straight line to zero; an average of the last weights is kept.
"""

# mypy: disable-error-code=untyped-decorator

import argparse
import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from tools.starter import pack, tokenizer
from tools.starter.init import structured
from tools.starter.model import Config, Starter
from tools.starter.pack import Batch


@dataclass
class Plan:
    """What a training run is: steps, rows in a step, learning rates, curriculum."""

    steps: int = 2000
    rows: int = 12
    branches: int = 8
    chunk: int = 6000
    muon: float = 4e-3
    adam: float = 3e-3
    warmup: float = 0.01
    decay: float = 0.5
    easy: tuple[float, float, float] = (0.01, 0.05, 0.15)
    text: float = 0.15
    seed: int = 1
    device: str = "cpu"
    threads: int = 1
    plain: bool = False
    start_level: int = 0


def rate(plan: Plan, done: float) -> float:
    """Return the share of the full learning rate when `done` (0 to 1) of the steps are done."""
    return min(1.0, done / plan.warmup + 0.02, (1.0 - done) / plan.decay)


def level(plan: Plan, done: float) -> int:
    """Return the curriculum's level when `done` of the steps are done."""
    return max(plan.start_level, sum(done >= bound for bound in plan.easy))


def optimizers(model: Starter, plan: Plan) -> list[torch.optim.Optimizer]:
    """Return Muon for the matrices of the layers and AdamW for the rest."""
    matrices = [weight for weight in model.layers.parameters() if weight.ndim == 2]
    known = {id(weight) for weight in matrices}
    rest = [weight for weight in model.parameters() if id(weight) not in known]
    muon = torch.optim.Muon(matrices, lr=plan.muon, weight_decay=0.01, momentum=0.95,
                            adjust_lr_fn="match_rms_adamw")
    return [muon, torch.optim.AdamW(rest, lr=plan.adam, betas=(0.9, 0.98), weight_decay=0.0)]


Forward = Callable[[Batch], Tensor]


def forward(model: Starter, device: str) -> Forward:
    """Return a function from a batch to its logits, (predicted positions, vocab), in bfloat16 where it pays."""

    def run(batch: Batch) -> Tensor:
        with torch.autocast(device, dtype=torch.bfloat16):
            stream = model(batch.ids, batch.positions, batch.tree, torch.bfloat16)
            logits: Tensor = model.head(stream.flatten(0, 1)[batch.rows])
        return logits

    return run


def step_loss(logits: Tensor, batch: Batch) -> Tensor:
    """Return the summed, weighted cross-entropy of one batch."""
    each = functional.cross_entropy(logits.float(), batch.targets, reduction="none")
    return (each * batch.weights.to(each.device)).sum()


@torch.no_grad()
def probe(run: Forward, batches: list[Batch], device: str) -> dict[str, float]:
    """Score held-out batches with the right answer given so far: a cheap stand-in for real answers."""
    totals = {"value": 0, "cited": 0, "answered": 0, "refused": 0, "missing": 0}
    for batch in batches:
        right = run(batch.to(device)).argmax(-1).cpu() == batch.targets
        where = batch.rows + 1
        size, width = batch.tree.prefix, batch.ids.shape[1]
        branch = torch.div(where % width - size, pack.BRANCH, rounding_mode="floor") + where // width * 64
        inside = where % width >= size
        for number in branch[inside].unique().tolist():
            mine = inside & (branch == number)
            value, cited = mine & (batch.weights == pack.VALUE_WEIGHT), mine & (batch.weights == pack.CITATION_WEIGHT)
            if cited.any():
                totals["answered"] += 1
                totals["value"] += int(right[value].all())
                totals["cited"] += int(right[cited].all())
            else:
                totals["missing"] += 1
                totals["refused"] += int(right[mine].all())
    answered, missing = max(1, totals["answered"]), max(1, totals["missing"])
    return {"value": totals["value"] / answered, "cited": totals["cited"] / answered,
            "refused": totals["refused"] / missing}


def average(kept: nn.Module, model: nn.Module, step: int) -> None:
    """Move the running average of the weights a little towards the model."""
    pull = max(0.005, 1 / (step + 1))
    for old, new in zip(kept.parameters(), model.parameters(), strict=True):
        old.data.lerp_(new.data, pull)


def train(plan: Plan, out: Path, config: Config, resume: Path | None) -> None:
    """Train for `plan.steps`, writing `log.jsonl` and every five minutes a checkpoint into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    words = tokenizer.load(tokenizer.PATH)
    model = Starter(config)
    if not plan.plain:
        structured(model, [words.token_to_id(digit) for digit in "123456789"], words.token_to_id("["), plan.seed)
    if resume:
        model.load_state_dict(torch.load(resume)["model"])
    model.to(plan.device)
    kept = copy.deepcopy(model)
    for layer in model.layers:
        layer.compile(dynamic=True)
    run = forward(model, plan.device)
    teachers = optimizers(model, plan)
    peaks = [teacher.param_groups[0]["lr"] for teacher in teachers]
    held_out = pack.rows(words, 977, 3, plan.branches, scoring=True, guesses=0.0)
    probes = next(pack.batches(held_out, 24, plan.chunk, 0.0, 0))
    begin, seen, step, current, ema_from = time.time(), 0, 0, -1, 0
    loss_sum, last, saved = 0.0, begin, begin
    stream = None
    while (done := step / plan.steps) < 1:
        if level(plan, done) != current or stream is None:
            current = level(plan, done)
            stream = pack.batches(pack.rows(words, plan.seed * 1000 + step, current, plan.branches), plan.rows,
                                  plan.chunk, plan.text, step)
        chosen = next(stream)
        weight = float(sum(batch.weights.sum() for batch in chosen))
        for teacher, peak in zip(teachers, peaks, strict=True):
            teacher.param_groups[0]["lr"] = peak * rate(plan, done)
        for batch in chosen:
            ready = batch.to(plan.device)
            loss = step_loss(run(ready), ready) / weight
            loss.backward()
            loss_sum += float(loss.detach())
            seen += batch.ids.numel()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for teacher in teachers:
            teacher.step()
            teacher.zero_grad(set_to_none=True)
        step += 1
        if done > 1 - plan.decay:
            average(kept, model, ema_from)
            ema_from += 1
        if step % 50 == 0:
            now = time.time()
            line = {"step": step, "seconds": round(now - begin), "tokens": seen, "level": current,
                    "loss": round(loss_sum / 50, 4), "s_per_step": round((now - last) / 50, 3)}
            if step % 100 == 0:
                line |= {key: round(part, 3) for key, part in probe(run, probes, plan.device).items()}
            with (out / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
            print(json.dumps(line), flush=True)
            loss_sum, last = 0.0, time.time()
        if time.time() - saved > 300:
            torch.save({"model": model.state_dict(), "config": config.as_dict()}, out / "checkpoint.pt")
            saved = time.time()
    torch.save({"model": model.state_dict(), "config": config.as_dict()}, out / "last.pt")
    final = {"model": kept.state_dict(), "config": config.as_dict(), "tokens": seen, "steps": step}
    torch.save(final, out / "final.pt")


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--resume", type=Path)
    plan = Plan()
    for name in ("steps", "rows", "muon", "adam", "seed", "device", "threads", "start_level", "decay",
                 "branches"):
        value = getattr(plan, name)
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value)
    parser.add_argument("--plain", action="store_true", help="random initial weights")
    for name in ("width", "layers", "hidden"):
        parser.add_argument("--" + name, type=int, default=getattr(Config(), name))
    asked = vars(parser.parse_args())
    config = Config(width=asked["width"], layers=asked["layers"], hidden=asked["hidden"], heads=asked["width"] // 64)
    train(Plan(**{key: asked[key] for key in vars(plan) if key in asked}), asked["out"], config, asked["resume"])


if __name__ == "__main__":
    main()
