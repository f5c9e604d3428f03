"""One training run in the tune child, from token files to a PEFT folder; it resumes where it was interrupted.

::

    runs/ID/tokens/train.jsonl, held_out.jsonl     what is learnt, what is measured on
    runs/ID/checkpoints/checkpoint-N/              weights, optimiser, schedule, random state
    runs/ID/adapter/                               the result
    runs/ID/trained.json                           its totals; there when the run is through
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import events
from engine.errors import FormfactError, disk_errors
from engine.task import Task
from engine.tune import ledger
from engine.tune.batches import TokenRow, read_rows, schedule
from engine.tune.recipe import Recipe
from engine.tune.samples import MOST_TOKENS, read_samples
from engine.tune.watch import Totals, Watch, newest_checkpoint
from store.errors import disk_full

if TYPE_CHECKING:
    from engine.tune.trainer import Session

_LITTLE = 1 << 20  # bytes free on a disk that has just been filled
_MOST_HELD_OUT = 64  # enough for a curve; more only takes time


def train(session: Session, run: Path, task: Task) -> Totals:
    """Train, or go on training, the run in folder ``run``.

    Returns:
        What the run came to; ``stopped`` when it was asked to save and stop.

    Raises:
        OutOfMemory, Diverged: the checkpoints before are intact.
    """
    from engine.tune import trainer as heavy

    rows = read_rows(run / "tokens" / "train.jsonl")
    kept = read_rows(run / "tokens" / "held_out.jsonl")[:_MOST_HELD_OUT]
    plan = schedule(rows, session.recipe)
    checkpoint, before = newest_checkpoint(run) or (None, Totals())
    before.stopped = False
    session.adapt()
    with ledger.Energy() as gpus:
        watch = Watch(
            run, task, session.recipe, rows, plan, before,
            measure=(lambda: session.held_out_loss(kept)) if kept else None,
            memory=session.memory, gpus=gpus, samples=_sampler(session, run),
        )  # fmt: skip
        trainer = session.trainer(rows, plan, run / "checkpoints", watch)
        watch.before_start = lambda: _preflight(session, trainer, rows, plan, watch)
        with _full_disk(run), heavy.memory_errors(session.recipe):
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        trainer.accelerator.unwrap_model(session.model, keep_fp32_wrapper=False)  # out of bf16, for the gate
        watch.count_energy()
    watch.totals.stopped &= watch.totals.step < watch.totals.steps
    if not watch.totals.stopped:
        watch.evaluate(watch.totals.step)
    with _full_disk(run):
        heavy.save_adapter(session, run / "adapter")
        _finish(run, watch)
    return watch.totals


def _sampler(session: Session, run: Path) -> Callable[[], list[tuple[str, str]]] | None:
    """Gives the run's fixed questions, each with the answer of the weights as they are when it is called."""
    samples = read_samples(run)
    if samples is None or not samples.questions:
        return None

    def answered() -> list[tuple[str, str]]:
        ids = session.answers(samples.questions, MOST_TOKENS)
        return [(question.text, samples.text(said)) for question, said in zip(samples.questions, ids, strict=True)]

    return answered


def _preflight(session: Session, trainer: Any, rows: Sequence[TokenRow], plan: Sequence[int], watch: Watch) -> None:
    """Real steps on the longest rows, before the long run: they need the most memory, and give the time."""
    from engine.tune.trainer import try_step

    recipe: Recipe = session.recipe
    longest = sorted(rows, key=lambda row: len(row.ids))[-recipe.batch :]
    try_step(trainer, session, longest)  # the first step also warms up the libraries
    seconds = try_step(trainer, session, longest)
    speed = sum(len(row.ids) for row in longest) / seconds
    total = sum(len(rows[i].ids) for i in plan) / speed
    watch.journal.tell(
        events.Estimated(watch.totals.steps, round(0.8 * total, 1), round(1.5 * total, 1), session.memory())
    )


@contextlib.contextmanager
def _full_disk(run: Path) -> Iterator[None]:
    """``DiskFull`` in place of whatever a library makes of a full disk (torch and safetensors have their own)."""
    try:
        with disk_errors(run):
            yield
    except FormfactError:
        raise
    except Exception as fault:
        if shutil.disk_usage(run).free > _LITTLE:
            raise
        raise disk_full(run, f"{type(fault).__name__}: {fault}") from fault


def _finish(run: Path, watch: Watch) -> None:
    part = run / "trained.json.part"
    part.write_bytes(msgspec.json.encode(watch.totals))
    part.replace(run / "trained.json")
    watch.journal.close()


def trained(run: Path) -> Totals | None:
    """The totals of a run that is through or was stopped; None before that."""
    path = run / "trained.json"
    return msgspec.json.decode(path.read_bytes(), type=Totals) if path.exists() else None
