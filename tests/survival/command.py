"""Runs the real ``formfact`` command, on this machine's disks or inside a mount namespace with a disk of our choice."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = {"messages": [{"role": "user", "content": "When?"}, {"role": "assistant", "content": "At noon, gladly."}]}


def formfact(workspace: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one command on a workspace."""
    return subprocess.run(line(workspace, *words), capture_output=True, text=True, cwd=ROOT, timeout=300)


def line(workspace: Path, *words: str | Path) -> list[str]:
    """The command line of one command on a workspace."""
    return [sys.executable, "-m", "main", "--workspace", str(workspace), *map(str, words)]


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """What a command printed with ``--json``."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def examples(path: Path, count: int, filler: str = "") -> Path:
    """Write a dataset of ``count`` examples that differ."""
    rows = []
    for number in range(count):
        turns = [dict(turn) for turn in EXAMPLE["messages"]]
        turns[0]["content"] += f" Number {number}. {filler}"
        rows.append(json.dumps({"messages": turns}))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def told(done: subprocess.CompletedProcess[str], words: str) -> None:
    """Check that a command failed with a message for a person, not with a traceback."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert words in done.stderr
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr


class Namespace:
    """A shell in a mount namespace of its own, where disks can be full or read-only; nothing else sees them."""

    def __init__(self, setup: str) -> None:
        command = ["unshare", "--mount", "--map-root-user", "sh", "-c", f"{setup} && exec sh"]
        self._shell = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )

    def close(self) -> None:
        """End the shell; its disks go with it."""
        self._shell.communicate(timeout=60)

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one command in the namespace."""
        assert self._shell.stdin
        assert self._shell.stdout
        script = (
            f"{shlex.join(map(str, words))} >/tmp/.out.$$ 2>/tmp/.err.$$ </dev/null; code=$?; "
            f"{shlex.quote(sys.executable)} -c 'import json, sys; from pathlib import Path; "
            "print(json.dumps([int(sys.argv[1]), Path(sys.argv[2]).read_text(), Path(sys.argv[3]).read_text()]))' "
            "$code /tmp/.out.$$ /tmp/.err.$$; rm -f /tmp/.out.$$ /tmp/.err.$$\n"
        )
        self._shell.stdin.write(script)
        self._shell.stdin.flush()
        reply = self._shell.stdout.readline()
        assert reply, self._shell.stderr.read() if self._shell.stderr else ""
        code, out, err = json.loads(reply)
        return subprocess.CompletedProcess([*map(str, words)], code, out, err)


def namespace(setup: str) -> Namespace:
    """A namespace whose disks ``setup`` mounts; skips where this machine does not allow them."""
    if not shutil.which("unshare"):
        pytest.skip("this system has no mount namespaces")
    if subprocess.run(["unshare", "--mount", "--map-root-user", "true"], capture_output=True).returncode:
        pytest.skip("this system does not allow mount namespaces")
    return Namespace(setup)
