"""Names that people give to files: spaces, letters of any script, emoji, line breaks, bytes that are no text."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.survival.command import answer, examples, formfact

NAMES = [
    "two  words.md",
    "Übergrößenträger.md",
    "договор № 7.md",
    "退款政策 (最终版).md",
    "سياسة.md",
    "🪔 lamp.md",
    "--help.md",
    "quote ' and \" and $HOME.md",
]
if os.name == "posix":
    NAMES += ["line\nbreak.md", "back\\slash.md"]
if sys.platform == "linux":
    NAMES.append(os.fsdecode(b"not \xff text.md"))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one document of each name, in a folder with such a name itself."""
    home = tmp_path_factory.mktemp("paths") / "мои 文件 & more"
    home.mkdir()
    for number, name in enumerate(NAMES):
        (home / name).write_text(f"# Lamp {number}\n\nThe guarantee of lamp {number} lasts {number + 3} years.\n")
    done = formfact(home / "wörk space", "docs", "add", home)
    assert done.returncode == 0, done.stderr
    return home / "wörk space"


def test_every_document_is_indexed(workspace: Path) -> None:
    listed = answer(formfact(workspace, "docs", "list", "--json"))
    rows = listed if isinstance(listed, list) else listed["documents"]
    own = [row for row in rows if row["path"].endswith(".md")]
    assert len(own) == len(NAMES)
    assert {row["status"] for row in own} == {"indexed"}
    assert formfact(workspace, "docs", "list").returncode == 0


def test_what_is_found_names_its_file(workspace: Path) -> None:
    found = answer(formfact(workspace, "docs", "search", "guarantee of lamp 2", "-k", "3", "--json"))
    best = found["passages"][0]
    assert best["document"] == NAMES[2]
    assert Path(best["path"]) == workspace.parent / NAMES[2]


def test_a_dataset_and_its_export(workspace: Path, tmp_path: Path) -> None:
    source = examples(tmp_path / "данные 1.jsonl", 4)
    assert answer(formfact(workspace, "data", "import", source, "--json"))
    target = tmp_path / "aus gabe 空.jsonl"
    done = formfact(workspace, "data", "export", "данные 1", target)
    assert done.returncode == 0, done.stderr
    assert len(target.read_text(encoding="utf-8").splitlines()) == 4


def test_the_workspace_works_where_it_is_copied_to(workspace: Path, tmp_path: Path) -> None:
    import shutil

    elsewhere = tmp_path / "копия 2"
    shutil.copytree(workspace, elsewhere)
    found = answer(formfact(elsewhere, "docs", "search", "guarantee of lamp 5", "--json"))
    assert "8 years" in found["passages"][0]["text"]
