"""What must not break chat: bad model files, dying processes, stops, and any text at all."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import ChildDied, ContextOverflow, FormfactError, ModelRefused
from engine.events import ArmPrepared, Event, Token
from engine.process import Child
from engine.task import Task
from engine.types import Arm, Message, Sampling
from engine.workspace import Workspace
from tests.chat.conftest import Ask

SHORT = Sampling(max_tokens=8)


def test_a_model_that_aborts_llama_is_named_and_the_next_request_works(
    workspace: Workspace, shared_data: Path, stories: Path
) -> None:
    unsound = shared_data / "models/tinystories656k/derived/TinyStories-656K-f32-v3.gguf"
    bad = workspace.models.add(str(unsound), Task(), name="unsound")
    good = workspace.models.add(str(stories), Task(), name="sound")
    assert workspace.chat.answer("Who?", [Arm.BASE], Task(), model=good.name, sampling=SHORT)
    with pytest.raises(ChildDied, match="the model unsound") as caught:
        workspace.chat.answer("naïve (空)?", [Arm.BASE], Task(), model=bad.name, sampling=SHORT)
    assert caught.value.remedy and caught.value.details
    assert workspace.chat.answer("Who?", [Arm.BASE], Task(), model=good.name, sampling=SHORT)[0].answer
    assert [one.state for one in workspace.chat.comparisons()] == ["done", "failed", "done"]


@pytest.mark.parametrize(
    "name", ["models/stories260k/tinyllamas-stories-260k-f32.gguf", "models/wrong_format/tiny-rwkv-4v0-660K-FP16.bin"]
)
def test_files_that_llama_cannot_load_are_refused(ask: Ask, shared_data: Path, name: str) -> None:
    with pytest.raises(ModelRefused, match="cannot load"):
        ask(["base"], model=str(shared_data / name))
    assert ask(["base"])


def test_truncated_empty_and_missing_files_are_refused(ask: Ask, stories: Path, tmp_path: Path) -> None:
    cut, empty = tmp_path / "cut.gguf", tmp_path / "empty.gguf"
    cut.write_bytes(stories.read_bytes()[:200_000])
    empty.touch()
    for path in (cut, empty, tmp_path / "missing.gguf"):
        with pytest.raises(ModelRefused):
            ask(["base"], model=str(path))
    assert ask(["base"])


def test_a_question_that_is_too_long_is_said_and_the_next_works(ask: Ask) -> None:
    with pytest.raises(ContextOverflow, match="too long"):
        ask(["base"], "word " * 5000)
    assert ask(["base"])


def test_a_long_history_and_passages_are_dropped_and_counted(ask: Ask, passages: list[dict[str, Any]]) -> None:
    history = [{"role": role, "content": "word " * 60} for _ in range(6) for role in ("user", "assistant")]
    long = [passages[0] | {"text": "The ball is red. " * 30}, passages[1] | {"text": "Blue. " * 200}]
    base, grounded = ask(["base", "grounded"], history=history, passages=long)
    assert base.budget and grounded.budget
    assert base.budget.dropped_turns == grounded.budget.dropped_turns == 12
    assert grounded.budget.dropped_passages == 1 and len(grounded.passages) == 1
    assert grounded.prompt_tokens + grounded.budget.answer <= 512


def test_stop_during_decoding_keeps_what_was_said(ask: Ask) -> None:
    task = Task(lambda event: task.cancel() if isinstance(event, Token) else None)
    [answer] = ask(["base"], sampling={"max_tokens": 400, "temperature": 2.0}, task=task)
    assert answer.stop_reason == "stopped" and answer.answer
    assert answer.answer_tokens < 400
    assert ask(["base"])[0].stop_reason == "length"


def test_stop_during_the_prompt(ask: Ask, passages: list[dict[str, Any]]) -> None:
    task = Task(lambda event: task.cancel() if isinstance(event, ArmPrepared) else None)
    answers = ask(["base", "grounded"], "word " * 150, passages=passages, task=task)
    assert [answer.stop_reason for answer in answers] == ["stopped", "stopped"]
    assert ask(["base"])[0].answer == ask(["base"])[0].answer != ""


def test_killing_the_child_ends_the_question_and_loses_nothing(workspace: Workspace, stories: Path) -> None:
    workspace.models.add(str(stories), Task())
    first = workspace.chat.answer("Who?", [Arm.BASE], Task(), sampling=SHORT)

    def kill(event: Event) -> None:
        if isinstance(event, Token):
            workspace.chat_child.kill()

    with pytest.raises(ChildDied):
        workspace.chat.answer("Why?", [Arm.BASE], Task(kill), sampling=Sampling(max_tokens=400, temperature=2.0))
    assert [one.state for one in workspace.chat.comparisons()] == ["done", "failed"]
    [stored] = workspace.chat.answers(workspace.chat.comparisons()[0].id)
    assert stored == first[0]
    again = workspace.chat.answer("Who?", [Arm.BASE], Task(), sampling=SHORT)
    assert again[0].answer == first[0].answer


def test_a_stop_from_another_thread(child: Child, stories: Path) -> None:
    task = Task()
    timer = threading.Timer(0.2, task.cancel)
    timer.start()
    began = time.monotonic()
    while not task.cancelled and time.monotonic() - began < 30:
        params: dict[str, Any] = {"sampling": {"max_tokens": 400, "temperature": 2.0}}
        child.call("generate", model=str(stories), arms=["base"], question="x", **params).result(task)
    assert task.cancelled
    assert child.call("tokenise", model=str(stories), text="still there").result()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet=st.characters(), min_size=1, max_size=30), st.text(alphabet=st.characters(), max_size=30))
def test_any_text_is_answered_or_refused_with_a_reason(served: Workspace, question: str, told: str) -> None:
    history = [Message("user", told), Message("assistant", told)]
    try:
        [answer] = served.chat.answer(question, [Arm.BASE], Task(), sampling=Sampling(max_tokens=2), history=history)
    except FormfactError as refusal:
        assert refusal.what and not isinstance(refusal, ChildDied)
        return
    assert answer.prompt_tokens > 0


@pytest.fixture
def served(workspace: Workspace, stories: Path) -> Workspace:
    workspace.models.add(str(stories), Task())
    return workspace


def test_naughty_strings_are_answered(served: Workspace, shared_data: Path) -> None:
    said, too_long = [], 0
    for file in sorted((shared_data / "hostile/naughty_strings").glob("*")):
        text = file.read_text(encoding="utf-8", errors="surrogateescape")
        for line in [line for line in text.splitlines() if line.strip() and not line.startswith("#")][::25]:
            try:
                said += served.chat.answer(line, [Arm.BASE], Task(), sampling=Sampling(max_tokens=1), keep=False)
            except ContextOverflow:
                too_long += 1  # some are longer than this model's context
    assert len(said) > 10 * too_long
    assert all(answer.answer_tokens <= 1 and answer.prompt_tokens > 0 for answer in said)
