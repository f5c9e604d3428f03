"""Conversations for tests that need many messages and no model."""

from __future__ import annotations

import msgspec

from engine.chat.asking import Asking
from engine.types import Answer, Arm, Budget, Canary
from engine.workspace import Workspace
from store import answers
from store.answers import AnswerRow, ComparisonRow
from store.conversations import TurnRow

SAID = """Dear customer,

- the **refund window** of question {0} is {0} days [1]

```python
x = {0}
```

Kind regards"""


def long_conversation(workspace: Workspace, turns: int, arms: tuple[Arm, ...] = (Arm.TUNED,)) -> str:
    """Store a conversation of so many answered questions; returns its id."""
    conversation = workspace.conversations.new("Long").id
    model = workspace.models.get(None)
    parent: int | None = None
    with workspace.database.transaction():
        for number in range(turns):
            row = ComparisonRow(
                id=0,
                conversation=conversation,
                question=f"Question {number}",
                system="",
                history="[]",
                passages="[]",
                arms=_json(arms),
                model=model.name,
                model_sha256=model.sha256,
                run="",
                adapter_sha256="",
                sampling="{}",
                seed=1,
                state="done",
                created_at="2026-01-01T00:00:00",
            )
            comparison = answers.begin(workspace.database, row)
            for arm in arms:
                answers.add(workspace.database, AnswerRow(comparison, arm, _json(_answer(arm, number))))
            turn = TurnRow(comparison, conversation, parent, arms[0], _json(Asking()), 1, comparison)
            workspace.database.insert("turns", turn)
            parent = comparison
    return conversation


def _answer(arm: Arm, number: int) -> Answer:
    budget, canary = Budget(2048), Canary("0" * 16, 0.1)
    return Answer(arm, SAID.format(number), None, (), 1, 20, 40, 0.1, 200.0, "end", budget, canary)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
