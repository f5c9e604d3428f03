"""Tuning: tokens a second of the tune child against a bare Unsloth script with the same settings and the same rows.

Run: ``python bench/tune.py [REPEATS]``

Both train the same randomly initialised Llama of the starter's size on the same batches in the same order, without
held-out measurements or checkpoints, each in a process of its own, in turn. Timed is the training alone, from before
its first step to after its last; tokens are counted without padding. The bare script is run a second time as people
write it, with Unsloth's and TRL's own shuffling.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench.common import ROOT, Row, report
from engine import events
from engine.process import Child, _environment
from engine.task import Task
from engine.tune.batches import IGNORED, TokenRow, read_rows, schedule, write_rows
from engine.tune.recipe import Recipe

STEPS = 12
RECIPE = Recipe(max_steps=STEPS, batch=8, learning_rate=2e-3, eval_every=0, save_every=0, rank=16, alpha=32)
VOCABULARY = 1024


def make_run(folder: Path) -> int:
    """Rows as the sample's: half of them short questions, half with passages. Returns the tokens of the whole run."""
    dice = random.Random(1)
    (folder / "tokens").mkdir(parents=True)
    rows = []
    for line in range(STEPS * RECIPE.batch):
        size = dice.randrange(50, 110) if line % 2 else dice.randrange(300, 500)
        ids = [dice.randrange(VOCABULARY) for _ in range(size)]
        rows.append(TokenRow(line, ids, [IGNORED] * (size - 30) + ids[-30:]))
    write_rows(folder / "tokens" / "train.jsonl", rows)
    write_rows(folder / "tokens" / "held_out.jsonl", [])
    (folder / "recipe.toml").write_text(RECIPE.toml())
    return sum(len(rows[i].ids) for i in schedule(rows, RECIPE))


def make_weights(folder: Path) -> None:
    """A Llama of the starter's size with random weights, as a Hugging Face folder with a tokenizer."""
    import transformers

    from engine.tune.trainer import _placeholder_tokenizer

    config = transformers.LlamaConfig(
        hidden_size=256, intermediate_size=768, num_hidden_layers=6, num_attention_heads=4, num_key_value_heads=2,
        vocab_size=VOCABULARY, max_position_embeddings=2048, tie_word_embeddings=True,
    )  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    _placeholder_tokenizer(VOCABULARY).save_pretrained(folder)


def ours(run: Path, weights: Path, log: Path) -> tuple[float, float]:
    """Seconds that the tune child trains: by the clock, and of processor time."""
    child = Child("engine.tune.child", [str(run)], log)
    used = []

    def listen(event: events.Event) -> None:
        if isinstance(event, events.Estimated) or (isinstance(event, events.TrainStep) and event.step == STEPS):
            used.append(sum(psutil.Process(child.pid).cpu_times()[:2]))

    try:
        totals = child.call("train", run=str(run), weights=str(weights)).result(Task(listen))
        return float(totals["seconds"]), used[1] - used[0]
    finally:
        child.close()


def bare(run: Path, weights: Path, *, shuffled: bool) -> tuple[float, float]:
    """Seconds that a bare script trains: by the clock, and of processor time."""
    env = _environment(None) | {"OMP_WAIT_POLICY": "PASSIVE"}  # the same for both: this machine does other things too
    command = [sys.executable, __file__, "--bare", str(run), str(weights), "shuffled" if shuffled else "same"]
    done = subprocess.run(command, env=env, cwd=run, capture_output=True, text=True, check=True)
    wall, processor = json.loads(done.stdout.splitlines()[-1])
    return wall, processor


