"""Taking a tuned model elsewhere; the forms are in ``engine.models.exports``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ModelRefused, NotFound, Refused, disk_errors
from engine.models import exports
from engine.models.card import lineage
from engine.models.naming import slug
from engine.task import Task

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.models import Model
    from store.runs import Run


@dataclass(frozen=True, slots=True)
class Source:
    """What is exported: a run, its base model, and where its adapter is."""

    workspace: Workspace
    run: Run
    model: Model
    adapter: Path
    peft: Path

    @property
    def name(self) -> str:
        """What the exported files are called."""
        return slug(f"{self.model.name}-{self.run.name or self.run.id}")


def export(workspace: Workspace, run: str | None, to: str, folder: Path, task: Task, quant: str = "") -> list[Path]:
    """Write a run's model into ``folder``, with its lineage in ``formfact.json``.

    Args:
        workspace: holds the run.
        run: its id or name; None: the latest.
        to: one of ``exports.names()``.
        folder: where to; made if it is missing, files of the same names are replaced.
        task: told how far it is.
        quant: a quantisation such as ``Q4_K_M``, for the forms that can be quantised.

    Raises:
        NotFound: the run has no adapter (it was stopped early, or failed).
        ModelRefused: the base model is gone, or is another now.
        DiskFull: there is no room.
    """
    form = exports.form(to)
    if quant and not form.QUANT:
        raise Refused(f"An export to {to} is not quantised.", "Leave out --quant, or export to gguf or ollama.")
    source = _source(workspace, workspace.tuning.get(run))
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        written = form.write(source, folder, quant, task)
        record = folder / "formfact.json"
        plain = lineage(source.run, source.model)
        record.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [*written, record]


def _source(workspace: Workspace, run: Run) -> Source:
    if not run.adapter:
        raise NotFound(f"Run {run.id} has no adapter ({run.state}).", "Resume it, or choose another run.")
    adapter = workspace.folder / run.adapter
    if not adapter.exists():
        raise NotFound(f"The adapter of run {run.id} is gone: {adapter}.", "Tune again.")
    model = workspace.models.get(run.model)
    if model.sha256 != run.base_sha256:
        raise ModelRefused(
            f"Model {run.model} is not the file that run {run.id} was trained on.",
            "Add that file again, or tune again on this one.",
        )
    return Source(workspace, run, model, adapter, workspace.folder / "runs" / run.id / "adapter")
