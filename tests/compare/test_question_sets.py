"""Question sets of the workspace: kept, edited, found, restored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cli.app
from engine import resources
from engine.compare.checks import read
from engine.compare.question_sets import QuestionSets, key
from engine.compare.questions import Question, digest, read_questions
from engine.errors import NotFound, QuestionsRefused
from engine.task import Task
from engine.types import Arm
from engine.workspace import Workspace
from tests.compare.test_scoring import ONE_ARM, with_model
from tests.compare.test_scoring import questions as written

CHECK = read({"check": "one_line"}, "form")
SAMPLE = resources.SAMPLE / "questions.jsonl"


@pytest.fixture
def sets(workspace: Workspace) -> QuestionSets:
    return workspace.question_sets


def asked(number: int, text: str = "") -> Question:
    return Question(f"q{number}", text or f"Question {number}?", (CHECK,), (), "note")


def texts(sets: QuestionSets, name: str) -> list[str]:
    return [one.text for one in sets.get(name).questions]


def test_import_keeps_every_question_and_its_digest(sets: QuestionSets) -> None:
    read_ = read_questions(SAMPLE)
    kept = sets.import_file(SAMPLE)
    assert (kept.path, kept.sha256, kept.questions) == ("questions", read_.sha256, read_.questions)
    assert sets.import_file(SAMPLE, " House   style ").path == "House style"
    assert sets.import_file(SAMPLE, "House style").path == "House style 2"
    assert [(one.name, one.questions) for one in sets.list()] == [
        (name, len(read_.questions)) for name in ("House style 2", "House style", "questions")
    ]


def test_nothing_is_imported_of_a_file_with_a_bad_line(sets: QuestionSets, tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(SAMPLE.read_text(encoding="utf-8") + '{"question": "Why?"}\n', encoding="utf-8")
    with pytest.raises(QuestionsRefused, match="no check"):
        sets.import_file(path)
    assert sets.list() == []


def test_survives_closing_the_workspace(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as one:
        one.question_sets.import_file(SAMPLE, "ü 空")
    with Workspace.open(tmp_path) as other:
        assert other.question_sets.get("ü 空").questions == read_questions(SAMPLE).questions


def test_add_from_chat_makes_the_set_and_asks_each_question_once(sets: QuestionSets) -> None:
    first = sets.add("From chat", "  How long is it?\n")
    assert (first.text, first.form, first.facts) == ("How long is it?", (), ())
    assert sets.add("From chat", "how LONG  is it") == first
    second = sets.add("From chat", asked(1))
    third = sets.add("From chat", asked(1))
    assert len({first.id, second.id, third.id}) == 3
    assert texts(sets, "From chat") == ["How long is it?", "Question 1?", "Question 1?"]
    with pytest.raises(QuestionsRefused, match="empty"):
        sets.add("From chat", " \n")
    with pytest.raises(QuestionsRefused, match="name"):
        sets.add("  ", "Why?")


def test_change_drop_and_put_back_keep_the_order(sets: QuestionSets) -> None:
    sets.save("s", [asked(1), asked(2), asked(3)])
    sets.change("s", asked(2, "Changed?"))
    assert texts(sets, "s") == ["Question 1?", "Changed?", "Question 3?"]
    sets.drop("s", ["q1", "q2"])
    assert texts(sets, "s") == ["Question 3?"]
    sets.add("s", asked(4))
    sets.put_back("s", ["q1", "q2"])
    assert texts(sets, "s") == ["Question 1?", "Changed?", "Question 3?", "Question 4?"]
    with pytest.raises(NotFound, match="q9"):
        sets.change("s", asked(9))
    with pytest.raises(QuestionsRefused, match="empty"):
        sets.change("s", Question("q1", " ", (CHECK,), ()))


def test_save_replaces_the_whole_set(sets: QuestionSets) -> None:
    sets.save("s", [asked(1), asked(2)])
    saved = sets.save("s", [asked(2)])
    assert saved.questions == (asked(2),) and saved.sha256 == digest([asked(2)])


def test_remove_can_be_undone_and_rename_takes_a_free_name(sets: QuestionSets) -> None:
    sets.save("s", [asked(1)])
    sets.remove("s")
    assert sets.list() == []
    sets.save("s", [asked(2)])
    assert sets.restore("s") == "s 2"
    assert (texts(sets, "s"), texts(sets, "s 2")) == (["Question 2?"], ["Question 1?"])
    assert sets.rename("s 2", "s") == "s 3"
    assert sets.rename("s 3", "s 3") == "s 3"
    for lost in (lambda: sets.restore("s"), lambda: sets.get("none"), lambda: sets.rename("none", "x")):
        with pytest.raises(NotFound):
            lost()


def test_find_takes_the_newest_question_that_has_checks(sets: QuestionSets) -> None:
    sets.save("old", [asked(1, "How long is the refund window?")])
    sets.add("new", "how long is the  refund WINDOW")
    found = sets.find("How long is the refund window")
    assert found is not None and found.id == "q1" and found.form == (CHECK,)
    assert sets.find("How short?") is None
    assert sets.find("") is None


@pytest.mark.parametrize("one, other", [("Why?", " why "), ("１ Straße?", "1 STRASSE ?"), ("Ends. ", "ends")])
def test_the_same_question(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_different_questions() -> None:
    assert len({key(text) for text in ("Why?", "Why not?", "?", "", "!")}) == 5


def test_export_and_back(sets: QuestionSets, tmp_path: Path) -> None:
    sets.import_file(SAMPLE, "s")
    sets.add("s", "Without a check?")
    path = sets.export("s", tmp_path / "out.jsonl")
    assert sets.import_file(path, "t").questions == read_questions(SAMPLE).questions


def test_a_set_is_scored_by_name_without_what_has_no_check(
    workspace: Workspace, sets: QuestionSets, shared_data: Path, tmp_path: Path
) -> None:
    with_model(workspace, shared_data / "models" / "stories260k" / "derived" / "stories260K-f32-v3.gguf")
    sets.import_file(written(tmp_path, 2), "stories")
    sets.add("stories", "Without a check?")
    card = workspace.scoring.score("stories", Task(), arms=ONE_ARM)
    assert (card.row.source, [one.question for one in card.scored]) == ("stories", ["q0", "q1"])
    sets.remove("stories")
    assert len(workspace.scoring.get(card.row.id).questions) == 2
    sets.add("empty", "Why?")
    with pytest.raises(QuestionsRefused, match="No question"):
        workspace.scoring.begin("empty", arms=(Arm.BASE,))
    with pytest.raises(NotFound, match="stories"):
        workspace.scoring.begin("stories", arms=(Arm.BASE,))


def test_any_text_is_kept(sets: QuestionSets) -> None:
    nasty = "Wie? \U0001f600 \u202e <b>&amp;</b> '\"; DROP TABLE questions; \x00"
    sets.add("s", nasty)
    assert texts(sets, "s") == [nasty]
    assert json.loads(json.dumps(texts(sets, "s"))) == [nasty]


def test_the_command_line_imports_lists_exports_and_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def say(*words: str) -> dict[str, Any]:
        assert cli.app.run(["--workspace", str(tmp_path / "w"), "--json", "questions", *words]) == 0
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        return told

    monkeypatch.chdir(tmp_path)
    assert say("import", str(SAMPLE), "--name", "House style")["name"] == "House style"
    assert [one["name"] for one in say("list")["question_sets"]] == ["House style"]
    assert say("export", "House style")["path"] == "House style.jsonl"
    assert read_questions(tmp_path / "House style.jsonl").questions == read_questions(SAMPLE).questions
    say("remove", "House style")
    assert say("list")["question_sets"] == []
