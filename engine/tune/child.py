"""The tune child: ``python -m engine.tune.child WORKSPACE``, one process per run, training on its main thread.

When the window is killed the pipe ends, every running task is cancelled (``engine.serve``), the step under way is
finished and saved, and the process ends.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import FormfactError
from engine.serve import serve
from engine.task import Task
from engine.tune.recipe import Recipe

if TYPE_CHECKING:
    from engine.tune.trainer import Session

_session: Session | None = None  # the process serves one run, so it holds one model
_of: tuple[Path, str] | None = None


def warm_up(task: Task) -> None:
    """Import the libraries, which takes seconds, while the parent prepares the tokens."""
    import engine.tune.trainer  # noqa: F401


def materialise(task: Task, gguf: str, folder: str) -> None:
    """Write the training weights of a GGUF file (see ``engine.tune.weights``)."""
    from engine.tune.trainer import from_gguf

    from_gguf(Path(gguf), Path(folder))


def twin_tokens(task: Task, weights: str, texts: list[str]) -> list[list[int]] | None:
    """Token ids of texts by the Hugging Face folder's own tokenizer."""
    from engine.tune import trainer

    return trainer.twin_tokens(Path(weights), texts)


def train(task: Task, run: str, weights: str) -> Any:
    """Train, or go on training, a run; its ``engine.tune.watch.Totals``."""
    from filelock import FileLock, Timeout

    from engine.tune.loop import train as run_it

    folder = Path(run)
    try:
        lock = FileLock(folder / ".lock").acquire(timeout=60)  # a child whose window was killed may still be saving
    except Timeout as fault:
        raise FormfactError("This run is still being trained by another process.", "Wait until it ends.") from fault
    with lock:
        return run_it(_loaded(folder, weights), folder, task)


def logits(task: Task, run: str, weights: str, prompts: list[list[int]], adapted: bool, target: str) -> None:
    """Logits of prompts in fp32, adapter off or on, as arrays ``p0, p1, …`` of an npz file."""
    import numpy as np

    session = _loaded(Path(run), weights)
    if adapted:
        session.adapt(Path(run) / "adapter")
    found = session.logits(prompts, adapted=adapted)
    with Path(target).open("wb") as file:
        np.savez(file, **{f"p{i}": array for i, array in enumerate(found)})  # type: ignore[arg-type]  # stub takes names for options


def _loaded(run: Path, weights: str) -> Session:
    global _session, _of
    from engine.tune.trainer import Session, memory_errors

    recipe = Recipe.load(run / "recipe.toml")
    if _session is None or _of != (run, weights):
        with memory_errors(recipe):
            _session, _of = Session(Path(weights), recipe), (run, weights)
    return _session


if __name__ == "__main__":
    # Unsloth writes generated code into the current folder unless told otherwise.
    os.environ["UNSLOTH_COMPILE_LOCATION"] = str(Path(sys.argv[1]) / "cache" / "unsloth")
    # Threads that wait for each other sleep instead of spinning: on a machine that does other things too, spinning
    # made steps ten times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    serve({handler.__name__: handler for handler in (warm_up, materialise, twin_tokens, train, logits)})
    os._exit(0)  # everything is saved; torch's own clean-up would take seconds
