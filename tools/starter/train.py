"""Train the starter model: `python -m tools.starter.train --out DIR --steps 2000`.

One step takes some episodes, predicts their answers and a share of their text, and moves the weights. `log.jsonl` in
the output folder tells how it goes; `checkpoint.pt` is written every few minutes and `--resume` starts from it;
`final.pt` holds the average of the last weights, which is what gets exported.
"""

import argparse
import copy
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from tools.starter import hints, pack, tokenizer
from tools.starter import resume as resume_from
from tools.starter.init import structured
from tools.starter.model import Config, Starter, Trace
from tools.starter.pack import Batch
from tools.starter.plan import Plan, optimizers
from tools.starter.probe import probe

CHECKPOINT_SECONDS = 150


def see(model: Starter, batch: Batch, device: str) -> tuple[Tensor, Trace]:
    """Run a batch in bfloat16; return its logits, (predicted positions, vocab), and the trace of the pass."""
    with torch.autocast(device, dtype=torch.bfloat16):
        trace = model.trace(batch.ids, batch.positions, batch.tree, torch.bfloat16)
        logits: Tensor = model.head(trace.stream.flatten(0, 1)[batch.rows])
    return logits, trace


def loss_of(logits: Tensor, batch: Batch) -> Tensor:
    """Return the sum of the weighted cross-entropies of one batch."""
    each = functional.cross_entropy(logits.float(), batch.targets, reduction="none")
    return (each * batch.weights).sum()


def average(kept: nn.Module, model: nn.Module, step: int) -> None:
    """Move the running average of the weights a little towards the model, further in the first steps."""
    pull = max(0.005, 1 / (step + 1))
    for old, new in zip(kept.parameters(), model.parameters(), strict=True):
        old.data.lerp_(new.data, pull)


