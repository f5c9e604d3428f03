"""What may not be in the repository: pickles, places of one machine, package hosts, large files, untold leftovers."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 24 * 2**20  # the starter model's limit
LONGEST = 300  # lines of a Python file

FORBIDDEN = {  # written in pieces, so that this file does not find itself
    "a package registry's host": r"pypi\.o"
    r"rg|pythonhosted\.o"
    r"rg|download\.pytorch\.o"
    r"rg|registry\.npmjs|deb\.debian",
    "a place on the machine of whoever wrote it": r"/wo" r"rk/(main|shared)|/opt/(whe" r"els|py" r"pi)|/ro" r"ot/",
    "a mention of the writer's helpers": r"\banthro"
    r"pic|\bco-?pil"
    r"ot\b|co-authored"
    r"-by|made (by|with) an? AI\b",
    "work left undone": r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b",
}


def tracked() -> list[Path]:
    """Every file that git knows of, and the new ones that it does not ignore."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("this copy of the project is not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """The file's text; empty for a binary file."""
    data = path.read_bytes()
    return "" if b"\0" in data[:8192] else data.decode("utf-8", "replace")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.IGNORECASE if "mention" in what else 0)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_no_pickles() -> None:
    """A pickle runs code when it is opened, so none is shipped: neither by name, nor by content."""
    assert [path for path in tracked() if is_pickle(path)] == []


def is_pickle(path: Path) -> bool:
    """Whether a file is a pickle, or an archive that holds one (as torch's own files do)."""
    if path.suffix in {".pkl", ".pickle", ".pt", ".pth", ".joblib", ".npy"}:
        return True
    with path.open("rb") as file:
        head = file.read(2)
    if len(head) == 2 and head[0] == 0x80 and 2 <= head[1] <= 5:
        return True
    return zipfile.is_zipfile(path) and any(name.endswith(".pkl") for name in zipfile.ZipFile(path).namelist())


def test_a_pickle_would_be_found(tmp_path: Path) -> None:
    import pickle

    (tmp_path / "weights").write_bytes(pickle.dumps([1]))
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        archive.writestr("model/data.pkl", b"")
    assert is_pickle(tmp_path / "weights")
    assert is_pickle(tmp_path / "archive")


def test_no_file_is_large() -> None:
    assert [path for path in tracked() if path.stat().st_size > LARGEST] == []


def test_no_python_file_is_long() -> None:
    python = [path for path in tracked() if path.suffix == ".py"]
    assert [f"{p.relative_to(ROOT)}: {n}" for p in python if (n := len(text_of(p).splitlines())) > LONGEST] == []
