"""Downloads: resumed, checked, refused. The hub is a server on this machine."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import events
from engine.errors import Cancelled, DiskFull, ModelRefused, NetworkFault
from engine.models import hub as hub_module
from engine.models import transfer
from engine.models.hub import Repository, choose, download
from engine.models.transfer import Remote, fetch
from engine.task import Task
from engine.workspace import Workspace
from tests.models.files import write_folder, write_gguf
from tests.models.hub_server import Hub, serve


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one GGUF of about 1 MB, and no pauses between attempts."""
    content = write_gguf(tmp_path / "source.gguf").read_bytes() + os.urandom(1_000_000)
    hub = Hub({"tiny-Q4_K_M.gguf": content, "README.md": b"---\nlicense: apache-2.0\n---\n"})
    monkeypatch.setattr(hub_module, "fetch", functools.partial(fetch, pause_s=0.0))
    monkeypatch.setattr(hub_module, "read_small", functools.partial(transfer.read_small, pause_s=0.0))
    with serve(hub) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        yield hub


def _get(folder: Path, task: Task | None = None, source: str = "org/repo") -> Path:
    return download(source, folder, task or Task(), allowed=True).path


def test_models_add_downloads_checks_and_installs(workspace: Workspace, hub: Hub) -> None:
    told: list[events.Event] = []
    model = workspace.models.add("org/repo", Task(told.append), network=True)
    assert (model.name, model.source, model.licence) == ("tiny-q4-k-m", "org/repo", "apache-2.0")
    assert Path(model.gguf) == workspace.folder / "models" / "org--repo" / "tiny-Q4_K_M.gguf"
    assert Path(model.gguf).read_bytes() == hub.files["tiny-Q4_K_M.gguf"]
    notice = next(event.text for event in told if isinstance(event, events.Notice))
    assert "tiny-Q4_K_M.gguf" in notice and "MB" in notice and "apache-2.0" in notice
    progress = [event for event in told if isinstance(event, events.Progress) and event.what == "Downloading"]
    assert progress[-1].done == progress[-1].total
    assert progress[-1].eta_s == 0
    assert {file.name for file in Path(model.gguf).parent.iterdir()} == {"tiny-Q4_K_M.gguf"}
    hub.asked.clear()
    workspace.models.add("org/repo", Task(), network=True)
    assert [path for path, _ in hub.asked] == ["/api/models/org/repo?blobs=true"], "what is there is not fetched again"


def test_a_dropped_connection_is_resumed(hub: Hub, tmp_path: Path) -> None:
    hub.drop_after = [300_000, 200_000]
    path = _get(tmp_path / "to")
    assert path.read_bytes() == hub.files["tiny-Q4_K_M.gguf"]
    assert [wanted for _, wanted in hub.asked[1:]] == ["", "bytes=300000-", "bytes=500000-"]


def test_a_server_that_cannot_continue_starts_anew(hub: Hub, tmp_path: Path) -> None:
    hub.drop_after, hub.ranges = [300_000], False
    assert _get(tmp_path / "to").read_bytes() == hub.files["tiny-Q4_K_M.gguf"]


def test_a_busy_server_is_asked_again(hub: Hub, tmp_path: Path) -> None:
    hub.busy = 2
    assert _get(tmp_path / "to").exists()


def test_a_server_that_keeps_dropping_is_given_up_and_the_part_stays(hub: Hub, tmp_path: Path) -> None:
    hub.drop_after = [400_000] + [0] * 20
    with pytest.raises(NetworkFault, match="keeps breaking off"):
        _get(tmp_path / "to")
    hub.drop_after = []
    hub.asked.clear()
    assert _get(tmp_path / "to").exists()
    assert hub.asked[-1][1] == "bytes=400000-"