class Trainer:
    """A model on its way: weights, their average, optimizers, data and log."""

    def __init__(self, plan: Plan, config: Config, out: Path, resume: Path | None) -> None:
        torch.manual_seed(plan.seed)
        torch.set_num_threads(plan.threads)
        out.mkdir(parents=True, exist_ok=True)
        self.plan, self.config, self.out = plan, config, out
        self.words = tokenizer.load(tokenizer.PATH)
        saved = resume_from.weights(resume, config) if resume else {}
        self.model = self._start(saved)
        self.readers = nn.ModuleList(
            [hints.PassageProbe(config.width), hints.TopicProbe(config.width, config.vocab)]
        ).to(plan.device)
        if "readers" in saved:
            self.readers.load_state_dict(saved["readers"])
        self.kept = copy.deepcopy(self.model)
        for layer in self.model.layers:
            layer.compile(dynamic=True)
        self.teachers = optimizers(self.model, self.readers, plan)
        self.peaks = [teacher.param_groups[0]["lr"] for teacher in self.teachers]
        held_out = pack.rows(self.words, 977, 3, plan.branches, scoring=True, guesses=0.0)
        self.probes = next(pack.batches(held_out, 24, plan.chunk, 0.0, 0))
        self.step, self.seen, self.losses = 0, 0, 0.0
        self.hint_losses: list[tuple[float, ...]] = []
        self.begin = self.last = self.saved = time.time()

    def _start(self, saved: dict[str, Any]) -> Starter:
        model = Starter(self.config)
        if saved:
            model.load_state_dict(saved["model"])
        elif not self.plan.plain:
            digits = [self.words.token_to_id(digit) for digit in "123456789"]
            structured(model, digits, self.words.token_to_id("["), self.plan.seed)
        model.to(self.plan.device)
        return model

    def data(self) -> Iterator[list[Batch]]:
        """Yield the pieces of each step, always at the curriculum's present level."""
        plan, level, stream = self.plan, -1, None
        while self.step < plan.steps:
            now = plan.level(self.step / plan.steps)
            if stream is None or now != level:
                level = now
                rows = pack.rows(self.words, plan.seed * 1000 + self.step, level, plan.branches)
                stream = pack.batches(rows, plan.rows, plan.chunk, plan.text, self.step)
            yield next(stream)

    def learn(self, pieces: list[Batch]) -> None:
        """Take one step: the mean loss over all pieces, clipped, at the learning rate of this moment."""
        done = self.step / self.plan.steps
        weight = float(sum(batch.weights.sum() for batch in pieces))
        rows = sum(len(batch.ids) for batch in pieces)
        for piece in pieces:
            batch = piece.to(self.plan.device)
            logits, trace = see(self.model, batch, self.plan.device)
            loss = loss_of(logits, batch) / weight
            self.losses += float(loss.detach())
            (loss + self.hinted(trace, batch) * len(batch.ids) / rows).backward()
            self.seen += batch.ids.numel()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for teacher, peak in zip(self.teachers, self.peaks, strict=True):
            teacher.param_groups[0]["lr"] = peak * self.plan.rate(done)
            teacher.step()
            teacher.zero_grad(set_to_none=True)
        falling = self.step - round((1 - self.plan.decay) * self.plan.steps)
        if falling >= 0:
            average(self.kept, self.model, falling)
        self.step += 1

    def hinted(self, trace: Trace, batch: Batch) -> Tensor:
        """Return the loss of the hints, weighed; nothing where a batch has none."""
        total = torch.zeros((), device=self.plan.device)
        if self.plan.hints and trace.looks is not None and batch.looks.count:
            looks = hints.attention_loss(trace.looks, batch.looks)
            known = self.readers[0].loss(trace.middle[:, : batch.tree.prefix], batch.passages)
            about = self.readers[1].loss(trace.middle, batch.read_at, batch.read)
            self.hint_losses.append((float(looks.detach()), float(known.detach()), float(about.detach())))
            total = (looks * 0.5 + known * 0.3 + about * 0.3) * self.plan.hints
        return total

    def tell(self) -> None:
        """Log the loss every 50 steps, and the probe every 100."""
        if self.step % 50:
            return
        now = time.time()
        line: dict[str, Any] = {
            "step": self.step,
            "seconds": round(now - self.begin),
            "tokens": self.seen,
            "level": self.plan.level(self.step / self.plan.steps),
            "loss": round(self.losses / 50, 4),
            "hints": [round(sum(part) / len(part), 3) for part in zip(*self.hint_losses, strict=True)],
            "s_per_step": round((now - self.last) / 50, 3),
        }
        if self.step % 100 == 0:
            line |= probe(lambda batch: see(self.model, batch, self.plan.device)[0], self.probes, self.plan.device)
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)
        self.losses, self.last, self.hint_losses = 0.0, time.time(), []

    def save(self, model: Starter, name: str) -> None:
        """Write a model's weights and shape, and how far the training has come."""
        facts = {
            "config": self.config.as_dict(),
            "tokens": self.seen,
            "steps": self.step,
            "plan": vars(self.plan),
            "seconds": round(time.time() - self.begin),
        }
        torch.save({"model": model.state_dict(), "readers": self.readers.state_dict(), **facts}, self.out / name)
        self.saved = time.time()

    def train(self) -> None:
        """Take all steps, with a checkpoint every few minutes, and save the result."""
        for pieces in self.data():
            self.learn(pieces)
            self.tell()
            if time.time() - self.saved > CHECKPOINT_SECONDS:
                self.save(self.model, "checkpoint.pt")
        self.save(self.model, "last.pt")
        self.save(self.kept, "final.pt")


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--resume", type=Path, help="a checkpoint, or the GGUF, to go on from with a new schedule")
    parser.add_argument("--plain", action="store_true", help="random initial weights")
    numbers = (
        "steps",
        "rows",
        "branches",
        "muon",
        "adam",
        "decay",
        "start_level",
        "seed",
        "device",
        "threads",
        "hints",
    )
    for name in numbers:
        default = getattr(Plan(), name)
        parser.add_argument("--" + name.replace("_", "-"), type=type(default), default=default)
    for name in ("width", "layers", "hidden"):
        parser.add_argument("--" + name, type=int, default=getattr(Config(), name))
    asked = vars(parser.parse_args())
    config = Config(width=asked["width"], layers=asked["layers"], hidden=asked["hidden"], heads=asked["width"] // 64)
    plan = Plan(plain=asked["plain"], **{name: asked[name] for name in numbers})
    Trainer(plan, config, asked["out"], asked["resume"]).train()


if __name__ == "__main__":
    main()
