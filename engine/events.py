"""What long work tells while it runs. Typed, frozen, and the same on the pipe, in the engine and in a window.

A stream of events ends in exactly one of ``Finished``, ``Failed`` and ``Cancelled``. On the pipe each is
one JSON object with its class name under ``"type"``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from engine import errors


class Event(msgspec.Struct, frozen=True, tag=True):
    """The base of all events."""


class Started(Event, frozen=True):
    """A stage has begun, e.g. ``"Loading the model"``."""

    what: str


class Progress(Event, frozen=True):
    """How far a stage is. ``total`` is None while unknown; ``eta_s`` is seconds left, None while unknown."""

    what: str
    done: float
    total: float | None = None
    unit: str = ""
    eta_s: float | None = None
    detail: str = ""


class Notice(Event, frozen=True):
    """Something that a person should know, though the work goes on."""

    text: str


class FileDone(Event, frozen=True):
    """A document reached its final state; ``reason`` says why when it could not be read."""

    path: str
    status: str
    reason: str = ""
    chunks: int = 0


class Asked(Event, frozen=True):
    """A question is in the store, to be answered; ``passages`` (``types.Passage`` as plain data) are frozen."""

    comparison: int
    passages: list[dict[str, Any]]


class ArmPrepared(Event, frozen=True):
    """An arm's prompt is ready: its length in tokens and the budget as plain data (``types.Budget``)."""

    arm: str
    prompt_tokens: int
    budget: dict[str, int]


class Token(Event, frozen=True):
    """More text of an arm's answer (whole characters; a token that ends inside one is held back)."""

    arm: str
    text: str


class ArmDone(Event, frozen=True):
    """An arm has answered: ``types.Answer`` as plain data."""

    arm: str
    answer: dict[str, Any]


class RunBegan(Event, frozen=True):
    """A training run is being worked on: its id."""

    run: str


class TrainStep(Event, frozen=True):
    """One optimiser step. Loss in nats a token, memory in bytes, rates in tokens/s.

    ``temperature`` is the hottest GPU's in °C and ``gpu_memory`` what all GPUs hold, None where that is not told.
    """

    step: int
    steps: int
    loss: float
    learning_rate: float
    tokens_per_s: float
    memory: int
    eta_s: float
    tokens: int
    temperature: float | None = None
    gpu_memory: int | None = None


class Estimated(Event, frozen=True):
    """What a run will take, from real steps on its longest rows: seconds as a range, memory in bytes."""

    steps: int
    seconds_low: float
    seconds_high: float
    memory: int


class Evaluated(Event, frozen=True):
    """Held-out loss at a step."""

    step: int
    held_out_loss: float


class Sample(Event, frozen=True):
    """What the model that is being tuned answers to one of the run's fixed questions after ``step`` steps."""

    step: int
    question: str
    answer: str


class Saved(Event, frozen=True):
    """A checkpoint is on disk."""

    step: int
    path: str


class Finished(Event, frozen=True):
    """The work is done; ``result`` is plain data."""

    result: Any = None


class Failed(Event, frozen=True):
    """The work failed. ``error`` is a class name of ``engine.errors``."""

    error: str
    what: str
    remedy: str = ""
    details: str = ""


class Cancelled(Event, frozen=True):
    """The work was stopped on request; ``result`` is what there is so far."""

    result: Any = None


Known = (
    Started
    | Progress
    | Notice
    | FileDone
    | Asked
    | ArmPrepared
    | Token
    | ArmDone
    | RunBegan
    | TrainStep
    | Estimated
    | Evaluated
    | Sample
    | Saved
    | Finished
    | Failed
    | Cancelled
)
TERMINAL = (Finished, Failed, Cancelled)


def failed(fault: BaseException) -> Failed:
    """The event that carries an exception to another process. Unknown exceptions become ``FormfactError``."""
    if isinstance(fault, errors.FormfactError):
        return Failed(type(fault).__name__, fault.what, fault.remedy, fault.details)
    if isinstance(fault, MemoryError):
        return Failed("OutOfMemory", "This machine ran out of memory.", "Close other programs, then try again.")
    import traceback

    return Failed(
        "FormfactError",
        f"Something unexpected went wrong: {type(fault).__name__}: {fault}",
        "Please report this with the details.",
        "".join(traceback.format_exception(fault)),
    )


def raised(event: Failed) -> errors.FormfactError:
    """The exception that ``event`` carries, of the class it had."""
    return errors.named(event.error)(event.what, event.remedy, event.details)