def test_cancel_keeps_the_part_and_the_next_time_continues(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Task()
    hub.drop_after = [250_000]
    wait = transfer._wait

    def stopped_while_waiting(seconds: float, waiting: Task) -> None:
        task.cancel()
        wait(1.0, waiting)

    monkeypatch.setattr(transfer, "_wait", stopped_while_waiting)
    with pytest.raises(Cancelled):
        _get(tmp_path / "to", task)
    monkeypatch.setattr(transfer, "_wait", wait)
    assert not list((tmp_path / "to").rglob("*.gguf"))
    remote = choose(hub_module.look("org/repo", Task()), "")[0]
    fetch(remote, tmp_path / "to" / "org--repo" / remote.name, Task())
    assert hub.asked[-1][1] == "bytes=250000-"
    assert (tmp_path / "to" / "org--repo" / remote.name).read_bytes() == hub.files[remote.name]


def test_a_wrong_checksum_is_never_kept(hub: Hub, tmp_path: Path) -> None:
    hub.lie = True
    with pytest.raises(NetworkFault, match="arrived damaged"):
        _get(tmp_path / "to")
    assert not [file for file in (tmp_path / "to").rglob("*") if file.is_file()]


@pytest.mark.parametrize("status, reason", [(404, "no such repository"), (401, "without an account"), (418, "refused")])
def test_answers_that_another_attempt_will_not_cure(hub: Hub, tmp_path: Path, status: int, reason: str) -> None:
    hub.status = status
    with pytest.raises(NetworkFault, match=reason):
        _get(tmp_path / "to")
    assert len(hub.asked) == 1


def test_no_hub_at_all(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(NetworkFault, match="cannot be reached"):
        _get(tmp_path / "to")


def test_a_page_that_is_no_hub(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "listing", lambda: ["not", "a", "listing"])
    with pytest.raises(NetworkFault, match="did not answer as a model hub"):
        _get(tmp_path / "to")


def test_the_disk_is_asked_first(hub: Hub, tmp_path: Path) -> None:
    remote = Remote("http://127.0.0.1:9/x", "x.gguf", 1 << 60, "ab")
    with pytest.raises(DiskFull, match="are needed"):
        fetch(remote, tmp_path / "x.gguf", Task())


def test_a_repository_of_safetensors_is_fetched_as_a_folder(workspace: Workspace, hub: Hub, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "twin")
    hub.files = {file.name: file.read_bytes() for file in folder.iterdir()} | {"evil.py": b"x", "../up": b"y"}
    gguf = write_gguf(tmp_path / "pair.gguf")
    model = workspace.models.add("org/repo", Task(), pair=gguf, network=True)
    assert (model.gguf, Path(model.twin).name) == (str(gguf), "org--repo")
    assert {file.name for file in Path(model.twin).iterdir()} == {"config.json", "model.safetensors"}


def _repository(*names: str) -> Repository:
    return Repository("o/r", "", [Remote("", name, 10, "ab") for name in names])


@pytest.mark.parametrize(
    "names, file, chosen",
    [
        (["a.gguf"], "", "a.gguf"),
        (["m-Q8_0.gguf", "m-Q4_K_M.gguf", "m-F16.gguf"], "", "m-Q4_K_M.gguf"),
        (["m.q8_0.gguf", "m.f16.gguf"], "", "m.q8_0.gguf"),
        (["m-Q8_0.gguf", "m-F16.gguf"], "m-F16.gguf", "m-F16.gguf"),
    ],
)
def test_which_file_is_chosen(names: list[str], file: str, chosen: str) -> None:
    assert [remote.name for remote in choose(_repository(*names), file)] == [chosen]


@pytest.mark.parametrize(
    "names, file, reason",
    [
        (["a-F16.gguf", "b-F32.gguf"], "", "several GGUF files"),
        (["a.gguf"], "b.gguf", "no GGUF file b"),
        (["a-00001-of-00002.gguf"], "", "several parts"),
        (["pytorch_model.bin", "config.json"], "", "neither a GGUF"),
    ],
)
def test_when_nothing_can_be_chosen(names: list[str], file: str, reason: str) -> None:
    with pytest.raises(ModelRefused, match=reason) as caught:
        choose(_repository(*names), file)
    assert caught.value.remedy


def test_paths_that_leave_the_folder_are_left_out() -> None:
    entries: list[dict[str, Any]] = [
        {"rfilename": name, "blobId": "ab", "size": 1} for name in ("../x", "/etc/x", "a\\..\\x", "sub/x.gguf")
    ]
    kept = [hub_module._remote("http://h", "o/r", "main", entry) for entry in entries]
    assert [remote.name for remote in kept if remote] == ["sub/x.gguf"]