def bare_script(run: Path, weights: Path, order: str) -> tuple[float, float]:
    """What a person would write: Unsloth's loader and adapter, TRL's trainer and collator."""
    import unsloth  # isort: skip
    import torch
    import transformers
    import trl
    from datasets import Dataset

    model, tokenizer = unsloth.FastLanguageModel.from_pretrained(
        str(weights), max_seq_length=RECIPE.length, dtype=torch.float32, load_in_4bit=False,
        use_gradient_checkpointing=False,
    )  # fmt: skip
    model = unsloth.FastLanguageModel.get_peft_model(
        model, r=RECIPE.rank, lora_alpha=RECIPE.alpha, lora_dropout=0, use_gradient_checkpointing=False,
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    )  # fmt: skip
    rows = read_rows(run / "tokens" / "train.jsonl")
    plan = schedule(rows, RECIPE)
    clock = []

    class Clock(transformers.TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, *_: object, **__: object) -> None:
            clock.append((time.monotonic(), time.process_time()))

        def on_train_end(self, *_: object, **__: object) -> None:
            clock.append((time.monotonic(), time.process_time()))

    trainer = trl.SFTTrainer(
        model=model,
        processing_class=tokenizer,
        train_dataset=Dataset.from_dict(
            {"input_ids": [rows[i].ids for i in plan], "labels": [rows[i].labels for i in plan]}
        ),
        args=trl.SFTConfig(
            output_dir=str(run / "bare"), per_device_train_batch_size=RECIPE.batch, max_steps=STEPS,
            learning_rate=RECIPE.learning_rate, lr_scheduler_type="cosine", weight_decay=RECIPE.weight_decay,
            bf16=bool(unsloth.is_bfloat16_supported()), gradient_checkpointing=False, max_length=None,
            dataset_kwargs={"skip_prepare_dataset": True}, save_strategy="no", report_to=[], logging_steps=1,
            train_sampling_strategy="random" if order == "shuffled" else "sequential",
        ),
        callbacks=[Clock()],
    )  # fmt: skip
    trainer.train()
    (began, used), (ended, used_then) = clock
    return ended - began, used_then - used


def main(repeats: int) -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, __file__, "--weights", str(folder / "weights")], check=True, cwd=folder,
                       env=_environment(None), capture_output=True)  # fmt: skip
        times: dict[str, list[tuple[float, float]]] = {"ours": [], "same": [], "shuffled": []}
        tokens = 0
        for i in range(repeats):
            run = folder / f"run{i}"
            tokens = make_run(run)
            times["same"].append(bare(run, folder / "weights", shuffled=False))
            times["ours"].append(ours(run, folder / "weights", folder / "log"))
            times["shuffled"].append(bare(run, folder / "weights", shuffled=True))
    how = (
        f"{STEPS} steps of {RECIPE.batch} rows, {tokens:,} tokens, 5M-parameter Llama, LoRA 16; {repeats} pairs in turn"
    )
    processor = "processor time instead of the clock's, which other programs on the machine do not change"
    report(
        "tune",
        [
            Row(
                "tune against a bare Unsloth script", ratio(times, "same", 0), "x", 0.97, "higher", f"same order; {how}"
            ),
            Row(
                "tune against a bare Unsloth script, processor time",
                ratio(times, "same", 1),
                "x",
                0.97,
                "higher",
                f"{processor}; {how}",
            ),
            Row("tune against a bare script that shuffles", ratio(times, "shuffled", 0), "x", None, "higher", how),
            Row(
                "tune against a bare script that shuffles, processor time",
                ratio(times, "shuffled", 1),
                "x",
                None,
                "higher",
                f"{processor}; {how}",
            ),
            Row("tune speed", tokens / min(times["ours"])[0], "tokens/s", None, "higher", f"best; {how}"),
            Row("bare script's speed", tokens / min(times["same"])[0], "tokens/s", None, "higher", f"best; {how}"),
        ],
    )


def ratio(times: dict[str, list[tuple[float, float]]], other: str, which: int) -> float:
    """Median of how many times as fast ours is; ``which``: 0 by the clock, 1 by processor time."""
    return statistics.median(b[which] / a[which] for a, b in zip(times["ours"], times[other], strict=True))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    match sys.argv[1:]:
        case ["--weights", folder]:
            make_weights(Path(folder))
        case ["--bare", run, weights, order]:
            os.environ["UNSLOTH_COMPILE_LOCATION"] = str(Path(run) / "unsloth")
            print(json.dumps(bare_script(Path(run), Path(weights), order)))
        case [repeats]:
            main(int(repeats))
        case _:
            main(3)
