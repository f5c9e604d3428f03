"""``formfact models catalogue | get`` and ``formfact doctor --diagnostics``."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

import cli.app
import cli.commands.models
from engine.models.catalogue import catalogue
from engine.workspace import Workspace
from tests.models.files import write_folder, write_gguf
from tests.models.hub_server import Hub, serve

ENTRY = dataclasses.replace(catalogue()[0], repo="org/repo", file="tiny-Q4_K_M.gguf", twin="org/twin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Workspace.open(tmp_path / "wörk") as opened:
        return opened.folder


def test_the_catalogue_says_what_fits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.app.run(["--workspace", str(folder), "models", "catalogue"]) == 0
    said = capsys.readouterr().out
    assert "qwen2-5-0-5b" in said and "fits" in said and "Apache License 2.0" in said
    assert cli.app.run(["--workspace", str(folder), "models", "catalogue", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(catalogue())


def test_get_wants_the_licence_accepted_and_the_network_allowed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.commands.models, "entry", lambda _: ENTRY)
    twin = {file.name: file.read_bytes() for file in write_folder(tmp_path / "twin").iterdir()}
    hub = Hub({ENTRY.file: write_gguf(tmp_path / "s.gguf").read_bytes()}, others={"org/twin": twin})
    command = ["--workspace", str(folder), "models", "get", ENTRY.key]
    with serve(hub) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        assert cli.app.run(command) == 1
        assert "Apache License 2.0" in capsys.readouterr().err
        assert cli.app.run([*command, "--accept-licence"]) == 1
        assert "network is off" in capsys.readouterr().err
        assert hub.asked == []
        assert cli.app.run([*command, "--accept-licence", "--network", "--json"]) == 0
    model = json.loads(capsys.readouterr().out)
    assert model["source"] == ENTRY.source and model["twin"].endswith("org--twin")


def test_diagnostics_on_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.app.run(["--workspace", str(folder), "doctor", "--diagnostics"]) == 0
    said = capsys.readouterr().out
    assert "Versions" in said and str(folder) not in said
