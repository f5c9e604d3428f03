"""Opening: the first start, the last workspace, another one, one that is open elsewhere, one that is damaged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine import sample, settings
from engine.workspace import Workspace
from ui.app import App
from ui.widgets import Banner

HOLDER = (
    "import sys; from engine.workspace import Workspace; w = Workspace.open(__import__('pathlib').Path(sys.argv[1]));"
)
HOLDER += "print('open', flush=True); sys.stdin.read()"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app(qapp: QApplication) -> Iterator[App]:
    made = App()
    yield made
    made.close()


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """A workspace that another process has open."""
    folder = tmp_path / "held"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"open\n"
        yield folder
        other.kill()


def test_the_first_start_is_on_the_sample(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMFACT_WORKSPACE", str(tmp_path / "first"))
    folder = app.usual()
    assert folder == tmp_path / "first"
    with Workspace.open(folder) as workspace:
        assert sample.wanted(workspace)


def test_a_workspace_of_ones_own_gets_no_sample(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMFACT_WORKSPACE", str(tmp_path / "mine"))
    Workspace.open(tmp_path / "mine").close()
    with Workspace.open(app.usual()) as workspace:
        assert not sample.wanted(workspace)


def test_the_next_start_is_where_the_last_was(app: App, tmp_path: Path) -> None:
    assert app.open(tmp_path / "one")
    assert app.open(tmp_path / "two")
    app.close()
    assert settings.load().recent == (str(tmp_path / "two"), str(tmp_path / "one"))
    assert App().usual() == tmp_path / "two"


def test_changing_the_workspace_lets_go_of_the_first(app: App, tmp_path: Path) -> None:
    assert app.open(tmp_path / "one")
    assert app.window
    app.window.asked_workspace.emit(tmp_path / "two")
    assert app.window.shell.workspace.folder == tmp_path / "two"
    Workspace.open(tmp_path / "one").close()  # raises if it were still locked


def test_a_second_window_is_told(app: App, held: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not app.open(held)
    assert app.window is None
    assert "is open in another Formfact" in capsys.readouterr().err


def test_what_cannot_be_opened_leaves_the_window_as_it_is(app: App, held: Path, tmp_path: Path) -> None:
    assert app.open(tmp_path / "one")
    window = app.window
    assert window
    assert not app.open(held)
    assert app.window is window
    assert "open in another Formfact" in window.findChildren(Banner)[0].text


def test_a_damaged_workspace_is_refused_with_words(
    app: App, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "workspace.sqlite3").write_bytes(b"this is not a database, and never was one" * 40)
    assert not app.open(tmp_path)
    assert capsys.readouterr().err.strip()


def test_closing_the_window_ends_its_work_and_its_lock(app: App, tmp_path: Path, qtbot: QtBot) -> None:
    assert app.open(tmp_path / "one")
    assert app.window
    app.window.close()
    assert app.window is None
    Workspace.open(tmp_path / "one").close()
