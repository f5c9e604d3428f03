"""Watching a run: what it tells, when it stops, what it has cost. No library; the trainer calls in.

Everything is stored before it is told: in the run's journal, and with each checkpoint in a small file that also
says that the checkpoint is complete.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from engine import events
from engine.errors import Diverged
from engine.task import Task
from engine.tune.batches import TokenRow, steps_of
from engine.tune.journal import Journal
from engine.tune.ledger import Energy
from engine.tune.recipe import Recipe
from engine.tune.wishes import wished

_MARK = "formfact.json"  # written last into a checkpoint: without it the checkpoint is half a one


class Totals(msgspec.Struct):
    """What a run has cost and come to, over all its interruptions. Loss in nats a token, memory in bytes."""

    step: int = 0
    steps: int = 0
    seconds: float = 0.0
    tokens: int = 0
    examples: int = 0
    first_loss: float | None = None
    last_loss: float | None = None
    held_out: list[tuple[int, float]] = []
    peak_memory: int = 0
    energy_j: float | None = None
    stopped: bool = False


class Watch:
    """Counts, tells and decides during a training run.

    Args:
        run: the run's folder.
        rows: the examples.
        plan: row numbers in training order.
        before: what the run had come to when it was interrupted.
        measure: gives the held-out loss now; None when nothing is held out.
        memory: gives the bytes in use now.
        gpus: tells energy, temperature and memory of the GPUs where there are any.
        samples: gives question and answer of the run's fixed questions now; None when it has none.
    """

    def __init__(
        self,
        run: Path,
        task: Task,
        recipe: Recipe,
        rows: Sequence[TokenRow],
        plan: Sequence[int],
        before: Totals,
        *,
        measure: Callable[[], float] | None,
        memory: Callable[[], int],
        gpus: Energy,
        samples: Callable[[], list[tuple[str, str]]] | None = None,
    ) -> None:
        self.run, self.task, self.recipe, self.totals = run, task, recipe, before
        self.journal = Journal(run / "events.jsonl", task)
        self._tokens = [sum(len(rows[i].ids) for i in step) for step in steps_of(plan, recipe)]
        self.totals.steps = len(self._tokens)
        self.totals.examples = len(rows)
        self.before_start: Callable[[], None] | None = None
        self._measure, self._memory, self._gpus, self._samples = measure, memory, gpus, samples
        self._mark, self._energy_mark = time.monotonic(), gpus.joules()
        self._speed = 0.0
        self._sampled = -1

    def began(self, step: int) -> None:
        """Training starts, or goes on after ``step``."""
        if step == 0 and self.before_start:
            self.before_start()
        self.totals.tokens = sum(self._tokens[:step])
        self._mark = time.monotonic()
        if step == 0:
            self.evaluate(step)  # where it comes from

    def should_stop(self) -> bool:
        """Whether someone asked to save and stop."""
        if self.task.cancelled or wished(self.run):
            self.totals.stopped = True
        return self.totals.stopped

    def stepped(self, step: int, loss: float, rate: float) -> None:
        """A step is done.

        Raises:
            Diverged: the loss is not a number.
        """
        now = time.monotonic()
        took, self._mark = now - self._mark, now
        totals, tokens = self.totals, self._tokens[step - 1]
        totals.step, totals.last_loss = step, loss
        totals.seconds += took
        totals.tokens += tokens
        totals.peak_memory = max(totals.peak_memory, self._memory())
        if totals.first_loss is None:
            totals.first_loss = loss
        self._speed = 0.8 * self._speed + 0.2 * tokens / took if self._speed else tokens / took
        left = sum(self._tokens[step:]) / self._speed
        if not math.isfinite(loss):
            self.journal.tell(events.Notice(f"The loss of step {step} is not a number."))
            raise diverged(step, self.recipe)
        self.journal.tell(
            events.TrainStep(
                step,
                totals.steps,
                loss,
                rate,
                tokens_per_s=round(self._speed, 1),
                memory=self._memory(),
                eta_s=round(left, 1),
                tokens=totals.tokens,
                temperature=self._gpus.temperature(),
                gpu_memory=self._gpus.memory(),
            )
        )
        if step == totals.steps or (self.recipe.eval_every and step % self.recipe.eval_every == 0):
            self.evaluate(step)

    def evaluate(self, step: int) -> None:
        """Measure the held-out loss; its time counts, but not against the tokens a second.

        Raises:
            Diverged: it is not a number; at step 0 the model itself is damaged.
        """
        if self.totals.held_out and self.totals.held_out[-1][0] == step:
            return
        if self._measure:
            loss = self._measure()
            if not math.isfinite(loss):
                raise diverged(step, self.recipe)
            self.totals.held_out.append((step, loss))
            self.journal.tell(events.Evaluated(step, loss))
        self.sample(step)
        now = time.monotonic()
        self.totals.seconds += now - self._mark
        self._mark = now

    def sample(self, step: int) -> None:
        """Answer the run's fixed questions. They are to look at: when that does not work, training goes on without."""
        if self._samples is None or self._sampled == step:
            return
        self._sampled = step
        try:
            answered = self._samples()
        except Exception as fault:  # whatever a library makes of a model that it trains but does not generate with
            self._samples = None
            self.journal.tell(events.Notice(f"There are no sample answers: {type(fault).__name__}: {fault}"))
            return
        for question, answer in answered:
            self.journal.tell(events.Sample(step, question, answer))

    def saved(self, step: int) -> None:
        """The trainer has written a checkpoint: mark it complete, then tell."""
        folder = self.run / "checkpoints" / f"checkpoint-{step}"
        self.count_energy()
        part = folder / (_MARK + ".part")
        part.write_bytes(msgspec.json.encode(self.totals))
        part.replace(folder / _MARK)
        self.journal.tell(events.Saved(step, str(folder.relative_to(self.run))))

    def count_energy(self) -> None:
        """Add the energy since the last time, where the machine tells it."""
        now = self._gpus.joules()
        if now is not None and self._energy_mark is not None:
            self.totals.energy_j = (self.totals.energy_j or 0.0) + now - self._energy_mark
        self._energy_mark = now


def newest_checkpoint(run: Path) -> tuple[Path, Totals] | None:
    """The newest complete checkpoint of a run and what the run had come to; None when there is none."""
    complete = (mark.parent for mark in (run / "checkpoints").glob(f"checkpoint-*/{_MARK}"))
    newest = max(complete, key=lambda folder: int(folder.name.split("-")[1]), default=None)
    if newest is None:
        return None
    return newest, msgspec.json.decode((newest / _MARK).read_bytes(), type=Totals)


def diverged(step: int, recipe: Recipe) -> Diverged:
    """The error for a loss that is not a number."""
    if step == 0:
        said = "The loss is no longer a number before anything has been trained."
        return Diverged(said, "The weights of the model are damaged: use another copy of it.")
    return Diverged(
        f"Training went off at step {step}: the loss is no longer a number.",
        f"Try a smaller step size, e.g. --set learning_rate={recipe.learning_rate / 4:.2g}"
        + ("." if recipe.precision == "fp32" else ", or --set precision=fp32."),
    )
