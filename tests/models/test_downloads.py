"""Models of the catalogue: offered with their licence, downloaded, stopped, gone on with, thrown away."""

from __future__ import annotations

import dataclasses
import functools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import events
from engine.errors import Cancelled, ModelRefused, NetworkFault
from engine.models import hub as hub_module
from engine.models import transfer
from engine.models.catalogue import Entry, catalogue
from engine.models.transfer import fetch
from engine.task import Task
from engine.workspace import Workspace
from tests.models.files import write_folder, write_gguf
from tests.models.hub_server import Hub, serve

ENTRY = dataclasses.replace(catalogue()[0], repo="org/repo", file="tiny-Q4_K_M.gguf", twin="org/twin")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with a GGUF of about 1 MB and its twin; no pauses between attempts."""
    content = write_gguf(tmp_path / "source.gguf").read_bytes() + b"\0" * 1_000_000
    twin = {file.name: file.read_bytes() for file in write_folder(tmp_path / "twin").iterdir()}
    hub = Hub({ENTRY.file: content, "LICENSE": b"You may."}, others={"org/twin": twin})
    monkeypatch.setattr(hub_module, "fetch", functools.partial(fetch, pause_s=0.0))
    monkeypatch.setattr(hub_module, "read_small", functools.partial(transfer.read_small, pause_s=0.0))
    with serve(hub) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        yield hub


def test_the_offer_says_licence_and_sizes_before_anything_is_fetched(workspace: Workspace, hub: Hub) -> None:
    offer = workspace.models.downloads.offer(ENTRY, Task(), twin=True, network=True)
    assert offer.licence == "apache-2.0"
    assert offer.licence_text == "You may."
    assert offer.bytes == len(hub.files[ENTRY.file])
    assert offer.twin_bytes == sum(len(data) for data in hub.others["org/twin"].values())
    assert offer.free > 0
    assert not any(path.endswith((".gguf", ".safetensors")) for path, _ in hub.asked)
    assert workspace.models.downloads.held(ENTRY).state == "none"


def test_without_permission_the_hub_is_not_asked(workspace: Workspace, hub: Hub) -> None:
    for ask in (workspace.models.downloads.offer, workspace.models.downloads.fetch):
        with pytest.raises(NetworkFault, match="network is off") as caught:
            ask(ENTRY, Task(), twin=False, network=False)
        assert "Settings" in caught.value.remedy
    assert hub.asked == []


def test_a_model_and_its_twin_are_installed_together(workspace: Workspace, hub: Hub) -> None:
    told: list[events.Event] = []
    model = workspace.models.downloads.fetch(ENTRY, Task(told.append), twin=True, network=True)
    assert (model.source, model.licence, model.name) == (ENTRY.source, "apache-2.0", "tiny-q4-k-m")
    assert Path(model.gguf).read_bytes() == hub.files[ENTRY.file]
    assert workspace.models.tunable(model).can
    assert "org--twin" in workspace.models.tunable(model).why
    assert workspace.models.downloads.held(ENTRY).state == "installed"
    assert any(isinstance(event, events.Notice) and "Apache" in event.text for event in told)
    progress = [event for event in told if isinstance(event, events.Progress) and event.what == "Downloading"]
    assert all(event.done <= (event.total or 0) for event in progress)


def test_stopped_is_paused_and_goes_on_where_it_was(workspace: Workspace, hub: Hub) -> None:
    hub.slow = threading.Event()
    downloads, task = workspace.models.downloads, Task()

    def stop_at_half(event: events.Event) -> None:
        if isinstance(event, events.Progress):
            task.cancel()
            assert hub.slow
            hub.slow.set()

    task._listener = stop_at_half
    with pytest.raises(Cancelled):
        downloads.fetch(ENTRY, task, twin=False, network=True)
    held = downloads.held(ENTRY)
    assert held.state == "part"
    assert 0 < held.bytes < len(hub.files[ENTRY.file])
    hub.slow = None
    hub.asked.clear()
    assert Path(downloads.fetch(ENTRY, Task(), twin=False, network=True).gguf).exists()
    assert hub.asked[-1][1].startswith("bytes="), "the first half is not fetched again"


def test_thrown_away_leaves_nothing(workspace: Workspace, hub: Hub) -> None:
    hub.drop_after = [300_000] + [0] * 20
    downloads = workspace.models.downloads
    with pytest.raises(NetworkFault, match="breaking off"):
        downloads.fetch(ENTRY, Task(), twin=True, network=True)
    assert downloads.held(ENTRY).state == "part"
    downloads.discard(ENTRY)
    assert downloads.held(ENTRY).state == "none"
    assert not [file for file in (workspace.folder / "models").rglob("*") if file.is_file()]


def test_an_installed_model_is_never_thrown_away(workspace: Workspace, hub: Hub) -> None:
    downloads = workspace.models.downloads
    model = downloads.fetch(ENTRY, Task(), twin=True, network=True)
    downloads.discard(ENTRY)
    assert Path(model.gguf).exists() and Path(model.twin).is_dir()


def test_a_file_that_the_hub_has_no_more_is_said(workspace: Workspace, hub: Hub) -> None:
    gone: Entry = dataclasses.replace(ENTRY, file="other-Q4_K_M.gguf")
    with pytest.raises(ModelRefused, match="no GGUF file other"):
        workspace.models.downloads.offer(gone, Task(), twin=False, network=True)
