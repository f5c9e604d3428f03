"""The generator: episodes are answerable as they claim, and training never meets what scoring asks."""

import re

import pytest

from tools.starter import generate, inventory, names
from tools.starter.generate import LEVELS, REFUSAL, grounded, guessing, source, user_turn
from tools.starter.values import KINDS, draw


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_draws_two_different_values(kind: str) -> None:
    rng = source(1)
    value = draw(kind, rng)
    assert value and draw(kind, rng, other_than=value) != value


def test_attributes_refer_to_known_kinds_and_name_their_slots() -> None:
    for attribute in inventory.ATTRIBUTES:
        assert attribute.kind in KINDS
        assert all("{v}" in form for form in (*attribute.verbs, *attribute.says)), attribute.key
        assert not any("{v}" in form for form in attribute.asks), attribute.key


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_the_cited_passage_holds_the_value_and_no_slot_is_left(level: int) -> None:
    rng = source(level)
    for _ in range(60):
        episode = grounded(rng, LEVELS[level], 5)
        for branch in episode.branches:
            text = user_turn(episode.passages, branch.question)
            assert not re.search(r"\{\w+\}", text + branch.reply), text
            if branch.source:
                assert branch.value.lower() in episode.passages[branch.source - 1][1].lower()
                assert branch.reply.endswith(f"{branch.value}. [{branch.source}]")
            else:
                assert branch.reply == REFUSAL


def test_an_episode_never_states_one_fact_twice() -> None:
    rng = source(5)
    for _ in range(100):
        episode = grounded(rng, LEVELS[3], 8)
        answers = {}
        for branch in episode.branches:
            assert answers.setdefault(branch.question, branch.reply) == branch.reply


def test_names_of_scoring_are_never_drawn_for_training() -> None:
    train, score = source(2), source(2, scoring=True)
    seen = {names.invented(train) for _ in range(4000)}
    asked = {names.invented(score) for _ in range(4000)}
    assert not seen & asked


def test_forms_held_out_for_scoring_are_not_trained() -> None:
    for attribute in inventory.ATTRIBUTES:
        if len(attribute.asks) >= 4:
            trained, scored = inventory.split(attribute.asks, False), inventory.split(attribute.asks, True)
            assert scored and not set(trained) & set(scored)


def test_without_sources_the_question_stands_alone_and_nothing_is_cited() -> None:
    episode = guessing(source(3), 20)
    assert all(user_turn(episode.passages, branch.question) == branch.question for branch in episode.branches)
    assert not any("[" in branch.reply for branch in episode.branches)


def test_the_same_seed_makes_the_same_episodes() -> None:
    assert grounded(source(9), LEVELS[3], 4) == grounded(source(9), LEVELS[3], 4)


def test_the_prompt_is_the_products() -> None:
    product = generate.PROMPT.read_text(encoding="utf-8").rstrip("\n")
    ours = user_turn((("A", "one"), ("B", "two")), "What?")
    assert ours == product.replace("{passages}", "[1] A\none\n\n[2] B\ntwo").replace("{question}", "What?")
