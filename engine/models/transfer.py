"""Downloading one large file so that it can be stopped, dropped and resumed, and arrives whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.errors import NetworkFault, disk_errors
from engine.events import Progress
from engine.models import files
from engine.task import Task

_PIECE = 1 << 18
_TRIES = 5  # in a row without a single byte
_TIMEOUT_S = 30.0
_SURE_S = 1.0  # before that, the time left is a wild guess
_AGENT = {"User-Agent": "formfact"}


@dataclass(frozen=True, slots=True)
class Remote:
    """A file to fetch.

    ``sha256`` is empty for small files, which a hub identifies by ``blob``: Git's SHA-1 of the content.
    """

    url: str
    name: str
    size: int
    sha256: str = ""
    blob: str = ""


class _Dropped(Exception):
    """The connection ended early, or the server asks for patience: trying again may help."""


def fetch(remote: Remote, target: Path, task: Task, *, pause_s: float = 1.0) -> None:
    """Download ``remote`` to ``target``; what an earlier attempt left in ``target.part`` is kept and continued.

    Args:
        remote: the file, with its size and digest.
        target: where it goes once it is whole and its digest is right.
        task: told how far it is; a cancelled download can be resumed.
        pause_s: seconds before the first new attempt, doubled each time.

    Raises:
        NetworkFault: it is not there, the connection keeps failing, or the content is wrong.
        DiskFull: there is no room for it; found out before the download.
        Cancelled: the task was stopped.
    """
    part = target.with_name(
        f"{target.name}.{(remote.sha256 or remote.blob)[:12]}.part"
    )  # another version: another part
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        files.require_room(target.parent, remote.size - _length(part))
        failures, last = 0, ""
        while _length(part) < remote.size or not part.exists():
            before = _length(part)
            try:
                _attempt(remote, part, task)
            except _Dropped as fault:
                failures, last = (1 if _length(part) > before else failures + 1), str(fault)
                if failures > _TRIES:
                    raise NetworkFault(
                        f"The download of {remote.name} keeps breaking off.",
                        "Try again later: it continues where it stopped.",
                        last,
                    ) from fault
                _wait(pause_s * 2 ** (failures - 1), task)
        _verify(remote, part, task)
        part.replace(target)


@contextlib.contextmanager
def request(url: str, headers: dict[str, str] | None = None) -> Iterator[http.client.HTTPResponse]:
    """Open a URL; failures that another attempt may cure raise ``_Dropped``, others ``NetworkFault``."""
    asked = urllib.request.Request(url, headers={**_AGENT, **(headers or {})})
    try:
        with urllib.request.urlopen(asked, timeout=_TIMEOUT_S) as answer:
            yield answer
    except urllib.error.HTTPError as fault:
        if fault.code in (408, 425, 429) or fault.code >= 500:
            raise _Dropped(f"{url}: {fault}") from fault
        raise _said(url, fault) from fault
    except (urllib.error.URLError, http.client.HTTPException, ssl.SSLError, TimeoutError, ConnectionError) as fault:
        raise _Dropped(f"{url}: {fault}") from fault


def read_small(url: str, task: Task, *, pause_s: float = 1.0) -> bytes:
    """The content of a small page, with a few attempts."""
    for attempt in range(3):
        task.check()
        try:
            with request(url) as answer:
                return answer.read()
        except _Dropped as fault:
            last = fault
            _wait(pause_s * 2**attempt, task)
    raise NetworkFault(
        f"{url} cannot be reached.", "Check the connection, or HF_ENDPOINT if you use a mirror.", str(last)
    ) from last


def _attempt(remote: Remote, part: Path, task: Task) -> None:
    """One connection: continue the part, or start anew if the server cannot continue."""
    have = _length(part)
    if have > remote.size:
        part.unlink()
        have = 0
    with request(remote.url, {"Range": f"bytes={have}-"} if have else None) as answer:
        resumed = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        with part.open("ab" if resumed else "wb") as file:
            _stream(answer, file, remote, task)
    if _length(part) < remote.size:
        raise _Dropped(f"{remote.url}: the connection ended after {_length(part):,} of {remote.size:,} bytes")


def _stream(answer: http.client.HTTPResponse, file: IO[bytes], remote: Remote, task: Task) -> None:
    start = done = file.tell()
    began, told = time.monotonic(), 0.0
    while piece := answer.read1(_PIECE):
        task.check()
        file.write(piece)
        done += len(piece)
        now = time.monotonic()
        if now - told > 0.2 or done == remote.size:
            told = now
            sure = done == remote.size or now - began > _SURE_S
            left = (now - began) * (remote.size - done) / (done - start) if sure else None
            task.emit(Progress("Downloading", done / 1e6, remote.size / 1e6, "MB", left, remote.name))


def _verify(remote: Remote, part: Path, task: Task) -> None:
    if part.stat().st_size == remote.size:
        right = files.sha256(part, task) == remote.sha256 if remote.sha256 else _blob(part) == remote.blob
        if right:
            return
    part.unlink()
    raise NetworkFault(
        f"{remote.name} arrived damaged: its content does not have the hub's checksum.",
        "Try again; the damaged file has been removed.",
    )


def _blob(path: Path) -> str:
    """Git's name for a file's content: SHA-1 of ``blob SIZE\\0`` and the content."""
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _said(url: str, fault: urllib.error.HTTPError) -> NetworkFault:
    if fault.code in (401, 403):
        return NetworkFault(
            "The hub does not hand this out without an account, or there is no such repository.",
            "Check the name; if its licence must be accepted, download it in a browser, then add the file.",
            f"{url}: {fault}",
        )
    if fault.code == 404:
        return NetworkFault("The hub has no such repository or file.", "Check the name.", f"{url}: {fault}")
    return NetworkFault("The hub refused the download.", "Try again later.", f"{url}: {fault}")


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _wait(seconds: float, task: Task) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        task.check()
        time.sleep(min(left, 0.1))
