"""What the bar offers: models, runs, collections and presets, read in one go beside the window."""

from __future__ import annotations

from dataclasses import dataclass

from engine.chat.conversations import Asking
from engine.chat.presets import Preset
from engine.errors import FormfactError
from engine.workspace import Workspace
from store.runs import Run


@dataclass(frozen=True, slots=True)
class Choices:
    """All that can be chosen. ``default`` is the model that answers when none is named; ``known``: it has been read."""

    known: bool = False
    models: tuple[str, ...] = ()
    default: str = ""
    runs: tuple[Run, ...] = ()
    collections: tuple[str, ...] = ()
    presets: tuple[Preset, ...] = ()

    def model(self, asking: Asking) -> str:
        """The name of the model that would answer."""
        run = next((run for run in self.runs if run.id == asking.run), None)
        return asking.model or (run.model if run else self.default)

    def of_model(self, asking: Asking) -> list[Run]:
        """Finished runs of the model that would answer, the newest first."""
        fitting = [run for run in self.runs if run.model == self.model(asking)]
        return sorted(fitting, key=lambda run: run.created_at, reverse=True)

    def run(self, asking: Asking) -> Run | None:
        """The run whose adapter the tuned arms would use; None: there is none, or it was removed."""
        if asking.run:
            return next((run for run in self.runs if run.id == asking.run), None)
        return next(iter(self.of_model(asking)), None)

    def preset(self, asking: Asking) -> Preset | None:
        """The preset that says how this is asked."""
        same = (asking.system, asking.sampling, asking.k)
        return next((one for one in self.presets if (one.system, one.sampling, one.k) == same), None)


def read(workspace: Workspace) -> Choices:
    """What there is now."""
    try:
        default = workspace.models.get(None).name
    except FormfactError:  # its file is gone; asking will say so, with the remedy
        default = ""
    return Choices(
        known=True,
        models=tuple(model.name for model in workspace.models.list() if model.gguf),
        default=default,
        runs=tuple(run for run in workspace.tuning.list() if run.state == "done" and run.adapter),
        collections=tuple(one.name for one in workspace.documents.collections()),
        presets=tuple(workspace.presets.list()),
    )
