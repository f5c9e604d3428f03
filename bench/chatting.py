"""What the two chat benchmarks share: models to chat with, texts of a given length, a child to ask."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from bench.synthetic import write_adapter, write_model
from engine import resources
from engine.chat.cores import Cores
from engine.chat.llama import library
from engine.events import Event, Token
from engine.process import Child
from engine.task import Task
from engine.types import Answer

_WORDS = ("the small red ball is in the blue house near the old mill ", "and they found it by noon under a tall tree ")


@dataclass(frozen=True, slots=True)
class Bed:
    """A model to measure on, with an adapter of random weights."""

    name: str
    model: Path
    adapter: Path
    threads: int


@contextmanager
def beds() -> Iterator[list[Bed]]:
    """The starter model, and a random Llama of 135 million parameters that is written first."""
    library()  # silence llama.cpp's log in this process too
    with TemporaryDirectory() as folder:
        here = Path(folder)
        large = write_model(here / "random-135M.gguf")
        starter = resources.STARTER
        cores = Cores()
        time.sleep(0.3)
        yield [
            Bed("starter", starter, write_adapter(starter, here / "starter-lora.gguf"), cores.threads(5_000_000)),
            Bed("135M", large, write_adapter(large, here / "135M-lora.gguf"), cores.threads(135_000_000)),
        ]


class Asker:
    """A chat child, as the product runs it.

    Args:
        bed: the model.
        folder: for its log.
    """

    def __init__(self, bed: Bed, folder: Path) -> None:
        self.bed = bed
        self.child = Child("engine.chat.child", [], folder / f"{bed.name}.log")
        self.first_s = 0.0

    def __call__(self, arms: list[str], question: str, count: int, **params: Any) -> list[Answer]:
        """Ask; ``first_s`` is then the time until the first text arrived here."""
        began = time.perf_counter()
        self.first_s = 0.0

        def heard(event: Event) -> None:
            if isinstance(event, Token) and not self.first_s:
                self.first_s = time.perf_counter() - began

        call = self.child.call(
            "generate",
            model=str(self.bed.model),
            adapter=str(self.bed.adapter),
            arms=arms,
            question=question,
            sampling={"max_tokens": count},
            **params,
        )
        return msgspec.convert(call.result(Task(heard)), list[Answer])

    def tokens(self, text: str) -> list[int]:
        """Token ids of a text."""
        found: list[int] = self.child.call("tokenise", model=str(self.bed.model), text=text).result()
        return found

    def prompt(self, messages: list[dict[str, str]]) -> list[int]:
        """Token ids of the prompt for a conversation."""
        found = self.child.call("render", model=str(self.bed.model), messages=messages).result()
        ids: list[int] = found["ids"]
        return ids

    def text(self, tokens: int, salt: str = "") -> str:
        """Words that take about that many tokens; another ``salt`` makes them differ from the first word on."""
        words = (salt + " " + "".join(_WORDS) * tokens).split()
        low, high = 1, len(words)
        while low < high:  # the most words that still fit
            middle = (low + high + 1) // 2
            if len(self.tokens(" ".join(words[:middle]))) <= tokens:
                low = middle
            else:
                high = middle - 1
        return " ".join(words[:low])

    def close(self) -> None:
        """End the child."""
        self.child.close()


def middle(values: list[float]) -> float:
    """The median, for lists that a short disturbance has touched."""
    return float(median(values))
