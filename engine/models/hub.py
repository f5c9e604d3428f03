"""Models from a Hugging Face hub: what a repository holds, which of it is needed, and fetching that.

The hub's interface: ``GET /api/models/REPO?blobs=true`` lists files with sizes and digests and names the commit;
``GET /REPO/resolve/COMMIT/FILE`` is the content. ``HF_ENDPOINT`` names another hub or a mirror.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

import msgspec

from engine.errors import ModelRefused, NetworkFault
from engine.events import Event, Notice, Progress
from engine.models.transfer import Remote, fetch, read_small
from engine.task import Task

_PREFERRED = ("q4_k_m", "q8_0", "q5_k_m", "q4_k_s", "q6_k", "q4_0")  # the first that is there
_PART_OF_MANY = re.compile(r"-\d{5}-of-\d{5}\.gguf$", re.IGNORECASE)
_FOLDER_FILES = re.compile(
    r"(model.*\.safetensors(\.index\.json)?|config\.json|generation_config\.json|tokenizer.*|special_tokens_map\.json"
    r"|vocab\.json|merges\.txt|chat_template\.jinja|added_tokens\.json|README\.md)"
)


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What arrived: a GGUF file or a Hugging Face folder, and the licence that the repository names."""

    path: Path
    licence: str


@dataclass(frozen=True, slots=True)
class Repository:
    """What the hub says of a repository."""

    name: str
    licence: str
    files: Sequence[Remote]


def download(source: str, folder: Path, task: Task, *, allowed: bool) -> Downloaded:
    """Fetch a model.

    Args:
        source: ``org/repo`` or ``org/repo:file.gguf``. Of several GGUF files the usual quantisation is taken; a
            repository without GGUF files is fetched as a folder of safetensors.
        folder: where it goes, under ``org--repo``.
        task: told what is fetched, and how far it is; a stopped download continues next time.
        allowed: whether the user allows using the network.

    Raises:
        NetworkFault: not allowed, not reachable, no such repository, damaged on arrival.
        ModelRefused: there is nothing in it that can be served or trained.
    """
    if not allowed:
        raise NetworkFault(
            f"There is no file {source} here; it may be on the hub, but Formfact does not use the network on its own.",
            f"Check the path, or allow this one download: formfact models add {source} --network.",
        )
    name, _, file = source.partition(":")
    repository = look(name, task)
    chosen = choose(repository, file)
    size = sum(remote.size for remote in chosen)
    what = chosen[0].name if len(chosen) == 1 else f"{len(chosen)} files"
    licence = repository.licence or "no licence stated"
    task.emit(Notice(f"{name}: {what}, {size / 1e6:,.1f} MB, {licence}."))
    home = arrive(repository, chosen, folder, task)
    return Downloaded(home / chosen[0].name if len(chosen) == 1 else home, repository.licence)


def home_of(name: str, folder: Path) -> Path:
    """Where the files of a repository go."""
    return folder / name.replace("/", "--")


def arrive(repository: Repository, chosen: Sequence[Remote], folder: Path, task: Task) -> Path:
    """Fetch files of a repository, telling how far all of them together are; returns ``home_of`` the repository."""
    home = home_of(repository.name, folder)
    before, total = 0, sum(remote.size for remote in chosen)
    for remote in chosen:
        target = home / remote.name
        if not target.exists() or target.stat().st_size != remote.size:
            fetch(remote, target, _part_of(task, before, total))
        before += remote.size
    return home


def _part_of(task: Task, before: int, total: int) -> Task:
    """The task of one file of several: what it tells is told as part of the whole."""

    def told(event: Event) -> None:
        if isinstance(event, Progress) and event.what == "Downloading":
            left = event.eta_s
            if left is not None and event.total and event.total > event.done:
                left *= (total / 1e6 - before / 1e6 - event.done) / (event.total - event.done)
            event = msgspec.structs.replace(event, done=before / 1e6 + event.done, total=total / 1e6, eta_s=left)
        task.emit(event)

    part = Task(told)
    task.on_cancel(part.cancel)
    return part


def look(name: str, task: Task) -> Repository:
    """Ask the hub what a repository holds."""
    hub = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    try:
        told = json.loads(read_small(f"{hub}/api/models/{quote(name)}?blobs=true", task))
        commit = told.get("sha") or "main"
        files = [_remote(hub, name, commit, entry) for entry in told["siblings"]]
        licence = (told.get("cardData") or {}).get("license") or ""
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise NetworkFault(f"{hub} did not answer as a model hub does.", "Check HF_ENDPOINT.", repr(fault)) from fault
    return Repository(name, str(licence), [remote for remote in files if remote])


def choose(repository: Repository, file: str) -> list[Remote]:
    """Which files of a repository to fetch: the named one, else one GGUF, else the folder of safetensors."""
    ggufs = [remote for remote in repository.files if remote.name.lower().endswith(".gguf")]
    if file:
        found = [remote for remote in ggufs if remote.name == file]
        if not found:
            raise ModelRefused(f"{repository.name} has no GGUF file {file}.", _others(ggufs))
    else:
        found = _usual(ggufs)
    if found:
        if _PART_OF_MANY.search(found[0].name):
            raise ModelRefused(
                f"{found[0].name} is one of several parts.", "Choose a quantisation that is one file. " + _others(ggufs)
            )
        return found
    if ggufs:
        raise ModelRefused(f"{repository.name} has several GGUF files.", _others(ggufs))
    whole = [remote for remote in repository.files if _FOLDER_FILES.fullmatch(remote.name)]
    if not any(remote.name.endswith(".safetensors") for remote in whole):
        raise ModelRefused(
            f"{repository.name} has neither a GGUF file nor safetensors weights.", "Choose another repository."
        )
    return whole


def _usual(ggufs: Sequence[Remote]) -> list[Remote]:
    """The only GGUF, or the first of the usual quantisations."""
    if len(ggufs) == 1:
        return list(ggufs)
    for kind in _PREFERRED:
        named = [remote for remote in ggufs if re.search(rf"(^|[^a-z0-9]){kind}\.gguf$", remote.name.lower())]
        if len(named) == 1:
            return named
    return []


def _others(ggufs: Sequence[Remote]) -> str:
    if not ggufs:
        return "There is no GGUF file in it."
    listed = ", ".join(f"{remote.name} ({remote.size / 1e6:,.0f} MB)" for remote in ggufs[:12])
    return f"Name one as org/repo:FILE. There are: {listed}."


def _remote(hub: str, name: str, commit: str, entry: dict[str, Any]) -> Remote | None:
    """A file of the listing; None for one whose path would leave the folder, or that has no digest."""
    path = PurePosixPath(entry["rfilename"])
    lfs = entry.get("lfs") or {}
    sha256, blob = lfs.get("sha256") or lfs.get("oid") or "", entry.get("blobId") or ""
    if path.is_absolute() or ".." in path.parts or "\\" in str(path) or not (sha256 or blob):
        return None
    url = f"{hub}/{quote(name)}/resolve/{quote(commit, safe='')}/{quote(str(path))}"
    return Remote(url, str(path), int(lfs.get("size") or entry.get("size") or 0), sha256, blob)
