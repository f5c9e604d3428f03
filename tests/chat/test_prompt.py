"""The budget: what fits stays, what does not is dropped in order and counted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chat.prompt import Plan, fit, quote, reserve, spent, user_turn
from engine.errors import ContextOverflow
from engine.types import Message, Passage


def passage(text: str, rank: int = 1, heading: str = "") -> Passage:
    return Passage(rank, rank, "terms.md", "/terms.md", None, 0, len(text), text, heading)


def words(messages: Sequence[Message]) -> int:
    """A tokenizer for tests: a token a word, and three for each turn."""
    return sum(3 + len(message.content.split()) for message in messages)


word = st.sampled_from(["what", "is", "a", "blue"])
sentence = st.lists(word, min_size=1, max_size=12).map(" ".join)
history = st.lists(st.tuples(sentence, sentence), max_size=6).map(
    lambda pairs: tuple(
        Message(role, text) for pair in pairs for role, text in zip(("user", "assistant"), pair, strict=True)
    )
)
plans = st.builds(
    Plan,
    st.one_of(st.just(""), sentence),
    history,
    st.lists(sentence, max_size=4).map(lambda found: tuple(passage(text, i) for i, text in enumerate(found, 1))),
    sentence,
)


@given(plans, st.integers(20, 200), st.integers(1, 40))
def test_a_plan_fits_and_drops_in_order(plan: Plan, context: int, kept_free: int) -> None:
    try:
        fitted = fit(plan, words, context, kept_free)
    except ContextOverflow:
        assert words(Plan(plan.system, (), (), plan.question).messages) > context - kept_free
        return
    assert words(fitted.messages) <= context - kept_free
    assert (fitted.system, fitted.question) == (plan.system, plan.question)
    assert fitted.history == plan.history[len(plan.history) - len(fitted.history) :]
    assert fitted.passages == plan.passages[: len(fitted.passages)]
    if fitted.history:
        assert fitted.history[0].role == "user"
    if len(fitted.passages) < len(plan.passages):
        assert not fitted.history, "passages go only when the history is gone"
    if words(plan.messages) <= context - kept_free:
        assert fitted == plan


@given(plans, st.integers(60, 400))
def test_no_more_is_dropped_than_must_be(plan: Plan, context: int) -> None:
    try:
        fitted = fit(plan, words, context, 10)
    except ContextOverflow:
        return
    if len(fitted.history) < len(plan.history):
        more = plan.history[len(plan.history) - len(fitted.history) - 2 :]
        assert words(Plan(plan.system, more, plan.passages, plan.question).messages) > context - 10


@given(plans, st.integers(60, 400))
def test_the_budget_adds_up(plan: Plan, context: int) -> None:
    try:
        fitted = fit(plan, words, context, 10)
    except ContextOverflow:
        return
    budget = spent(fitted, plan, words, context, 64)
    assert budget.system + budget.history + budget.passages + budget.question == words(fitted.messages)
    assert 10 <= budget.answer <= 64
    assert words(fitted.messages) + budget.answer <= context
    assert budget.dropped_turns == len(plan.history) - len(fitted.history)
    assert budget.dropped_passages == len(plan.passages) - len(fitted.passages)
    assert min(budget.system, budget.history, budget.passages, budget.question) >= 0


@given(st.integers(1, 100_000), st.integers(1, 10_000))
def test_the_reserve_leaves_room_for_a_prompt(context: int, asked: int) -> None:
    kept = reserve(context, asked)
    assert 1 <= kept <= max(1, asked)
    assert kept <= max(1, context // 2)


def test_a_question_that_is_too_long_says_so() -> None:
    with pytest.raises(ContextOverflow, match="too long") as caught:
        fit(Plan("", (), (), "word " * 100), words, 64, 16)
    assert "103 tokens" in caught.value.what and caught.value.remedy


def test_passages_are_quoted_with_number_and_title() -> None:
    found = [passage("Thirty days. ", 1, "Terms > Refunds"), passage("No.\n", 2)]
    assert quote(found) == "[1] terms.md > Terms > Refunds\nThirty days.\n\n[2] terms.md\nNo."
    turn = user_turn("How {long} is {question}?", [passage("A {passages} {question} {x}")])
    assert turn.endswith("A {passages} {question} {x}\n\nQuestion: How {long} is {question}?")
    assert turn.startswith("Use only these sources.")
    assert user_turn("Why?", []) == "Why?"


def test_a_title_is_one_line() -> None:
    odd = Passage(1, 1, "a\nb.md", "/x", None, 0, 1, "t", "c\n\nd")
    assert quote([odd]) == "[1] a b.md > c d\nt"
