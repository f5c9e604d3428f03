"""Models as a person looks at them: what each is, whether it is sound, whether it runs and can be tuned here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.machine import Library, Machine, TuningRule, advice, libraries, llama_backends, look, tuning_rule
from engine.models import naming
from engine.models.catalogue import Entry, catalogue
from engine.models.downloads import Held
from engine.models.needs import Needs, needs_of_entry, needs_of_model
from engine.models.tunable import Tunable

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.models import Model


@dataclass(frozen=True, slots=True)
class Installed:
    """An installed model.

    Attributes:
        state: empty if its file is what it was, else ``missing`` or ``changed``.
        warnings: sentences about the file itself.
        builtin: whether it is part of Formfact.
        owned: whether its files lie in the workspace, so that removing it may delete them.
    """

    model: Model
    state: str
    tunable: Tunable
    needs: Needs
    warnings: tuple[str, ...]
    builtin: bool
    owned: bool


@dataclass(frozen=True, slots=True)
class Suggested:
    """A model of the catalogue: what it needs here, and what is here of it."""

    entry: Entry
    needs: Needs
    held: Held


@dataclass(frozen=True, slots=True)
class Abilities:
    """What this machine can do.

    Attributes:
        rule: how it tunes.
        runs: the largest model of the catalogue that runs here with what is free now, None if none does.
        tunes: the largest that can be tuned.
        backends: what llama.cpp computes on.
        advice: what a person could do about what is missing or slow.
    """

    machine: Machine
    libraries: tuple[Library, ...]
    rule: TuningRule
    runs: Entry | None
    tunes: Entry | None
    backends: tuple[str, ...]
    advice: tuple[str, ...]


def installed(workspace: Workspace) -> list[Installed]:
    """The installed models, compared with this machine as it is now."""
    here, found = look(workspace.folder), []
    for model in workspace.models.list():
        found.append(
            Installed(
                model=model,
                state=workspace.models.state(model),
                tunable=workspace.models.tunable(model),
                needs=needs_of_model(model, here),
                warnings=tuple(json.loads(model.facts)["warnings"]),
                builtin=model.name == naming.STARTER,
                owned=Path(model.gguf).is_relative_to(workspace.folder),
            )
        )
    return found


def suggested(workspace: Workspace) -> list[Suggested]:
    """The catalogue, compared with this machine as it is now."""
    here, entries = look(workspace.folder), catalogue()
    held = workspace.models.downloads.all_held(entries)
    return [Suggested(entry, needs_of_entry(entry, here), one) for entry, one in zip(entries, held, strict=True)]


def abilities(workspace: Workspace) -> Abilities:
    """What this machine can do."""
    here, found = look(workspace.folder), tuple(libraries())
    needs = [(entry, needs_of_entry(entry, here)) for entry in catalogue()]
    runs = [entry for entry, need in needs if need.run_fit == "yes"]
    tunes = [entry for entry, need in needs if need.tune_fit == "yes"]
    return Abilities(
        machine=here,
        libraries=found,
        rule=tuning_rule(here),
        runs=runs[-1] if runs else None,
        tunes=tunes[-1] if tunes else None,
        backends=tuple(llama_backends()),
        advice=tuple(advice(here, list(found))),
    )
