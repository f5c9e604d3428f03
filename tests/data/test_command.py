"""``formfact data`` as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.app import run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def formfact(folder: Path, *words: str) -> int:
    return run(["--workspace", str(folder / "w"), "data", *words])


def test_the_whole_way(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "t.csv").write_text("a,b,c\nWhy?,Because,x\nHow?,,x\nWhy?,Well,x\n")
    assert formfact(folder, "import", "t.csv") == 1
    assert "--map" in capsys.readouterr().err
    assert (
        formfact(folder, "import", "t.csv", "--map", "prompt=a", "--map", "completion=b", "--name", "why", "--json")
        == 0
    )
    result = json.loads(capsys.readouterr().out)
    assert (result["name"], result["rows"], result["bad_rows"], result["bad"][0]["line"]) == ("why", 2, 1, 3)
    assert result["mapping"] == {"format": "prompt and completion", "prompt": "a", "completion": "b"}

    assert formfact(folder, "list") == 0
    assert "why" in capsys.readouterr().out
    assert formfact(folder, "lint", "why", "--json") == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {"contradiction", "one_word_answer"} <= {finding["kind"] for finding in findings}
    assert formfact(folder, "preview", "why", "-n", "1") == 0
    assert "assistant: Because" in capsys.readouterr().out
    assert formfact(folder, "export", "why", "--json") == 0
    assert json.loads(capsys.readouterr().out)["version"] == result["version"]
    assert len((folder / "why.jsonl").read_text().splitlines()) == 2


def test_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert formfact(folder, "lint", "none") == 1
    assert "no dataset 'none'" in capsys.readouterr().err
    (folder / "t.csv").write_text("a,b\nc,d\n")
    assert formfact(folder, "import", "t.csv", "--map", "prompt") == 1
    assert "FIELD=COLUMN" in capsys.readouterr().err
    assert formfact(folder, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"datasets": []}


def test_find_measure_rename_remove(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "t.csv").write_text("question,answer\nWhy?,Because it is\nHow?,Like this\nWho?,\n")
    formfact(folder, "import", "t.csv", "--json")
    capsys.readouterr()
    assert formfact(folder, "map", "t.csv") == 0
    assert "2 become examples" in capsys.readouterr().out
    assert formfact(folder, "find", "t", "like", "HOW", "--json") == 0
    assert [one["line"] for one in json.loads(capsys.readouterr().out)["examples"]] == [3]
    assert formfact(folder, "lengths", "t", "--json") == 0
    counted = json.loads(capsys.readouterr().out)
    assert (len(counted["tokens"]), counted["over"], counted["refused"]) == (2, 0, 0)
    assert formfact(folder, "rename", "t", "u") == 0
    assert formfact(folder, "remove", "u") == 0
    capsys.readouterr()
    assert formfact(folder, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"datasets": []}
