"""Two Formfacts on one workspace: the second is told, may look, and takes over when the first has died."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.survival.command import ROOT, examples, formfact, told

HOLD = (
    "import sys, time; from pathlib import Path; from engine.workspace import Workspace;"
    "w = Workspace.open(Path(sys.argv[1])); w.datasets; print('open', flush=True); time.sleep(120)"
)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A workspace that another process has open for writing."""
    folder = tmp_path / "shared wörk"
    assert formfact(folder, "data", "import", examples(tmp_path / "few.jsonl", 3)).returncode == 0
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert holder.stdout
    assert holder.stdout.readline() == "open\n"
    yield folder, holder
    holder.kill()
    holder.wait()


def test_the_second_is_told_and_changes_nothing(held: tuple[Path, subprocess.Popen[str]], tmp_path: Path) -> None:
    folder, _ = held
    more = examples(tmp_path / "more.jsonl", 4)
    told(formfact(folder, "data", "import", more), "is open in another Formfact")
    said = formfact(folder, "data", "import", more, "--json")
    assert json.loads(said.stderr.splitlines()[-1])["error"] == "WorkspaceLocked"
    looked = formfact(folder, "data", "list")
    assert looked.returncode == 0
    assert "few" in looked.stdout
    assert "more" not in looked.stdout


def test_the_lock_of_a_killed_process_is_no_lock(held: tuple[Path, subprocess.Popen[str]], tmp_path: Path) -> None:
    folder, holder = held
    holder.kill()
    holder.wait()
    done = formfact(folder, "data", "import", examples(tmp_path / "more.jsonl", 4))
    assert done.returncode == 0, done.stderr
    assert {"few", "more"} <= set(formfact(folder, "data", "list").stdout.split())
