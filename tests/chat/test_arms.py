"""Four arms on one model, through a real chat child: which weights answer, and that nothing leaks between them."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pytest

from engine.events import ArmDone, ArmPrepared, Event, Notice, Token
from engine.process import Child
from engine.task import Task
from engine.types import FOUR_ARMS, Answer
from tests.chat.conftest import Ask
from tests.chat.lora import write_adapter

ARMS = [arm.value for arm in FOUR_ARMS]


@pytest.fixture
def alone(ask: Ask, stories: Path, adapter: Path, passages: list[dict[str, Any]], tmp_path: Path) -> dict[str, Answer]:
    """Each arm's answer from a process that was never asked for another arm."""
    answers = {}
    for arm in ARMS:
        fresh = Child("engine.chat.child", [], tmp_path / f"{arm}.log")
        call = fresh.call(
            "generate",
            model=str(stories),
            arms=[arm],
            question="Once upon a time",
            sampling={"max_tokens": 24},
            passages=passages,
            **({"adapter": str(adapter)} if arm in ("tuned", "both") else {}),
        )
        answers[arm] = call.result()[0]
        fresh.close()
    return answers


def test_four_arms_differ_and_say_which_weights_answered(
    ask: Ask, adapter: Path, passages: list[dict[str, Any]]
) -> None:
    base, tuned, grounded, both = ask(ARMS, adapter=str(adapter), passages=passages)
    assert len({base.answer, tuned.answer, grounded.answer, both.answer}) == 4
    assert base.adapter is None and grounded.adapter is None
    assert tuned.adapter == both.adapter and tuned.adapter is not None and len(tuned.adapter) == 64
    assert [len(one.passages) for one in (base, tuned, grounded, both)] == [0, 0, 2, 2]
    assert base.prompt_tokens == tuned.prompt_tokens < grounded.prompt_tokens == both.prompt_tokens
    assert base.canary and tuned.canary
    assert base.canary.base == tuned.canary.base
    assert base.canary.divergence == 0 and tuned.canary.divergence > 0.1


def test_any_order_gives_the_answers_of_each_arm_alone(
    ask: Ask, adapter: Path, passages: list[dict[str, Any]], alone: dict[str, Any]
) -> None:
    orders = list(itertools.permutations(ARMS))
    orders += [(arm,) for arm in ARMS] + list(itertools.combinations(ARMS, 2))
    random.Random(7).shuffle(orders)
    for order in orders[:16]:
        for answer in ask(list(order), adapter=str(adapter), passages=passages):
            assert answer.answer == alone[answer.arm]["answer"], (order, answer.arm)
            assert answer.canary and answer.canary.base == alone["base"]["canary"]["base"]


def test_another_adapter_in_the_same_file_is_another_adapter(ask: Ask, stories: Path, tmp_path: Path) -> None:
    path = tmp_path / "adapter.gguf"
    [first] = ask(["tuned"], adapter=str(write_adapter(stories, path, seed=1)))
    [second] = ask(["tuned"], adapter=str(write_adapter(stories, path, seed=2)))
    [again] = ask(["tuned"], adapter=str(write_adapter(stories, path, seed=1)))
    assert first.adapter == again.adapter != second.adapter
    assert first.answer == again.answer != second.answer


def test_an_adapter_that_changes_nothing_is_told(ask: Ask, stories: Path, tmp_path: Path) -> None:
    seen: list[Event] = []
    idle = write_adapter(stories, tmp_path / "idle.gguf", scale=0.0)
    base, tuned = ask(["base", "tuned"], adapter=str(idle), task=Task(seen.append))
    assert tuned.canary and tuned.canary.divergence == 0
    assert tuned.answer == base.answer
    assert any("changes nothing" in event.text for event in seen if isinstance(event, Notice))


def test_the_same_seed_says_the_same(ask: Ask) -> None:
    warm = {"temperature": 1.0, "max_tokens": 24}
    said = {seed: ask(["base"], sampling=warm, seed=seed)[0].answer for seed in (1, 2, 3)}
    assert len(set(said.values())) > 1
    for seed in (3, 1, 2):
        assert ask(["base", "grounded"], sampling=warm, seed=seed)[0].answer == said[seed]


def test_events_come_in_order_and_add_up(ask: Ask, passages: list[dict[str, Any]]) -> None:
    seen: list[Event] = []
    answers = ask(["base", "grounded"], passages=passages, task=Task(seen.append))
    for answer in answers:
        own = [event for event in seen if getattr(event, "arm", None) == answer.arm]
        assert isinstance(own[0], ArmPrepared) and isinstance(own[-1], ArmDone)
        assert own[0].prompt_tokens == answer.prompt_tokens
        assert "".join(event.text for event in own if isinstance(event, Token)) == answer.answer
        assert answer.answer_tokens == 24 and answer.stop_reason == "length"
        assert answer.first_token_s > 0 and answer.tokens_per_s > 0


def test_stop_strings_end_an_answer(ask: Ask) -> None:
    [whole] = ask(["base"])
    word = whole.answer.split()[3]
    [cut] = ask(["base"], stop=[word])
    assert cut.stop_reason == "stop_string"
    assert cut.answer == whole.answer[: whole.answer.index(word)].rstrip()


def test_the_prompted_arm_has_examples_and_the_base_weights(ask: Ask) -> None:
    base, prompted = ask(["base", "prompted"], shots=[["Who is Tim?", "Tim is a boy."]])
    assert prompted.prompt_tokens > base.prompt_tokens
    assert prompted.adapter is None and prompted.canary == base.canary


def test_a_second_turn_goes_on_from_the_first(ask: Ask) -> None:
    [first] = ask(["base"])
    history = [{"role": "user", "content": "Once upon a time"}, {"role": "assistant", "content": first.answer}]
    [warm] = ask(["base"], "And then?", history=history)
    ask(["base"], "Something else entirely")
    [cold] = ask(["base"], "And then?", history=history)
    assert warm.answer == cold.answer
    assert warm.budget and warm.budget.history > 0
