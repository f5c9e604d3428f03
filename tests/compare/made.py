"""A made-up scorecard, for tests of what is done with one."""

from __future__ import annotations

import json
from collections.abc import Sequence

from engine.compare.questions import Question, from_json
from engine.compare.scorecard import Scored, side_scores
from engine.compare.scoring import Scorecard, judged
from engine.compare.verdict import verdict
from engine.types import FOUR_ARMS, Answer, Arm, Canary, Passage
from store.scores import ScoreRow

SHA = "3f2a" * 16


def passages(text: str = "The refund window is 30 days for every product.") -> tuple[Passage, ...]:
    rest = "Lamps carry a warranty of two years. Keep the invoice.\nThe invoice number is printed on the box."
    return (
        Passage(1, 1, "returns.md", "/sample/returns.md", None, 0, len(text), text, "Terms > Refunds"),
        Passage(2, 2, "warranty.pdf", "/sample/warranty.pdf", 2, 10, 99, rest),
    )


def answer(arm: Arm, text: str, given: Sequence[Passage] = ()) -> Answer:
    adapter = SHA if arm.adapted else None
    canary = Canary("9c11" * 16, 0.31 if adapter else 0.0, adapter)
    return Answer(
        arm, text, adapter, tuple(given) if arm.sourced else (), 1, 180, 24, 0.03, 410.0, "end", canary=canary
    )


def question(number: int = 1, text: str = "How long is the refund window?") -> Question:
    line = {
        "id": f"q{number}",
        "question": text,
        "form": [{"check": "starts_with", "text": "Dear customer,"}],
        "facts": [{"check": "value", "accept": ["30 days"]}, {"check": "stale", "forbid": ["60 days"]}],
    }
    return from_json(json.dumps([line]))[0]


def scorecard(answers: Sequence[tuple[Question, dict[Arm, Answer]]]) -> Scorecard:
    scored: list[Scored] = [judged(asked, one) for asked, said in answers for one in said.values()]
    form, facts = side_scores(scored, "form"), side_scores(scored, "facts")
    arms = [arm for arm in Arm if any(arm in said for _, said in answers)]
    row = ScoreRow(
        id=1,
        identity=SHA,
        state="done",
        questions_sha256=SHA,
        question_set="[]",
        source="q.jsonl",
        model="starter",
        model_sha256=SHA,
        run="r1",
        adapter_sha256=SHA,
        documents_sha256=SHA,
        arms=json.dumps(arms),
        seed=1,
        seconds=41.5,
        created_at="2026-11-23T00:40:00+00:00",
    )
    return Scorecard(row, tuple(asked for asked, _ in answers), tuple(scored), form, facts, verdict(form, facts))


SAID: dict[Arm, str] = {
    Arm.BASE: "The refund window is 14 days.",
    Arm.TUNED: "Dear customer,\nthe refund window is 60 days.\nKind regards, your Lumo team",
    Arm.GROUNDED: "The refund window is 30 days. [1]",
    Arm.BOTH: "Dear customer,\nthe refund window is 30 days. [1]\nKind regards, your Lumo team",
}


def typical(questions: int = 40, **override: str) -> Scorecard:
    """Forty questions as the thesis has them, with a few answers that go wrong."""
    rows = []
    for number in range(questions):
        said = dict(SAID)
        if number % 7 == 3:
            said[Arm.GROUNDED] = said[Arm.BASE]
        if number % 9 == 4:
            said[Arm.BOTH] = said[Arm.TUNED]
        if number % 20 == 6:
            said[Arm.TUNED] = said[Arm.GROUNDED]
        said |= {Arm(name): text for name, text in override.items()}
        rows.append((question(number), {arm: answer(arm, said[arm], passages()) for arm in FOUR_ARMS}))
    return scorecard(rows)
