"""What the page reads of the workspace, off the window's thread."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.errors import NotFound
from engine.tune.journal import Curve, Story
from engine.tune.overview import Overview, overview
from engine.tune.runs import Lineage
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Shown:
    """A run as it is shown: at a glance, its curve, and where it comes from."""

    one: Overview
    curve: Curve
    lineage: Lineage


class Reader:
    """Reads runs; of one that goes on it reads on in the journal where it left off."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stories: dict[str, Story] = {}
        self._lineages: dict[str, Lineage] = {}
        self._lock = threading.Lock()

    def read(self, runs: Sequence[str]) -> list[Shown]:
        """These runs as they are now; one that is gone is left out."""
        with self._lock:
            self._stories = {run: story for run, story in self._stories.items() if run in runs}
            return [shown for run in runs if (shown := self._read(run))]

    def _read(self, run: str) -> Shown | None:
        tuning = self._workspace.tuning
        try:
            found = tuning.get(run)
        except NotFound:
            return None
        one = overview(self._workspace, found)
        if run not in self._lineages or not one.active:  # while it goes on it is read twice a second
            self._lineages[run] = tuning.lineage(run)
        lineage = replace(self._lineages[run], run=found)
        story = self._stories.setdefault(run, tuning.story(found))
        return Shown(one, story.read_on(), lineage)
