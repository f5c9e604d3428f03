"""Training weights of a model: its Hugging Face twin, or its GGUF read through transformers and verified.

What transformers makes of a GGUF is only used after its logits agreed with llama.cpp's on the same tokens; it is then
kept in the workspace's cache, by the digest of the GGUF.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ModelRefused, disk_errors
from engine.events import Started
from engine.process import Child
from engine.task import Task
from engine.tune.compare import TOLERANCE, Agreement, agreement

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.models import Model

_QUANTISED_TOLERANCE = 5e-2  # llama.cpp multiplies quantised weights with quantised activations; transformers does not


def training_weights(workspace: Workspace, model: Model, tuner: Child, run: Path, task: Task) -> Path:
    """The Hugging Face folder that training reads.

    Args:
        tuner: the tune child, which reads and writes the weights.
        run: the run's folder, whose canaries and recipe are used to verify.

    Raises:
        ModelRefused: there is no folder, and the GGUF of this architecture does not come out the same.
    """
    if model.twin:
        return Path(model.twin)
    folder = workspace.folder / "cache" / "weights" / model.sha256[:16]
    if (folder / "config.json").exists():
        return folder
    task.emit(Started(f"Reading the training weights out of {Path(model.gguf).name}"))
    part = folder.with_name(folder.name + ".part")
    with disk_errors(folder):
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        tuner.call("materialise", gguf=model.gguf, folder=str(part)).result(task)
        task.check()
        verify(workspace, model, tuner, run, part, task)
        part.rename(folder)
    return folder


def verify(workspace: Workspace, model: Model, tuner: Child, run: Path, folder: Path, task: Task) -> Agreement:
    """Compare the logits of the weights in ``folder`` with llama.cpp's.

    Raises:
        ModelRefused: they differ, so training would learn for another model than chat runs.
    """
    from engine.tune.gate import canaries, chat_logits, is_quantised, trainer_logits

    prompts = canaries(run)
    ours = trainer_logits(tuner, run, folder, prompts, adapted=False, task=task)
    theirs = chat_logits(workspace, model, None, prompts, run / "gate" / "verify.npz", task)
    found = agreement(ours, theirs)
    if found.error > (_QUANTISED_TOLERANCE if is_quantised(model) else TOLERANCE):
        raise ModelRefused(
            f"The training weights read from {Path(model.gguf).name} are not the same model "
            f"(their logits differ by {found.error:.1%}): transformers misreads {model.architecture} files.",
            "Add the model together with its Hugging Face folder (models add GGUF --pair FOLDER).",
        )
    return found
