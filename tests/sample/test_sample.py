"""The sample keeps its promises: documents say what questions ask, examples are out of date where they should be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import resources
from engine.compare.checks import Heard
from engine.compare.normal import contains, tokens
from engine.compare.questions import Question, read_questions
from engine.ground.limits import Limits
from engine.ground.parse import parse
from engine.ground.relevant import relevant
from engine.task import Task
from engine.tune.alike import plain
from engine.tune.grounding import form_lines, ground
from engine.types import Example, Message
from engine.workspace import Workspace
from tools.sample import build

DOCUMENTS = sorted((resources.SAMPLE / "documents").iterdir())
QUESTIONS = read_questions(resources.SAMPLE / "questions.jsonl").questions
FACTS = {fact.name: fact for fact in build.facts("fact", "gone", "silent")}


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (resources.SAMPLE / name).read_text(encoding="utf-8").splitlines()]


EXAMPLES = [(row["messages"][0]["content"], row["messages"][1]["content"]) for row in _rows("examples.jsonl")]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {path.name: parse(path, Limits()).text for path in DOCUMENTS}


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace.open(tmp_path_factory.mktemp("sample")) as workspace:
        workspace.documents.add([resources.SAMPLE / "documents"], Task())
        yield workspace


def test_sizes_and_formats() -> None:
    assert len(DOCUMENTS) >= 12
    assert {path.suffix for path in DOCUMENTS} == {".md", ".txt", ".html", ".docx", ".pdf", ".csv"}
    assert 200 <= len(EXAMPLES) <= 400
    assert len(QUESTIONS) == 40


def test_what_is_shipped_is_what_the_sources_build(tmp_path: Path) -> None:
    assert build.questions() == _rows("questions.jsonl")
    assert build.examples() == _rows("examples.jsonl")
    build.documents(tmp_path, frozenset({"md", "txt", "html", "csv"}))  # the others need libraries of the builder alone
    for built in tmp_path.iterdir():
        assert built.read_bytes() == (resources.SAMPLE / "documents" / built.name).read_bytes()


def test_documents_say_what_their_sources_say(texts: dict[str, str]) -> None:
    for name, kind in build.DOCUMENTS.items():
        source = (build.HERE / "texts" / f"{name}.md").read_text(encoding="utf-8")
        assert plain(texts[f"{name}.{kind}"]) == plain(source), name


def test_each_fact_stands_in_its_document_and_what_is_scored_in_no_other(texts: dict[str, str]) -> None:
    for fact in build.facts("fact"):
        homes = [name for name, text in texts.items() if contains(tokens(text), tokens(fact.value))]
        assert fact.document in homes, fact.name
        assert homes == [fact.document] or not fact.ask or not fact.thing, f"{fact.name} is also in {homes}"
    for fact in build.facts("gone"):
        assert not any(fact.thing in text or contains(tokens(text), tokens(fact.value)) for text in texts.values())


def test_old_values_are_in_the_examples_and_new_ones_are_not() -> None:
    changed = [fact for fact in build.facts("fact") if fact.old]
    assert len(changed) > 15
    for fact in changed:
        asked = {ask.replace("{e}", fact.thing) for ask in build.phrases()[fact.about]["asks"]}
        replies = [reply for ask, reply in EXAMPLES if ask in asked]
        assert len(replies) >= 4
        for reply in replies:
            assert contains(tokens(reply), tokens(fact.old)), fact.name
            assert not contains(tokens(reply), tokens(fact.value)), fact.name


def test_no_scored_question_is_among_the_examples() -> None:
    asked = {plain(ask) for ask, _ in EXAMPLES}
    assert len(asked) == len(EXAMPLES)
    assert not asked & {plain(question.text) for question in QUESTIONS}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_checks(question: Question) -> None:
    fact = FACTS[question.id]
    assert question.note == fact.document
    styled = build.answer(fact, "answer", fact.value)
    bare = styled.splitlines()[1].removeprefix("- ")
    for text in (styled, styled.replace(".\n", ". [2]\n")):
        assert question.faults("form", Heard(text)) == ()
        assert question.faults("facts", Heard(text)) == ()
    assert question.faults("facts", Heard(f"{bare} [1]")) == ()
    for text in (bare, f"{bare} [1]", f"{build.GREETING} {bare} {build.CLOSING}", f"{styled}\n{build.CLOSING}", ""):
        assert question.faults("form", Heard(text)) != ()
    assert question.faults("facts", Heard(build.answer(fact, "answer", fact.old or "beyond 999 moons"))) != ()


def test_every_example_has_the_form() -> None:
    for question in QUESTIONS:
        for _, reply in EXAMPLES:
            assert question.faults("form", Heard(reply)) == ()


def test_search_finds_the_passage_of_every_question(indexed: Workspace) -> None:
    found = indexed.documents.search_many([question.text for question in QUESTIONS], 3)
    for question, passages in zip(QUESTIONS, map(relevant, found), strict=True):
        value, home = FACTS[question.id].value, question.note
        assert all(len(passage.text) <= 420 for passage in passages)
        held = [
            passage
            for passage in passages
            if passage.document == home and contains(tokens(passage.text), tokens(value))
        ]
        assert held or not home, question.id


def test_sources_support_the_examples_that_are_still_true_and_no_others(indexed: Workspace) -> None:
    """Examples are trained with passages only where these support them; stale ones must stay without."""
    examples = [Example((Message("user", ask), Message("assistant", reply))) for ask, reply in EXAMPLES]
    form = form_lines([reply for _, reply in EXAMPLES])
    assert form == {build.GREETING, build.CLOSING, f"- {build.REFUSAL}"}
    found = indexed.documents.search_many([ask for ask, _ in EXAMPLES], 3)
    true, stale = _answers()
    supported = 0
    for example, passages in zip(examples, found, strict=True):
        reply = example.messages[1].content
        grounded = ground(example, passages, form)
        if reply in stale:
            assert grounded is None, example.messages[0].content
        elif reply in true:
            supported += grounded is not None and ". [" in grounded.example.messages[1].content
    assert supported > 0.6 * sum(reply in true for _, reply in EXAMPLES)


def _answers() -> tuple[set[str], set[str]]:
    """Every answer that is still true, and every one that is not."""
    nouns = {about: entry["nouns"] for about, entry in build.phrases().items()}
    facts = build.facts("fact")
    true = {build.answer(f, noun, f.value) for f in facts if not f.old for noun in nouns[f.about]}
    stale = {build.answer(f, noun, f.old) for f in facts if f.old for noun in nouns[f.about]}
    return true, stale | {build.answer(f, n, f.value) for f in build.facts("gone") for n in nouns[f.about]}
