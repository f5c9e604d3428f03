"""The command line as a whole: every command is there, errors are words and a status, JSON is asked for anywhere."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import cli.app
from cli.show import Show, duration
from engine import events
from engine.errors import Cancelled, ModelRefused

CONTRACT = {"ask", "compare", "data", "demo", "docs", "doctor", "export", "models", "questions", "score", "tune"}


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not nested:
        yield parser
    for action in nested:
        for sub in dict.fromkeys(action.choices.values()):
            yield from leaves(sub)


def test_every_command_of_the_contract_is_there_and_says_what_it_needs() -> None:
    commands = next(a for a in cli.app.parser()._actions if isinstance(a, argparse._SubParsersAction))
    assert set(commands.choices) >= CONTRACT
    for leaf in leaves(cli.app.parser()):
        if leaf.prog.endswith(" app"):
            continue  # the window: opened by whoever calls ``run``
        assert callable(leaf.get_default("run")), leaf.prog
        assert leaf.get_default("needs") in {"write", "read", "write or read", "nothing"}, leaf.prog


@pytest.mark.parametrize("arguments", [["--json", "docs", "list"], ["docs", "list", "--json"]])
def test_json_may_stand_before_or_after(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.app.run(["--workspace", str(tmp_path), *arguments]) == 0
    json.loads(capsys.readouterr().out)


def test_an_error_is_words_and_a_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.app.run(["--workspace", str(tmp_path), "models", "info", "nothing"]) == 1
    said = capsys.readouterr()
    assert "nothing" in said.err and "→" in said.err and not said.out and "Traceback" not in said.err


def test_errors_as_json_are_typed(capsys: pytest.CaptureFixture[str]) -> None:
    Show(json=True).error(ModelRefused("That is not a model.", "Choose a GGUF file."))
    told = json.loads(capsys.readouterr().err)
    assert (told["error"], told["remedy"]) == ("ModelRefused", "Choose a GGUF file.")


def test_a_stopped_command_has_its_own_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise Cancelled

    top = cli.app.parser()
    monkeypatch.setattr(cli.app, "parser", lambda: top)
    for leaf in leaves(top):
        leaf.set_defaults(run=stopped)
    assert cli.app.run(["--workspace", str(tmp_path), "doctor"]) == 130


def test_a_bug_is_told_in_words_with_its_traceback_as_details(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    top = cli.app.parser()
    monkeypatch.setattr(cli.app, "parser", lambda: top)
    for leaf in leaves(top):
        leaf.set_defaults(run=broken)
    assert cli.app.run(["--workspace", str(tmp_path), "doctor"]) == 1
    assert capsys.readouterr().err.startswith("Something unexpected went wrong: ZeroDivisionError: a bug")


def test_progress_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    show = Show()
    show.task.emit(events.Progress("Reading", 3, 3, "files"))
    show.result({"a": 1}, "three files")
    said = capsys.readouterr()
    assert said.out == "three files\n" and "Reading · 3/3 files" in said.err


@pytest.mark.parametrize(
    "seconds, words", [(0.2, "under 1 s"), (42, "about 42 s"), (120, "about 2 min"), (7200, "about 2.0 h")]
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_the_window_opens_without_a_command_and_with_app(tmp_path: Path) -> None:
    opened: list[Path | None] = []

    def window(folder: Path | None) -> int:
        opened.append(folder)
        return 7

    assert cli.app.run([], window) == 7
    assert cli.app.run(["--workspace", str(tmp_path), "app"], window) == 7
    assert opened == [None, tmp_path]
