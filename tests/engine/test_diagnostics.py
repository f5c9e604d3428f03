"""The diagnostics bundle tells of the machine and of states, and nothing of what the user has."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import diagnostics
from engine.errors import FormfactError
from engine.process import ROOT
from engine.settings import Settings
from engine.task import Task
from engine.workspace import Workspace
from store import answers
from store.answers import ComparisonRow

SECRET = "The merger with Blauwal closes on 4 May."
QUESTION = "When does the Blauwal merger close?"

CODE = f'File "{ROOT}/engine/serve.py", line 3: [/srv/Geheim/x.gguf, /opt/secret/a.bin]\n'


@pytest.fixture
def full(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with a document, examples, a question, and logs that repeat what they should not."""
    monkeypatch.setenv("HOME", str(tmp_path / "home" / "ada"))
    paper = tmp_path / "home" / "ada" / "Blauwal contract.txt"
    paper.parent.mkdir(parents=True)
    paper.write_text(SECRET)
    broken = paper.with_name("Blauwal figures.pdf")
    broken.write_bytes(b"%PDF-1.7 nothing")
    workspace.documents.add([paper, broken], Task())
    row = dict.fromkeys(ComparisonRow.__slots__, "") | {"id": 0, "question": QUESTION, "seed": 1, "state": "done"}
    answers.begin(workspace.database, ComparisonRow(**row))  # type: ignore[arg-type]
    log = workspace.folder / "logs" / "chat.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(
        f"loading {Path.home()}/models/a.gguf\nquestion: {QUESTION}\nparsing {paper}\nggml: assertion\n{CODE}"
    )
    return workspace


def test_it_says_what_helps_and_holds_nothing_of_the_users(full: Workspace) -> None:
    text = diagnostics.bundle(full, Settings(threads=3, recent=("/home/ada/secret project",)))
    for part in (
        "Formfact",
        "llama.cpp for cpu",
        "threads = 3",
        "1 × .txt indexed",
        "1 × .pdf refused",
        "ggml: assert",
        "engine/serve.py",
    ):
        assert part in text, part
    for part in (SECRET, QUESTION, "Blauwal", "secret", "Geheim", str(Path.home()), str(full.folder)):
        assert part not in text, part


def test_saved_as_it_was_read(tmp_path: Path) -> None:
    diagnostics.save("as read ✓", tmp_path / "d.txt")
    assert (tmp_path / "d.txt").read_text(encoding="utf-8") == "as read ✓"
    with pytest.raises(FormfactError, match="cannot be written"):
        diagnostics.save("", tmp_path / "no" / "d.txt")
