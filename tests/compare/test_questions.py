"""Question sets: read, or refused with the line and the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import resources
from engine.compare.questions import from_json, read_questions, to_json
from engine.errors import QuestionsRefused

GOOD = {"id": "a", "question": "How long?", "facts": [{"check": "value", "accept": ["30 days"]}]}


def written(folder: Path, *lines: object) -> Path:
    path = folder / "fragen 问题.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_reads_and_numbers_what_has_no_id(tmp_path: Path) -> None:
    path = written(
        tmp_path, "\ufeff" + json.dumps(GOOD), "", {**GOOD, "id": 7}, {k: GOOD[k] for k in ("question", "facts")}
    )
    assert [question.id for question in read_questions(path).questions] == ["a", "7", "4"]


def test_the_digest_is_of_what_it_says(tmp_path: Path) -> None:
    first = read_questions(written(tmp_path, GOOD))
    same = read_questions(written(tmp_path, json.dumps(GOOD, indent=None, separators=(" ,", ":  ")), ""))
    other = read_questions(written(tmp_path, {**GOOD, "facts": [{"check": "value", "accept": ["31 days"]}]}))
    assert first.sha256 == same.sha256 != other.sha256


def test_json_and_back() -> None:
    sample = read_questions(resources.SAMPLE / "questions.jsonl").questions
    assert len(sample) >= 40
    assert from_json(to_json(sample)) == sample


@pytest.mark.parametrize(
    "line, reason",
    [
        ("{", "line 2"),
        ("[]", "line 2"),
        ("3", "line 2"),
        ({**GOOD, "id": "a"}, "has been used before"),
        ({"question": "  ", "facts": GOOD["facts"]}, "empty"),
        ({"question": "Why?"}, "no check"),
        ({"facts": GOOD["facts"]}, "question"),
        ({**GOOD, "id": "b", "form": [{"check": "value", "accept": ["x"]}]}, "check of facts"),
        ({**GOOD, "id": "b", "surplus": 1}, "surplus"),
        ({**GOOD, "id": "b", "facts": [{"check": "value", "accept": []}]}, "at least one value"),
        ({**GOOD, "id": "b", "facts": [{"check": "value", "accept": ["…"]}]}, "no word and no number"),
        ({**GOOD, "id": "b", "facts": "value"}, "facts"),
    ],
)
def test_refused_with_line_and_reason(tmp_path: Path, line: object, reason: str) -> None:
    with pytest.raises(QuestionsRefused, match="line 2") as caught:
        read_questions(written(tmp_path, GOOD, line))
    assert reason in str(caught.value)


def test_empty_missing_and_not_text(tmp_path: Path) -> None:
    with pytest.raises(QuestionsRefused, match="no question"):
        read_questions(written(tmp_path, "", " "))
    with pytest.raises(QuestionsRefused, match="no question set"):
        read_questions(tmp_path / "missing.jsonl")
    (tmp_path / "model.gguf").write_bytes(b"GGUF\x03\0\0\0\xff\xfe" * 20)
    with pytest.raises(QuestionsRefused, match="line 1"):
        read_questions(tmp_path / "model.gguf")


def test_hostile_json_is_refused_or_read_never_a_crash(shared_data: Path, tmp_path: Path) -> None:
    files = sorted((shared_data / "hostile").rglob("*.json"))
    assert files
    for file in files:
        path = tmp_path / "q.jsonl"
        path.write_bytes(file.read_bytes())
        with pytest.raises(QuestionsRefused):
            read_questions(path)
