"""The parity gate: does chat run the model that was trained?

Three things must agree before a run counts as done: the tokens that training was fed with the tokens that chat makes
of the same messages now; the trainer's logits with llama.cpp's with the adapter off; and the same with it on. When
they do not, the gate says which is the likely cause. Logits of the trainer are computed in fp32.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.errors import AdapterRefused, FormfactError
from engine.process import Child
from engine.task import Task
from engine.tune.batches import read_rows
from engine.tune.compare import LEAST_AGREEMENT, TOLERANCE, Agreement, Logits, agreement

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.models import Model

_NEUTRAL = "The quick brown fox jumps over the lazy dog. One day, a little girl went to the park with her mother."
_PROMPTS, _TOKENS = 4, 96
_ROWS = 8  # rows whose tokens are made again


class Gate(msgspec.Struct, frozen=True):
    """What the gate found. ``base`` and ``tuned`` compare logits with the adapter off and on.

    ``tokens``: chat makes the same tokens as training was fed. ``twin_tokens``: share of texts that the Hugging Face
    folder's own tokenizer cuts alike, None without one. ``effect``: how far the adapter moves the logits (0: it changes
    nothing). ``cause`` says in plain words why it failed.
    """

    passed: bool
    cause: str
    quantised: bool
    tokens: bool
    base: Agreement
    tuned: Agreement
    effect: float
    twin_tokens: float | None = None


def write_canaries(workspace: Workspace, model: Model, run: Path, vocabulary: int, task: Task) -> None:
    """Fix the prompts of a run's gate: the first tokens of some rows, and of a neutral text."""
    neutral = workspace.chat_child.call("tokenise", model=model.gguf, text=_NEUTRAL).result(task)
    task.check()
    rows = [*read_rows(run / "tokens" / "held_out.jsonl"), *read_rows(run / "tokens" / "train.jsonl")]
    prompts = [neutral, *(row.ids for row in rows[: _PROMPTS - 1])]
    known = [[token for token in ids[:_TOKENS] if token < vocabulary] for ids in prompts]
    (run / "canaries.json").write_bytes(msgspec.json.encode([ids for ids in known if ids]))


def canaries(run: Path) -> list[list[int]]:
    """The prompts of a run's gate."""
    return msgspec.json.decode((run / "canaries.json").read_bytes(), type=list[list[int]])


def trainer_logits(
    tuner: Child, run: Path, weights: Path, prompts: Sequence[Sequence[int]], *, adapted: bool, task: Task
) -> list[Logits]:
    """The trainer's logits of token ids, from the tune child."""
    target = run / "gate" / f"trainer_{'on' if adapted else 'off'}.npz"
    target.parent.mkdir(exist_ok=True)
    given = {"run": str(run), "weights": str(weights), "prompts": prompts, "adapted": adapted, "target": str(target)}
    tuner.call("logits", **given).result(task)
    task.check()
    return _load(target)


def chat_logits(
    workspace: Workspace, model: Model, adapter: Path | None, prompts: Sequence[Sequence[int]], target: Path, task: Task
) -> list[Logits]:
    """llama.cpp's logits of token ids, from the chat child."""
    target.parent.mkdir(exist_ok=True)
    given = {"adapter": str(adapter) if adapter else None, "prompts": prompts, "target": str(target)}
    workspace.chat_child.call("logits", model=model.gguf, **given).result(task)
    task.check()
    return _load(target)


def check(workspace: Workspace, model: Model, tuner: Child, run: Path, weights: Path, task: Task) -> Gate:
    """Compare trainer and llama.cpp for a trained and converted run."""
    prompts = canaries(run)
    # The adapter comes last: putting it on a loaded base is cheap, taking it off again is not always exact.
    ours_off = trainer_logits(tuner, run, weights, prompts, adapted=False, task=task)
    ours_on = trainer_logits(tuner, run, weights, prompts, adapted=True, task=task)
    theirs_off = chat_logits(workspace, model, None, prompts, run / "gate" / "chat_off.npz", task)
    try:
        theirs_on = chat_logits(workspace, model, run / "adapter.gguf", prompts, run / "gate" / "chat_on.npz", task)
    except AdapterRefused as fault:
        return _refused(model, agreement(ours_off, theirs_off), fault)
    return judge(
        quantised=is_quantised(model),
        tokens=_same_tokens(workspace, model, run, task),
        base=agreement(ours_off, theirs_off),
        tuned=agreement(ours_on, theirs_on),
        effect=agreement(theirs_on, theirs_off).error,
        twin_tokens=_twin(workspace, model, tuner, run, task),
    )


