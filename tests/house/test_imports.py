"""The front of the house stays light: window and command line start without any heavy library."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"accelerate", "bitsandbytes", "chromadb", "datasets", "gguf", "jinja2", "kreuzberg", "llama_cpp", "numpy"}
HEAVY |= {"onnx", "onnxruntime", "pandas", "peft", "pyarrow", "pydantic", "rich", "safetensors", "tokenizers"}
HEAVY |= {"markdown_it", "pygments", "pypdfium2", "pyqtgraph", "qtawesome"}
HEAVY |= {"semantic_text_splitter", "torch", "transformers", "trl", "unsloth", "unsloth_zoo"}
LIGHT = {
    "the facade": "import engine.workspace",
    "the command line, every command": "import cli.app; cli.app.parser()",
    "the window": "import ui.app, ui.main_window, ui.registry; [page.load() for page in ui.registry.pages()[:1]]",
    "the machine's description": "import engine.machine; engine.machine.look(); engine.machine.libraries()",
    "an open workspace with all its services": (
        "import tempfile, pathlib; from engine.workspace import Workspace;"
        "folder = tempfile.mkdtemp(); w = Workspace.open(pathlib.Path(folder));"
        "[w.models, w.documents, w.datasets, w.tuning, w.chat, w.scoring]; w.close()"
    ),
}


def loaded_by(script: str) -> set[str]:
    """The top-level modules that a fresh Python has after ``script``."""
    words = f"{script}\nimport sys, json; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("what", LIGHT)
def test_no_heavy_library_is_loaded(what: str) -> None:
    allowed = {"numpy"} if "services" in what else set()  # a tenth of a second, once a service is asked for
    assert loaded_by(LIGHT[what]) & HEAVY <= allowed


def test_the_watch_sees_what_is_loaded() -> None:
    assert {"numpy"} <= loaded_by("import numpy")


def test_help_prints_every_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "main", "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    commands = {file.stem for file in (ROOT / "cli" / "commands").glob("[a-z]*.py")}
    assert commands
    assert {name for name in commands if name not in done.stdout and name != "ask"} == set()
