"""The runs of a workspace as they are kept: found, named, noted, put into the bin and out of it, traced back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import FormfactError, NotFound
from engine.tune import journal
from engine.tune.holding import is_held
from engine.tune.watch import newest_checkpoint
from store import runs as rows
from store.runs import ACTIVE, Run

if TYPE_CHECKING:
    from engine.events import Event
    from engine.workspace import Workspace
    from store.datasets import Dataset
    from store.models import Model

_GONE = "Its process ended before it was through."


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a run comes from and what came of it.

    ``ancestors`` are the runs that it repeats, the nearest first, ``descendants`` those that repeat it. ``dataset`` and
    ``model`` are what it was made from, None where that is no longer there as it was.
    """

    run: Run
    ancestors: tuple[Run, ...]
    descendants: tuple[Run, ...]
    dataset: Dataset | None
    model: Model | None


class Runs:
    """Training runs, one row and one folder each.

    A run that was left in the middle by a process that is gone is ``interrupted`` from the next look at it.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._database = workspace.database
        self._mine: set[str] = set()  # what this process works on, or is about to
        if workspace.owner:
            self._empty_bin()

    def bin(self) -> list[Run]:
        """The runs that were deleted and can still be restored."""
        return [self._placed(run) for run in rows.listed(self._database, deleted=True)]

    def active(self) -> list[Run]:
        """The runs that this process works on."""
        return [run for run in rows.active(self._database) if run.id in self._mine]

    def elsewhere(self, run: Run) -> bool:
        """Whether another process works on the run: one that was left training in the background."""
        return run.state in ACTIVE and run.id not in self._mine and is_held(self.folder(run))

    def get(self, run: str | None = None) -> Run:
        """A run by its id, the start of it, or its name; None or ``latest``: the newest.

        Raises:
            NotFound: there is none.
        """
        known = self.list()
        if run in (None, "", "latest"):
            if known:
                return known[0]
            raise NotFound("There is no run yet.", "Start one: formfact tune start --data NAME.")
        for same in (lambda one: one.id == run, lambda one: one.name == run, lambda one: one.id.startswith(str(run))):
            if found := next(filter(same, known), None):
                return found
        raise NotFound(f"There is no run {run!r}.", "`formfact tune list` shows the runs.")

    def folder(self, run: Run) -> Path:
        """The folder of a run."""
        return self._workspace.folder / "runs" / run.id

    def events(self, run: Run) -> list[Event]:
        """What a run has told so far: the curve of its loss, its checkpoints."""
        return journal.read(self.folder(run) / journal.FILE)

    def story(self, run: Run) -> journal.Story:
        """The same as curves, to be read on while the run goes on."""
        return journal.Story(self.folder(run) / journal.FILE)

    def resumable(self, run: Run) -> bool:
        """Whether the run can be gone on with."""
        return run.state in ("interrupted", "stopped", "failed")

    def saved_step(self, run: Run) -> int:
        """The step of the checkpoint that the run would go on from; 0 without one."""
        found = newest_checkpoint(self.folder(run))
        return found[1].step if found else 0

    def rename(self, run: str, name: str) -> Run:
        """Give a run another name."""
        return self._change(run, name=" ".join(name.split()))

    def note(self, run: str, text: str) -> Run:
        """Write what a person wants to remember of a run."""
        return self._change(run, remark=text.strip())

    def delete(self, run: str) -> Run:
        """Put a run into the bin; it can be restored until the workspace is opened the next time.

        Raises:
            FormfactError: it is under way.
        """
        found = self.get(run)
        if found.state in ACTIVE:
            raise FormfactError(f"Run {found.id} is under way.", "Stop it first.")
        return self._placed(rows.update(self._database, found, deleted_at=datetime.now(UTC).isoformat()))

    def restore(self, run: str) -> Run:
        """Take a run out of the bin.

        Raises:
            NotFound: it is not there.
        """
        for found in self.bin():
            if found.id == run:
                return self._placed(rows.update(self._database, found, deleted_at=""))
        raise NotFound(f"The run {run!r} is not in the bin.", "It was removed when the workspace was opened.")

    def lineage(self, run: str | None) -> Lineage:
        """What a run was made from, which runs it repeats, and which repeat it."""
        found = self.get(run)
        known = {one.id: one for one in self.list()}
        ancestors: list[Run] = []
        parent = known.get(found.parent)
        while parent and parent not in ancestors:
            ancestors.append(parent)
            parent = known.get(parent.parent)
        descendants = tuple(one for one in known.values() if one.parent == found.id)
        return Lineage(found, tuple(ancestors), descendants, self._dataset(found), self._model(found))

    def _dataset(self, run: Run) -> Dataset | None:
        try:
            return self._workspace.datasets.get(f"{run.dataset}@{run.dataset_version}")
        except FormfactError:
            return None

    def _model(self, run: Run) -> Model | None:
        same = (model for model in self._workspace.models.list() if model.name == run.model)
        found = next(same, None)
        return found if found and found.sha256 == run.base_sha256 else None

    def _change(self, run: str, **changes: str) -> Run:
        return self._placed(rows.update(self._database, self.get(run), **changes))

    def _placed(self, run: Run) -> Run:
        """The row with its adapter's path made whole; it is kept relative so that a workspace can be moved."""
        return replace(run, adapter=str(self._workspace.folder / run.adapter)) if run.adapter else run

    def _bury(self) -> None:
        """Mark the runs that no living process works on."""
        if not self._workspace.owner:
            return
        for run in rows.active(self._database):
            if run.id not in self._mine and not is_held(self.folder(run)):
                tip = " It can be resumed from its last checkpoint." if self.saved_step(run) else ""
                rows.update(self._database, run, state="interrupted", note=f"{_GONE}{tip}")

    def _empty_bin(self) -> None:
        for run in self.bin():
            self._throw_away(run)

    def _throw_away(self, run: Run) -> None:
        rows.remove(self._database, run.id)  # first: a row without a folder would promise what is not there
        shutil.rmtree(self.folder(run), ignore_errors=True)

    def list(self) -> list[Run]:
        """All runs, the newest first."""
        self._bury()
        return [self._placed(run) for run in rows.listed(self._database)]
