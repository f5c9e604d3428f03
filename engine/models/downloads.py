"""Downloads of the catalogue's models: what is offered, under which licence, how far it is, and throwing it away.

A download is started by a person who has seen the licence, runs as a task, and can be stopped at any time: that is
pausing it. What has arrived stays on disk beside its target (``engine.models.transfer``), also over a restart, and the
next ``fetch`` goes on from there. ``discard`` is cancelling it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.errors import NetworkFault, disk_errors
from engine.events import Notice, Started
from engine.models import hub
from engine.models.catalogue import Entry
from engine.models.transfer import Remote, read_small
from engine.task import Task

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.models import Model

_LICENCE_FILES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "USE_POLICY.md")
_LICENCE_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Offer:
    """What the hub has for an entry, told before anything large is fetched.

    Attributes:
        entry: the model of the catalogue.
        bytes: size of the GGUF by the hub's own word.
        twin_bytes: size of the twin; 0 when it was not asked for.
        licence: the licence that the repository names, as its key.
        licence_text: the licence in full, where the repository holds it.
        free: bytes free where it would go.
    """

    entry: Entry
    bytes: int
    twin_bytes: int
    licence: str
    licence_text: str
    free: int


@dataclass(frozen=True, slots=True)
class Held:
    """What is here of an entry: the state, and the bytes that have arrived while it is not whole."""

    state: Literal["none", "part", "installed"]
    bytes: int = 0


class Downloads:
    """The catalogue's models, as far as they are here.

    Args:
        workspace: the open workspace, which the files go into.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._folder = workspace.folder / "models"

    def offer(self, entry: Entry, task: Task, *, twin: bool, network: bool) -> Offer:
        """Ask the hub for sizes and licence.

        Args:
            twin: whether the training twin is wanted too.
            network: whether the user allows using the network.

        Raises:
            NetworkFault: not allowed, not reachable, no such repository.
            ModelRefused: the hub does not have the file any more.
        """
        _allowed(entry, network)
        task.emit(Started(f"Asking the hub about {entry.name}"))
        repository, files = self._listed(entry, task)
        pair = self._twin(entry, task) if twin else (repository, [])
        existing = next(folder for folder in (self._folder, *self._folder.parents) if folder.exists())
        return Offer(
            entry=entry,
            bytes=sum(file.size for file in files),
            twin_bytes=sum(file.size for file in pair[1]),
            licence=repository.licence or pair[0].licence,
            licence_text=_licence_text([*repository.files, *pair[0].files], task),
            free=shutil.disk_usage(existing).free,
        )

    def fetch(self, entry: Entry, task: Task, *, twin: bool, network: bool) -> Model:
        """Download an entry, checking every file against the hub's digest, and install it; goes on where it stopped.

        Raises:
            NetworkFault, ModelRefused, DiskFull: see ``hub.download``.
            Cancelled: the task was stopped; what has arrived is kept.
        """
        _allowed(entry, network)
        repository, files = self._listed(entry, task)
        task.emit(Notice(f"{entry.name} is under the {entry.licence.name}: {entry.licence.url}"))
        pair = None
        if twin:
            pair = hub.arrive(*self._twin(entry, task), self._folder, task)
        home = hub.arrive(repository, files, self._folder, task)
        licence = repository.licence or entry.licence.key
        gguf = home / entry.file
        return self._workspace.models.install(gguf, task, pair=pair, origin=entry.source, licence=licence)

    def held(self, entry: Entry) -> Held:
        """What is here of an entry."""
        return self.all_held([entry])[0]

    def all_held(self, entries: Sequence[Entry]) -> list[Held]:
        """What is here of each of some entries."""
        sources = {model.source for model in self._workspace.models.list()}
        return [Held("installed") if entry.source in sources else self._arrived(entry) for entry in entries]

    def _arrived(self, entry: Entry) -> Held:
        arrived = sum(file.stat().st_size for file in self._files(entry))
        return Held("part", arrived) if arrived else Held("none")

    def discard(self, entry: Entry) -> None:
        """Throw away what has arrived of an entry that is not installed."""
        if self.held(entry).state != "part":
            return
        with disk_errors(self._folder):
            for file in self._files(entry):
                file.unlink()
            for home in self._homes(entry):
                if home.is_dir() and not any(home.iterdir()):
                    home.rmdir()

    def _homes(self, entry: Entry) -> tuple[Path, Path]:
        return hub.home_of(entry.repo, self._folder), hub.home_of(entry.twin, self._folder)

    def _files(self, entry: Entry) -> Iterator[Path]:
        """The files of an entry, whole or in part, that no installed model uses."""
        home, twin = self._homes(entry)
        yield from home.glob(f"{entry.file}*")
        if twin.is_dir() and not any(model.twin == str(twin) for model in self._workspace.models.list()):
            yield from (file for file in twin.glob("*") if file.is_file())

    def _listed(self, entry: Entry, task: Task) -> tuple[hub.Repository, Sequence[Remote]]:
        repository = hub.look(entry.repo, task)
        return repository, hub.choose(repository, entry.file)

    def _twin(self, entry: Entry, task: Task) -> tuple[hub.Repository, Sequence[Remote]]:
        repository = hub.look(entry.twin, task)
        return repository, hub.choose(repository, "")


def _allowed(entry: Entry, network: bool) -> None:
    if not network:
        raise NetworkFault(
            f"The network is off, so {entry.name} was not asked for.",
            "Switch it on in Settings (on the command line: --network), or add a file that you already have.",
        )


def _licence_text(files: Sequence[Remote], task: Task) -> str:
    """The text of the licence among a repository's files; empty if there is none."""
    for name in _LICENCE_FILES:
        for file in files:
            if file.name == name and 0 < file.size <= _LICENCE_BYTES:
                return read_small(file.url, task).decode("utf-8", "replace")
    return ""
