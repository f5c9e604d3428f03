"""A chat child that says made-up text at a given rate, for measuring the window alone. Arguments: tokens a second."""

from __future__ import annotations

import itertools
import sys
import time
from typing import Any

from engine import events
from engine.serve import serve
from engine.task import Task
from engine.types import Answer, Arm

WORDS = "The **refund window** for this lamp is 30 days, counted from `delivery`.\n\n- Keep the box\n- Ask first\n\n"
SECONDS = 10.0


def build(task: Task) -> str:
    """What the real one says of llama.cpp."""
    return "talker"


def prepare(task: Task, **_: Any) -> None:
    """Nothing has to be loaded."""


def generate(task: Task, arms: list[str], seed: int, **_: Any) -> list[Answer]:
    """Every arm at the same time, a word of each at every beat."""
    rate = float(sys.argv[2])
    said = {arm: "" for arm in arms}
    for arm in arms:
        task.emit(events.ArmPrepared(arm, 100, {"context": 2048, "question": 20, "answer": 256}))
    words = itertools.cycle(WORDS.split(" "))
    began = time.monotonic()
    for beat in itertools.count():
        until = began + beat / rate
        if task.cancelled or until > began + SECONDS:
            break
        time.sleep(max(0.0, until - time.monotonic()))
        word = next(words) + " "
        for arm in arms:
            said[arm] += word
            task.emit(events.Token(arm, word))
    answers = [Answer(Arm(arm), said[arm], None, (), seed, 100, 100, 0.1, rate, "end") for arm in arms]
    for answer in answers:
        task.emit(events.ArmDone(answer.arm.value, _plain(answer)))
    return answers


def _plain(answer: Answer) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(answer)
    return plain


if __name__ == "__main__":
    serve({"build": build, "prepare": prepare, "generate": generate})
