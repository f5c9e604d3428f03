"""The guard itself: what leaves this machine is refused and told, in Python and in native code; loopback is free."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

OUTSIDE = "192.0.2.1"  # reserved for documentation (RFC 5737): nothing is there


def attempts(log: Path) -> list[str]:
    """What was told since the test began; taken back, so that this test passes."""
    said = log.read_text().splitlines()
    os.truncate(log, 0)
    return said


@pytest.mark.parametrize(
    "attempt",
    [
        "s = socket.socket(); s.connect((HOST, 80))",
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', (HOST, 53))",
        "socket.getaddrinfo('example.invalid', 80)",
        "socket.gethostbyname('example.invalid')",
        "import urllib.request; urllib.request.urlopen('http://example.invalid/')",
    ],
)
def test_python_children_are_refused(attempt: str, no_network: Path) -> None:
    script = f"import socket; HOST = {OUTSIDE!r}; {attempt}"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert child.returncode != 0
    assert "tried to reach the network" in child.stderr
    assert attempts(no_network)


def test_this_process_is_refused(no_network: Path) -> None:
    with pytest.raises(PermissionError, match="network"):
        socket.create_connection((OUTSIDE, 80), timeout=1)
    assert attempts(no_network)


def test_native_code_is_refused(no_network: Path, tmp_path: Path) -> None:
    if not os.environ.get("LD_PRELOAD"):
        pytest.skip("no C compiler to build the native guard with")
    source = tmp_path / "native.c"
    source.write_text(
        "#include <arpa/inet.h>\n#include <sys/socket.h>\n"
        "int main(void) { struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(80)};\n"
        f'  inet_pton(AF_INET, "{OUTSIDE}", &a.sin_addr);\n'
        "  return connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&a, sizeof a) == 0; }\n"
    )
    program = tmp_path / "native"
    subprocess.run([shutil.which("cc") or "gcc", "-o", str(program), str(source)], check=True)
    subprocess.run([str(program)], check=False)
    said = attempts(no_network)
    assert len(said) == 1
    assert said[0].startswith(f"connect {OUTSIDE} by native code")


def test_loopback_is_free(no_network: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        script = f"import socket; socket.create_connection(('localhost', {server.getsockname()[1]})).close()"
        subprocess.run([sys.executable, "-c", script], check=True)
    assert attempts(no_network) == []
