"""Four arms at once: memory, and time against loading a model for each, and against one arm after the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from bench.bare import Bare
from bench.chatting import Asker, Bed, Spent, beds, ratios
from bench.common import ROOT, Row, report
from engine.types import FOUR_ARMS

ARMS = [arm.value for arm in FOUR_ARMS]
REPEATS = 3
COUNT = 64
_TODAY = """
import sys
from llama_cpp import Llama
model, adapter, threads, count, prompt = sys.argv[1:]
llama = Llama(model, lora_path=adapter or None, n_ctx=2048, n_threads=int(threads), n_threads_batch=int(threads),
              verbose=False)
llama.create_chat_completion([{"role": "user", "content": prompt}], temperature=0, max_tokens=int(count))
"""


def main() -> None:
    """Measure on both models and report."""
    rows: list[Row] = []
    with beds() as models, TemporaryDirectory() as folder:
        for bed in models:
            rows += [memory(bed, Path(folder)), *apart(bed, Path(folder)), *sequential(bed, Path(folder))]
    report("compare", rows)


def shared(asker: Asker) -> dict[str, Any]:
    """What the arms share: 300 tokens of history, 400 of passages."""
    texts = [asker.text(75, f"{part}") for part in range(4)]
    fields = {"chunk": 1, "document": "book.md", "path": "/book.md", "page": None, "start": 0, "end": 1}
    return {
        "history": [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(texts)],
        "passages": [{"rank": i, "text": asker.text(130, f"passage {i}"), **fields} for i in (1, 2, 3)],
    }


def memory(bed: Bed, folder: Path) -> Row:
    """Resident memory of the chat process after four arms, against after a grounded answer to the same question."""
    sizes = []
    for arms in (["grounded"], ARMS):
        asker = Asker(bed, folder)
        asker(arms, "and what came then", COUNT, **shared(asker))
        assert asker.child.pid
        sizes.append(psutil.Process(asker.child.pid).memory_info().rss / 2**20)
        asker.close()
    how = (
        f"{sizes[1]:.0f} MB after four arms, {sizes[0]:.0f} MB after the grounded one alone; same history and passages"
    )
    return Row(f"resident memory, four arms ÷ one, {bed.name}", sizes[1] / sizes[0], "x", 1.25, "lower", how)


def apart(bed: Bed, folder: Path) -> list[Row]:
    """Four arms in one process, against four scripts that each load the model: processes started anew in both."""
    ours, today = [], []
    for _ in range(REPEATS):
        began = Spent.now()
        asker = Asker(bed, folder)
        asker(ARMS, "and what came then", COUNT)
        asker.close()
        ours.append(began.since())
        began = Spent.now()
        for arm in FOUR_ARMS:
            adapter = str(bed.adapter) if arm.adapted else ""
            script = [sys.executable, "-c", _TODAY, str(bed.model), adapter, str(bed.threads), str(COUNT)]
            subprocess.run([*script, "and what came then"], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        today.append(began.since())
    how = f"medians of {REPEATS}, against four llama-cpp-python scripts; a short question, {COUNT} tokens"
    return ratios(f"four arms ÷ four runs that load, {bed.name}", ours, today, 0.4, how)


def sequential(bed: Bed, folder: Path) -> list[Row]:
    """Four arms in one request, against a loop that evaluates each arm's whole prompt on the loaded model."""
    asker = Asker(bed, folder)
    given = shared(asker)
    asker(ARMS, "warm up", 2)
    contexts = {
        False: Bare(bed.model, threads=bed.threads),
        True: Bare(bed.model, bed.adapter, threads=bed.threads),
    }
    ours, loop = [], []
    for number in range(REPEATS):
        asker(ARMS, f"{number} forget the history", 2)
        began = Spent.now()
        answers = asker(ARMS, f"question {number} and what came then", COUNT, **given)
        ours.append(began.since())
        began = Spent.now()
        for answer in answers:
            # ids of the same number; the loop's cost does not depend on which they are
            prompt = [100 + i % 900 for i in range(answer.prompt_tokens)]
            contexts[answer.arm.adapted].answer(prompt, max(2, answer.answer_tokens))
        loop.append(began.since())
    for context in contexts.values():
        context.close()
    asker.close()
    lengths = ", ".join(f"{answer.prompt_tokens}+{answer.answer_tokens}" for answer in answers)
    how = f"medians of {REPEATS}, interleaved; tokens of the arms {lengths}; {bed.threads} threads"
    return ratios(f"four arms ÷ four one after the other, {bed.name}", ours, loop, 0.85, how)


if __name__ == "__main__":
    main()
