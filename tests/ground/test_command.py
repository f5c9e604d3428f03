"""``formfact docs`` as a person or a script runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from engine.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
FIELDS = {"rank", "document", "path", "page", "start", "end", "text", "score", "dense_rank", "lexical_rank"}


def formfact(workspace: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "main.py"), "--workspace", str(workspace), "docs", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, encoding="utf-8", check=False)


def test_add_list_search_and_remove(tmp_path: Path) -> None:
    workspace, folder = tmp_path / "w", tmp_path / "docs"
    folder.mkdir()
    (folder / "a.md").write_text("# Shop\n\n## Hours\n\nOpen from nine to six.\n")
    (folder / "b.txt").write_text("Jonas drives the van.")
    (folder / "c.pdf").touch()

    added = json.loads(formfact(workspace, "add", str(folder), "--json").stdout)
    assert added["statuses"] == {"indexed": 2, "refused": 1}

    listed = json.loads(formfact(workspace, "list", "--json").stdout)["documents"]
    assert [(Path(one["path"]).name, one["status"], one["reason"]) for one in listed] == [
        ("a.md", "indexed", ""),
        ("b.txt", "indexed", ""),
        ("c.pdf", "refused", "empty: the file has 0 bytes"),
    ]

    lines = formfact(workspace, "search", "-", "-k", "1", "--json", stdin="When is it open?\n\nWho drives?\n").stdout
    found = [json.loads(line) for line in lines.splitlines()]
    assert [one["query"] for one in found] == ["When is it open?", "Who drives?"]
    assert [one["passages"][0]["document"] for one in found] == ["a.md", "b.txt"]
    assert set(found[0]["passages"][0]) >= FIELDS
    assert "Shop > Hours" in formfact(workspace, "search", "When is it open?").stdout

    assert "Removed" in formfact(workspace, "remove", str(listed[0]["id"])).stdout
    missing = formfact(workspace, "remove", "999")
    assert missing.returncode == 1 and "no document 999" in missing.stderr


def test_collections_and_search_beside_a_writer(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    (tmp_path / "a.md").write_text("Open from nine to six.")
    (tmp_path / "b.txt").write_text("Jonas drives the van.")
    added = json.loads(formfact(workspace, "add", str(tmp_path / "a.md"), "--collection", "Shop", "--json").stdout)
    other = json.loads(formfact(workspace, "add", str(tmp_path / "b.txt"), "--json").stdout)["documents"][0]["id"]
    listed = json.loads(formfact(workspace, "collections", "--json").stdout)["collections"]
    assert [(one["collection"], one["documents"]) for one in listed] == [("Documents", 1), ("Shop", 1)]
    assert added["documents"][0]["coverage"] == 1.0

    with Workspace.open(workspace):  # someone else has it open for writing
        found = formfact(workspace, "search", "Who drives?", "--collection", "Shop", "--inspect", "--json")
        (one,) = json.loads(found.stdout)["candidates"]
        assert (one["document"], one["cut"], one["within"]) == ("a.md", "", 1)
    moved = formfact(workspace, "move", "Shop", str(other))
    assert "Moved 1 document to Shop" in moved.stdout
    assert "Nothing found" in formfact(workspace, "search", "Who drives?", "--collection", "Documents").stdout
