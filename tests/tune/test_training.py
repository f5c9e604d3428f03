"""Training itself, through the real child: Unsloth, checkpoints, deaths and what comes after them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import psutil
import pytest

from engine import errors, events
from engine.process import ROOT, Child
from engine.task import Task
from engine.tune.journal import read
from engine.tune.loop import trained
from engine.tune.watch import Totals, diverged, newest_checkpoint
from engine.tune.wishes import STOP
from tests.tune.conftest import RECIPE, STEPS, new_child, new_run


def train(child: Child, run: Path, weights: Path, task: Task | None = None) -> Totals:
    return msgspec.convert(child.call("train", run=str(run), weights=str(weights)).result(task), Totals)


def losses(run: Path) -> list[float]:
    return [event.loss for event in read(run / "events.jsonl") if isinstance(event, events.TrainStep)]


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory, child: Child, weights: Path) -> tuple[Path, Totals]:
    """A run from its first to its last step."""
    run = new_run(tmp_path_factory.mktemp("runs") / "straight")
    return run, train(child, run, weights)


def test_a_run_learns_and_tells(straight: tuple[Path, Totals]) -> None:
    run, totals = straight
    told = read(run / "events.jsonl")
    steps = [event for event in told if isinstance(event, events.TrainStep)]
    assert [event.step for event in steps] == list(range(1, STEPS + 1))
    assert isinstance(told[0], events.Estimated)
    assert [event.step for event in told if isinstance(event, events.Evaluated)] == [0, 4, 8]
    assert [event.step for event in told if isinstance(event, events.Saved)] == [3, 6, 8]
    assert steps[-1].loss < steps[0].loss
    assert totals.held_out[-1][1] < totals.held_out[0][1]
    assert (totals.step, totals.steps, totals.examples, totals.stopped) == (STEPS, STEPS, 36, False)
    assert totals.tokens == steps[-1].tokens > 0
    assert totals.peak_memory > 0
    assert trained(run) == totals
    assert (run / "adapter" / "adapter_model.safetensors").exists()


def test_the_loss_is_the_mean_over_learnt_tokens(straight: tuple[Path, Totals], child: Child, weights: Path) -> None:
    """The first step's loss, from the base model's own logits: only the answers count, each token once."""
    from engine.tune.batches import read_rows, schedule, steps_of

    run, _ = straight
    rows = read_rows(run / "tokens" / "train.jsonl")
    first = [rows[i] for i in steps_of(schedule(rows, RECIPE), RECIPE)[0]]
    target = run / "base.npz"
    prompts = [row.ids for row in first]
    given = {"run": str(run), "weights": str(weights), "prompts": prompts, "adapted": False, "target": str(target)}
    child.call("logits", **given).result()
    total, count = 0.0, 0
    with np.load(target) as arrays:
        for i, row in enumerate(first):
            logits = arrays[f"p{i}"].astype(np.float64)
            log_probabilities = logits - np.log(np.exp(logits - logits.max(1, keepdims=True)).sum(1, keepdims=True))
            log_probabilities -= logits.max(1, keepdims=True)
            for position, label in enumerate(row.labels):
                if position and label >= 0:
                    total -= log_probabilities[position - 1, label]
                    count += 1
    assert losses(run)[0] == pytest.approx(total / count, rel=2e-2)  # the step was computed in bf16


def test_stopped_on_request_then_resumed(tmp_path: Path, child: Child, weights: Path) -> None:
    run = new_run(tmp_path / "run", RECIPE.with_settings(["max_steps=2000", "eval_every=0", "save_every=0"]))

    def listen(event: events.Event) -> None:
        if isinstance(event, events.TrainStep):
            (run / STOP).touch()

    totals = train(child, run, weights, Task(listen))
    assert totals.stopped
    assert totals.step < 2000
    found = newest_checkpoint(run)
    assert found
    assert found[0].name == f"checkpoint-{totals.step}"
    assert (run / "adapter" / "adapter_config.json").exists()
    again = train(child, run, weights, Task(listen))
    assert totals.step < again.step < 2000
    assert again.tokens > totals.tokens
    steps = [event.step for event in read(run / "events.jsonl") if isinstance(event, events.TrainStep)]
    assert steps == list(range(1, again.step + 1))


def test_killed_then_resumed_gives_the_same_curve(tmp_path: Path, weights: Path, straight: tuple[Path, Totals]) -> None:
    run = new_run(tmp_path / "run")
    child = new_child(tmp_path)

    def listen(event: events.Event) -> None:
        if isinstance(event, events.TrainStep) and event.step == 4 and child.pid:
            os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(errors.ChildDied):
        train(child, run, weights, Task(listen))
    assert trained(run) is None
    half = run / "checkpoints" / "checkpoint-7"  # as if it had died while saving: without its mark it does not count
    shutil.copytree(run / "checkpoints" / "checkpoint-3", half)
    (half / "formfact.json").unlink()
    found = newest_checkpoint(run)
    assert found
    assert found[0].name in ("checkpoint-3", "checkpoint-6")
    after = train(child, run, weights)
    child.close()
    assert after.step == STEPS
    assert losses(run) == pytest.approx(losses(straight[0]), rel=1e-3)
    assert after.held_out[-1][1] == pytest.approx(straight[1].held_out[-1][1], rel=1e-3)


def test_a_killed_parent_leaves_a_checkpoint(tmp_path: Path, weights: Path) -> None:
    run = new_run(tmp_path / "run", RECIPE)
    (run / "recipe.toml").write_text(RECIPE.with_settings(["max_steps=5000", "save_every=0", "eval_every=0"]).toml())
    script = (
        "from pathlib import Path; from tests.tune.conftest import new_child; from engine.events import TrainStep\n"
        f"child = new_child(Path({str(tmp_path)!r}))\n"
        f"call = child.call('train', run={str(run)!r}, weights={str(weights)!r})\n"
        "for event in call.events():\n"
        "    if isinstance(event, TrainStep): print(child.pid, flush=True)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    process = psutil.Process(pid)
    parent.kill()
    parent.wait()
    process.wait(timeout=60)
    found = newest_checkpoint(run)
    assert found
    totals = trained(run)
    assert totals
    assert totals.stopped
    assert 0 < found[1].step < 5000


def test_a_loss_that_is_not_a_number(tmp_path: Path, child: Child, weights: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(weights, broken, copy_function=shutil.copyfile)
    _poison(broken / "model.safetensors")
    with pytest.raises(errors.Diverged, match="loss is no longer a number") as caught:
        train(child, new_run(tmp_path / "run"), broken)
    assert "damaged" in caught.value.remedy
    later = diverged(7, RECIPE)
    assert "step 7" in later.what and "learning_rate" in later.remedy


def test_a_full_disk_keeps_what_was_saved(tmp_path: Path, child: Child, weights: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small tmpfs")
    try:
        run = new_run(disk / "run")

        def fill(event: events.Event) -> None:
            if isinstance(event, events.Saved):
                with contextlib.suppress(OSError), (disk / "filler").open("wb") as file:
                    file.write(bytes(4 << 20))

        with pytest.raises(errors.DiskFull, match="is full"):
            train(child, run, weights, Task(fill))
        assert newest_checkpoint(run)
        (disk / "filler").unlink()
        assert train(child, run, weights).step == STEPS
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="needs Linux's memory limits")
def test_out_of_memory_says_what_to_change(tmp_path: Path, child: Child, weights: Path) -> None:
    """Last in this file: the child's memory is limited to little more than it has."""
    recipe = RECIPE.with_settings(["batch=512", "max_steps=2"])
    run = new_run(tmp_path / "run", recipe, rows=600)
    assert child.pid
    process = psutil.Process(child.pid)
    process.rlimit(psutil.RLIMIT_AS, (process.memory_info().vms + (64 << 20), -1))
    with pytest.raises(errors.OutOfMemory, match="more memory than there is") as caught:
        train(child, run, weights)
    assert "--set batch=256 --set accumulation=2" in caught.value.remedy


def _poison(path: Path) -> None:
    """Overwrite the middle of the weights with NaN."""
    content = bytearray(path.read_bytes())
    start = 8 + int.from_bytes(content[:8], "little")
    middle = start + (len(content) - start) // 8 * 4
    content[middle : middle + 4000] = np.full(1000, np.nan, np.float32).tobytes()
    path.write_bytes(bytes(content))
