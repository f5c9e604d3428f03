"""Full and read-only disks: what was kept stays, the user is told, and it goes on when there is room again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.survival.command import Namespace, answer, examples, formfact, line, namespace, told


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Namespace, Path]]:
    """A disk of 3 MiB, and a folder on it."""
    disk = tmp_path / "small disk ä"
    disk.mkdir()
    shell = namespace(f"mount -t tmpfs -o size=3m tmpfs {shlex.quote(str(disk))}")
    yield shell, disk
    shell.close()


def test_a_full_disk(small_disk: tuple[Namespace, Path], tmp_path: Path) -> None:
    shell, disk = small_disk
    workspace = disk / "ws"
    few, many = examples(tmp_path / "few.jsonl", 3), examples(tmp_path / "many.jsonl", 8000, filler="x" * 400)
    page = tmp_path / "page.md"
    page.write_text("# Hours\n\nThe shop opens at nine.\n")
    assert shell.run(*line(workspace, "data", "import", few)).returncode == 0

    told(shell.run(*line(workspace, "data", "import", many)), "is full")
    shell.run("dd", "if=/dev/zero", f"of={disk / 'fill'}", "bs=1k")
    told(shell.run(*line(workspace, "data", "import", examples(tmp_path / "more.jsonl", 4))), "is full")
    told(shell.run(*line(workspace, "docs", "add", page)), "is full")
    kept = answer(shell.run(*line(workspace, "data", "list", "--json")))
    assert [row["name"] for row in as_rows(kept)] == ["few"]  # reading works, and nothing was half-written

    shell.run("rm", disk / "fill")
    assert shell.run(*line(workspace, "data", "import", tmp_path / "more.jsonl")).returncode == 0
    done = shell.run(*line(workspace, "docs", "add", page))
    assert done.returncode == 0, done.stderr
    found = answer(shell.run(*line(workspace, "docs", "search", "When does the shop open?", "--json")))
    assert "nine" in found["passages"][0]["text"]


def test_a_read_only_workspace(tmp_path: Path) -> None:
    workspace = tmp_path / "ws"
    few = examples(tmp_path / "few.jsonl", 3)
    assert formfact(workspace, "data", "import", few).returncode == 0
    place = shlex.quote(str(workspace))
    shell = namespace(f"mount --bind {place} {place} && mount -o remount,ro,bind {place}")
    try:
        for words in (["data", "list"], ["docs", "list"], ["models", "list"]):
            here, there = formfact(workspace, *words), shell.run(*line(workspace, *words))
            assert (there.returncode, there.stdout) == (0, here.stdout), there.stderr
        for words in (["data", "import", str(few)], ["docs", "add", str(few)], ["models", "add", str(few)]):
            told(shell.run(*line(workspace, *words)), "cannot be written to")
    finally:
        shell.close()
    assert formfact(workspace, "data", "import", examples(tmp_path / "more.jsonl", 4)).returncode == 0


def as_rows(value: object) -> list[dict[str, object]]:
    """The rows of a list command's JSON, whether it is a list or an object with one."""
    if isinstance(value, dict):
        value = next(part for part in value.values() if isinstance(part, list))
    assert isinstance(value, list)
    return value
