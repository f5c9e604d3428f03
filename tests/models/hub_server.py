"""A model hub on this machine, which can misbehave as real ones do."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hub:
    """``files``: path → content of ``org/repo``, ``others`` of further repositories. The rest is how it behaves.

    ``drop_after``: bytes to send before each of the next connections is closed; ``busy``: how many requests get 503;
    ``ranges``: whether it can continue a download; ``lie``: whether its checksums are wrong; ``status``: answer to all.
    """

    files: dict[str, bytes]
    licence: str = "apache-2.0"
    drop_after: list[int] = field(default_factory=list)
    busy: int = 0
    ranges: bool = True
    lie: bool = False
    status: int = 200
    large: int = 1000  # files from this size on are LFS files, with a SHA-256
    asked: list[tuple[str, str]] = field(default_factory=list)
    others: dict[str, dict[str, bytes]] = field(default_factory=dict)
    slow: threading.Event | None = None  # large files wait for this after their first half

    def content(self, name: str) -> dict[str, bytes] | None:
        """The files of a repository."""
        return self.files if name == "org/repo" else self.others.get(name)

    def listing(self, name: str = "org/repo") -> dict[str, Any]:
        """What the hub's API says of a repository."""
        return {
            "id": name,
            "sha": "c0ffee",
            "cardData": {"license": self.licence},
            "siblings": [self._sibling(file, data) for file, data in (self.content(name) or {}).items()],
        }

    def _sibling(self, name: str, data: bytes) -> dict[str, Any]:
        told = data + b"!" if self.lie else data
        blob = hashlib.sha1(b"blob %d\0" % len(data) + told).hexdigest()
        entry: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": blob}
        if len(data) >= self.large:
            entry["lfs"] = {"sha256": hashlib.sha256(told).hexdigest(), "size": len(data)}
        return entry


@contextlib.contextmanager
def serve(hub: Hub) -> Iterator[str]:
    """Serve ``hub`` on the loopback interface; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(hub, self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(hub: Hub, to: BaseHTTPRequestHandler) -> None:
    wanted = to.headers.get("Range", "")
    hub.asked.append((to.path, wanted))
    if hub.busy:
        hub.busy -= 1
        to.send_error(503)
    elif hub.status != 200:
        to.send_error(hub.status)
    elif asked := re.fullmatch(r"/api/models/([^/]+/[^/?]+)\?blobs=true", to.path):
        told = hub.listing() if asked[1] == "org/repo" else hub.listing(asked[1])
        _send(to, 200, json.dumps(told).encode(), {})
    else:
        found = re.fullmatch(r"/([^/]+/[^/]+)/resolve/c0ffee/(.+)", to.path)
        files = hub.content(found[1]) if found else None
        if not found or files is None or found[2] not in files:
            to.send_error(404)
        else:
            _send_file(hub, to, files[found[2]], wanted)


def _send_file(hub: Hub, to: BaseHTTPRequestHandler, data: bytes, wanted: str) -> None:
    start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and hub.ranges else 0
    headers = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
    limit = hub.drop_after.pop(0) if hub.drop_after else None
    _send(to, 206 if start else 200, data[start:], headers, limit, hub.slow if len(data) >= hub.large else None)


def _send(
    to: BaseHTTPRequestHandler,
    status: int,
    data: bytes,
    headers: dict[str, str],
    limit: int | None = None,
    slow: threading.Event | None = None,
) -> None:
    to.send_response(status)
    to.send_header("Content-Length", str(len(data)))
    for key, value in headers.items():
        to.send_header(key, value)
    to.end_headers()
    with contextlib.suppress(ConnectionError):  # the client may have had enough
        half = len(data) // 2 if slow else 0
        to.wfile.write(data[:limit][:half])
        if slow:
            slow.wait(30)
        to.wfile.write(data[:limit][half:])
    to.close_connection = True
