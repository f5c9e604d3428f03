"""Chat on a workspace: what is asked of whom, and that answers are stored before they are shown as done."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.errors import AdapterRefused, NotFound, QuestionsRefused, WrongWeights
from engine.events import ArmDone, Event
from engine.task import Task
from engine.types import FOUR_ARMS, Arm, Message, Passage, Sampling
from engine.workspace import Workspace
from store import runs
from store.models import Model
from tests.chat.lora import write_adapter

SHORT = Sampling(max_tokens=12)
SOURCE = Passage(1, 1, "toys.md", "/toys.md", None, 0, 10, "A red ball.")


@pytest.fixture
def model(workspace: Workspace, stories: Path) -> Model:
    return workspace.models.add(str(stories), Task())


def add_run(workspace: Workspace, model: Model, adapter: Path, **changes: str) -> runs.Run:
    """Store a run as tuning does at its end, with a ready adapter."""
    values = {"state": "done", "base_sha256": model.sha256, "created_at": "2026-01-01"} | changes
    digest = hashlib.sha256(adapter.read_bytes()).hexdigest()
    run = runs.Run(
        id=values.pop("id", "r1"),
        name="r",
        model=model.name,
        dataset="d",
        dataset_version="v",
        recipe="",
        adapter=str(adapter),
        adapter_sha256=digest,
        **values,
    )
    runs.insert(workspace.database, run)
    return run


@pytest.fixture
def run(workspace: Workspace, model: Model, adapter: Path) -> runs.Run:
    return add_run(workspace, model, adapter)


def test_four_arms_are_stored_before_they_are_shown_as_done(workspace: Workspace, run: runs.Run) -> None:
    stored: list[list[str]] = []

    def heard(event: Event) -> None:
        if isinstance(event, ArmDone):
            [comparison] = workspace.chat.comparisons()
            stored.append([answer.arm for answer in workspace.chat.answers(comparison.id)])
            assert event.arm in stored[-1]

    answers = workspace.chat.answer("Who?", FOUR_ARMS, Task(heard), sampling=SHORT, passages=[SOURCE], seed=5)
    assert [answer.arm for answer in answers] == list(FOUR_ARMS)
    assert [len(names) for names in stored] == [1, 2, 3, 4]
    [comparison] = workspace.chat.comparisons()
    assert (comparison.state, comparison.run, comparison.seed) == ("done", run.id, 5)
    assert comparison.adapter_sha256 == run.adapter_sha256 == answers[1].adapter
    assert {a.arm: a for a in workspace.chat.answers(comparison.id)} == {a.arm: a for a in answers}
    assert answers[2].passages == (SOURCE,)


def test_a_conversation_goes_on_with_its_own_arm(workspace: Workspace, run: runs.Run) -> None:
    chat = workspace.chat
    first = chat.answer("Who?", [Arm.BASE, Arm.TUNED], Task(), sampling=SHORT, conversation="c1")
    history = chat.history("c1", Arm.TUNED)
    assert history == [Message("user", "Who?"), Message("assistant", first[1].answer)]
    second = chat.answer("Why?", [Arm.TUNED], Task(), sampling=SHORT, conversation="c1", history=history)
    assert second[0].budget and second[0].budget.history > 0
    assert len(chat.history("c1", Arm.TUNED)) == 4 and len(chat.history("c1", Arm.BASE)) == 2


def test_nothing_is_stored_when_not_asked_to(workspace: Workspace, model: Model) -> None:
    assert workspace.chat.answer("Who?", [Arm.BASE], Task(), sampling=SHORT, keep=False)
    assert workspace.chat.comparisons() == []


def test_without_a_question_or_a_run_the_error_says_what_to_do(workspace: Workspace, model: Model) -> None:
    with pytest.raises(QuestionsRefused, match="no question"):
        workspace.chat.answer(" \n\ufdd0", [Arm.BASE], Task())
    with pytest.raises(NotFound, match="no finished run") as caught:
        workspace.chat.answer("Who?", [Arm.TUNED], Task())
    assert "tune start" in caught.value.remedy
    assert workspace.chat.comparisons() == []


def test_an_adapter_of_another_base_is_refused(workspace: Workspace, model: Model, adapter: Path, tiny: Path) -> None:
    add_run(workspace, model, adapter, id="other", base_sha256="0" * 64)
    with pytest.raises(AdapterRefused, match="another base"):
        workspace.chat.answer("Who?", [Arm.TUNED], Task(), run="other", sampling=SHORT)
    stranger = write_adapter(tiny, workspace.folder / "stranger.gguf")
    add_run(workspace, model, stranger, id="shapes")
    with pytest.raises(AdapterRefused, match="does not fit"):
        workspace.chat.answer("Who?", [Arm.TUNED], Task(), run="shapes", sampling=SHORT)
    assert workspace.chat.answer("Who?", [Arm.BASE], Task(), sampling=SHORT)


def test_other_weights_than_the_recorded_ones_are_an_error(workspace: Workspace, run: runs.Run) -> None:
    workspace.chat.answer("Who?", [Arm.BASE], Task(), sampling=SHORT)
    workspace.database.run("UPDATE canaries SET base = 'another'")
    with pytest.raises(WrongWeights, match="not those of"):
        workspace.chat.answer("Who?", [Arm.BASE], Task(), sampling=SHORT)
    assert [one.state for one in workspace.chat.comparisons()] == ["done", "failed"]
    workspace.database.run("DELETE FROM canaries")
    runs.update(workspace.database, run, adapter_sha256="f" * 64)
    with pytest.raises(WrongWeights, match="not the one that run"):
        workspace.chat.answer("Who?", [Arm.TUNED], Task(), sampling=SHORT)


def test_the_canary_is_the_same_in_another_process(workspace: Workspace, run: runs.Run) -> None:
    first = workspace.chat.answer("Who?", [Arm.BASE], Task(), sampling=SHORT)[0].canary
    workspace.chat_child.close()
    again = workspace.chat.answer("Who?", [Arm.TUNED], Task(), sampling=SHORT)[0].canary
    assert first and again and first.base == again.base