def judge(
    *, quantised: bool, tokens: bool, base: Agreement, tuned: Agreement, effect: float, twin_tokens: float | None
) -> Gate:
    """Pass or fail, with the likely cause. Pure."""
    cause = ""
    if not tokens:
        cause = "Chat makes other tokens of the examples than training was fed: the template or the tokenizer changed."
    elif not _near(base, quantised):
        cause = _base_cause(quantised, base, twin_tokens)
    elif not _near(tuned, quantised):
        cause = (
            f"Base models agree, but the adapter acts differently in chat (logits differ by {tuned.error:.1%}): "
            + ("the base is quantised too coarsely for it." if quantised else "its conversion to GGUF is wrong.")
        )
    elif effect == 0:
        cause = "The adapter changes nothing in chat: it was not trained, or was lost in the conversion."
    return Gate(not cause, cause, quantised, tokens, base, tuned, effect, twin_tokens)


def is_quantised(model: Model) -> bool:
    """Whether llama.cpp runs the model on quantised weights."""
    return model.quantisation.upper() not in ("F32", "F16", "BF16")


def _near(found: Agreement, quantised: bool) -> bool:
    return found.top1 >= LEAST_AGREEMENT if quantised else found.error <= TOLERANCE


def _base_cause(quantised: bool, base: Agreement, twin_tokens: float | None) -> str:
    differ = f"(logits differ by {base.error:.1%}, the likeliest token is the same at {base.top1:.0%} of positions)"
    if twin_tokens is not None and twin_tokens < 0.5:
        return f"The Hugging Face folder and the GGUF file are different models: even their tokens differ {differ}."
    if quantised and base.error < 0.5:
        return f"The GGUF file is quantised too coarsely to act like the weights that were trained {differ}."
    return f"The weights that were trained are not those of the GGUF file: wrong base, or a faulty conversion {differ}."


def _refused(model: Model, base: Agreement, fault: FormfactError) -> Gate:
    nothing = Agreement(1.0, 0.0)
    return Gate(False, f"llama.cpp refuses the adapter. {fault.what}", is_quantised(model), True, base, nothing, 0.0)


def _same_tokens(workspace: Workspace, model: Model, run: Path, task: Task) -> bool:
    """Whether chat makes of the first rows now the tokens that training was fed."""
    from engine.tune.prepare import encode  # it in turn writes canaries

    source, again = run / "gate" / "rows.jsonl", run / "gate" / "rows.tokens"
    lines = (run / "train.jsonl").read_bytes().splitlines(keepends=True)[:_ROWS]
    source.write_bytes(b"".join(lines))
    made = {row.line: row.ids for row in encode(workspace, model, run, source, again, task) if not row.bad}
    fed = {row.line: row.ids for row in read_rows(run / "tokens" / "train.jsonl")}
    return bool(made) and all(fed.get(line) == ids for line, ids in made.items())


def _twin(workspace: Workspace, model: Model, tuner: Child, run: Path, task: Task) -> float | None:
    """Share of messages that the twin's tokenizer cuts as llama.cpp does; None without a twin or its tokenizer."""
    if not model.twin:
        return None
    from engine.tune.prepare import SourceRow

    rows = (run / "train.jsonl").read_bytes().splitlines()[:_ROWS]
    texts = [turn.content for line in rows for turn in msgspec.json.decode(line, type=SourceRow).messages]
    theirs: list[list[int]] | None = tuner.call("twin_tokens", weights=model.twin, texts=texts).result(task)
    if not theirs:
        return None
    ours = [workspace.chat_child.call("tokenise", model=model.gguf, text=text).result(task) for text in texts]
    return float(np.mean([a == b for a, b in zip(ours, theirs, strict=True)]))


def _load(path: Path) -> list[Logits]:
    with np.load(path) as arrays:
        return [arrays[f"p{i}"] for i in range(len(arrays.files))]
