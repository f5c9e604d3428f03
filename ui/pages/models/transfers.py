"""Downloads as the window sees them: which are under way, how far, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from engine.errors import FormfactError
from engine.events import Event, Progress
from engine.jobs import Job, Lane
from engine.models.catalogue import Entry
from engine.models.downloads import Offer
from ui.shell import Shell


@dataclass
class Transfer:
    """One entry's conversation with the hub.

    Attributes:
        step: ``asking`` for its offer, ``offered``, ``fetching``, or ``failed``.
        job: the job under way.
        offer: what the hub has, once it has said so.
        progress: how far the download is.
        error: why it failed.
    """

    step: str
    job: Job | None = None
    offer: Offer | None = None
    progress: Progress | None = None
    error: FormfactError | None = None


class Transfers(QObject):
    """All transfers of a window, by the entry's key.

    Signals:
        changed: the transfer of an entry is other than it was: its key.
    """

    changed = Signal(str)

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._shell = shell
        self._all: dict[str, Transfer] = {}

    def of(self, entry: Entry) -> Transfer | None:
        """The transfer of an entry, None if there is none."""
        return self._all.get(entry.key)

    def ask(self, entry: Entry, *, twin: bool) -> None:
        """Ask the hub what it has, and under which licence."""
        network, downloads = self._shell.settings.network, self._shell.workspace.models.downloads
        self._all[entry.key] = transfer = Transfer("asking")

        def answered(offer: Offer) -> None:
            transfer.step, transfer.offer = "offered", offer
            self.changed.emit(entry.key)

        transfer.job = self._shell.run(
            Lane.NETWORK,
            self.tr("Asking about {0}").format(entry.name),
            lambda task: downloads.offer(entry, task, twin=twin, network=network),
            owner=self,
            on_done=answered,
            on_failed=lambda fault: self._failed(entry, fault),
            on_end=lambda job: self._ended(entry, job),
            page="models",
        )
        self.changed.emit(entry.key)

    def fetch(self, entry: Entry, *, twin: bool) -> None:
        """Download an entry whose licence was accepted, or go on with it."""
        network, downloads = self._shell.settings.network, self._shell.workspace.models.downloads
        self._all[entry.key] = transfer = Transfer("fetching")

        def heard(event: Event) -> None:
            if isinstance(event, Progress):
                transfer.progress = event
                self.changed.emit(entry.key)

        transfer.job = self._shell.run(
            Lane.NETWORK,
            self.tr("Downloading {0}").format(entry.name),
            lambda task: downloads.fetch(entry, task, twin=twin, network=network),
            owner=self,
            on_event=heard,
            on_done=lambda _: self._arrived(entry),
            on_failed=lambda fault: self._failed(entry, fault),
            on_end=lambda job: self._ended(entry, job),
            page="models",
        )
        self.changed.emit(entry.key)

    def pause(self, entry: Entry) -> None:
        """Stop for now; what has arrived is kept."""
        if (transfer := self.of(entry)) and transfer.job:
            transfer.job.cancel()

    def forget(self, entry: Entry) -> None:
        """Take back an offer, or a failure that was read."""
        self._all.pop(entry.key, None)
        self.changed.emit(entry.key)

    def discard(self, entry: Entry) -> None:
        """Throw away what has arrived."""
        self._all.pop(entry.key, None)
        downloads = self._shell.workspace.models.downloads
        self._shell.look(lambda: downloads.discard(entry), lambda _: self.changed.emit(entry.key), owner=self)

    def _arrived(self, entry: Entry) -> None:
        self._all.pop(entry.key, None)
        self._shell.tell("models")
        self._shell.notify(self.tr("{0} is installed").format(entry.name), self.tr("Choose it in Chat or Tune."))

    def _failed(self, entry: Entry, fault: FormfactError) -> None:
        self._all[entry.key] = Transfer("failed", error=fault)

    def _ended(self, entry: Entry, job: Job) -> None:
        if job.state == "cancelled":
            self._all.pop(entry.key, None)
        self.changed.emit(entry.key)
