"""What a session evaluates: shared prefixes once, a later turn only what is new, and the same bits either way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.chat import llama
from engine.chat.context import Context
from engine.chat.format import Format
from engine.chat.generate import Reply, Request, decode, prompts
from engine.chat.session import Session
from engine.errors import Cancelled
from engine.task import Task
from engine.types import Arm, Message, Passage, Sampling

WORDS = [3 + i % 250 for i in range(400)]


@pytest.fixture(scope="module")
def model(stories: Path) -> Iterator[llama.Model]:
    made = llama.Model(stories)
    yield made
    made.close()


@pytest.fixture
def session(model: llama.Model, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session that notes in ``session.evaluated`` how many tokens each evaluation had."""
    made = Session(model, None, None)
    assert made.proof is not None
    evaluated: list[int] = []
    real = Context.evaluate

    def counted(self: Context, tokens: list[tuple[int, int, list[int], bool]]) -> None:
        evaluated.append(len(tokens))
        real(self, tokens)

    monkeypatch.setattr(Context, "evaluate", counted)
    made.evaluated = evaluated  # type: ignore[attr-defined]
    yield made
    made.close()


def spent(session: Session) -> int:
    """Tokens evaluated since the last call."""
    evaluated: list[int] = session.evaluated  # type: ignore[attr-defined]
    total = sum(evaluated)
    evaluated.clear()
    return total


def logits(session: Session, *given: list[int]) -> list[np.ndarray]:
    """The logits that begin each answer."""
    found: dict[int, np.ndarray] = {}

    def ready(number: int, index: int) -> None:
        assert session.context
        found[number] = session.context.logits(index)

    session.begin(list(given), [16] * len(given), ready, lambda: False)
    return [found[number] for number in range(len(given))]


def test_a_shared_prefix_is_evaluated_once(session: Session) -> None:
    logits(session, [*WORDS[:200], 5, 6], [*WORDS[:200], 7, 8, 9])
    assert spent(session) == 200 + 2 + 3


def test_the_next_prompt_takes_over_what_it_shares(session: Session) -> None:
    logits(session, WORDS[:300])
    spent(session)
    logits(session, [*WORDS[:300], *range(10, 30)])
    assert spent(session) == 20
    logits(session, [*WORDS[:100], *range(10, 30)])
    assert spent(session) == 20
    logits(session, [*WORDS[:50], *range(200, 230)], [*WORDS[:50], *range(100, 130)])
    assert spent(session) == 60
    logits(session, WORDS[100:160])
    assert spent(session) == 60


def test_a_prompt_gives_the_same_bits_however_it_is_evaluated(session: Session) -> None:
    one, two = [*WORDS[:120], *range(10, 40)], [*WORDS[:120], *range(50, 90)]
    [cold] = logits(session, two)
    logits(session, one)
    [after] = logits(session, two)
    [again] = logits(session, two)
    session.close()
    logits(session, WORDS[:60])
    [grown] = logits(session, two)
    assert all(np.array_equal(cold, other) for other in (after, again, grown))


def test_a_context_grows_with_the_prompt_and_starts_again(session: Session) -> None:
    assert session.context and session.context.cells == 512
    logits(session, WORDS[:300], WORDS[100:400])
    assert session.context and session.context.cells == 1024
    proof = session.proof
    session.close()
    assert np.array_equal(session.proof, proof)


def test_a_stop_leaves_nothing_half_evaluated(session: Session) -> None:
    [before] = logits(session, WORDS[:300])
    with pytest.raises(Cancelled):
        session.begin([WORDS[50:350]], [16], lambda *_: None, lambda: True)
    spent(session)
    [after] = logits(session, WORDS[:300])
    assert spent(session) == 300 and np.array_equal(before, after)


def test_arms_decoded_in_one_batch_say_what_they_say_alone(session: Session, model: llama.Model) -> None:
    form = Format(model.vocabulary, model.template)
    source = Passage(1, 1, "toys.md", "/t", None, 0, 5, "Lily has a red ball.")
    request = Request(
        arms=(Arm.BASE, Arm.GROUNDED, Arm.PROMPTED),
        question="Once upon a time",
        passages=(source,),
        shots=(Message("user", "Who?"), Message("assistant", "Tim.")),
        sampling=Sampling(max_tokens=20),
    )
    made = prompts(request, form, 512)
    together: list[Reply] = []
    alone: list[Reply] = []
    decode(session, made, request, Task(), together.append)
    for prompt in made:
        decode(session, [prompt], request, Task(), alone.append)
    said = {reply.prompt.arm: reply.words.text for reply in together}
    assert said == {reply.prompt.arm: reply.words.text for reply in alone}
    assert len(set(said.values())) == 3 and {reply.reason for reply in together} == {"length"}
