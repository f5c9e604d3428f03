"""A full disk: a typed error, and nothing half-written. ``/dev/full`` takes the place of the file being written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import DiskFull
from engine.models.adapter import to_gguf
from engine.models.merge import merge
from engine.models.transfer import Remote, fetch
from engine.task import Task
from tests.models.files import write_gguf, write_peft
from tests.models.hub_server import Hub, serve

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A folder in which writing ``x.gguf`` meets a full disk."""
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "x.gguf.part").symlink_to("/dev/full")
    yield folder
    assert list(folder.iterdir()) == []


def test_converting(tmp_path: Path, full: Path) -> None:
    with pytest.raises(DiskFull, match="is full"):
        to_gguf(write_peft(tmp_path / "peft"), write_gguf(tmp_path / "b.gguf"), full / "x.gguf")


def test_merging(tmp_path: Path, full: Path) -> None:
    base, adapter = write_gguf(tmp_path / "b.gguf"), tmp_path / "a.gguf"
    to_gguf(write_peft(tmp_path / "peft"), base, adapter)
    with pytest.raises(DiskFull, match="is full"):
        merge(base, adapter, full / "x.gguf")


def test_downloading(tmp_path: Path) -> None:
    data = os.urandom(100_000)
    with serve(Hub({"x.gguf": data})) as address:
        remote = Remote(f"{address}/org/repo/resolve/c0ffee/x.gguf", "x.gguf", len(data), "abc")
        (tmp_path / "x.gguf.abc.part").symlink_to("/dev/full")
        with pytest.raises(DiskFull, match="is full"):
            fetch(remote, tmp_path / "x.gguf", Task())
    assert not (tmp_path / "x.gguf").exists()
