"""What the two chat benchmarks share: models to chat with, texts of a given length, a child to ask."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Self

import msgspec
import psutil

from bench.common import Row
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


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock, and of processor time in this process and all that it started."""

    clock: float
    processor: float

    @classmethod
    def now(cls) -> Self:
        """A point to count from, with ``since``."""
        used = time.process_time()
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        used += ended.ru_utime + ended.ru_stime
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):  # it ended meanwhile, and is counted above next time
                used += sum(child.cpu_times()[:2])
        return cls(time.perf_counter(), used)

    def since(self) -> Spent:
        """What was spent from then to now."""
        now = Spent.now()
        return Spent(now.clock - self.clock, now.processor - self.processor)


def ratios(name: str, ours: list[Spent], theirs: list[Spent], target: float, how: str) -> list[Row]:
    """Two rows: by the clock, and of processor time (which other programs on the machine change less)."""
    rows = []
    for kind in ("clock", "processor"):
        mine, other = (middle([getattr(one, kind) for one in spent]) for spent in (ours, theirs))
        label = name if kind == "clock" else f"{name}, processor time"
        rows.append(Row(label, mine / other, "x", target, "lower", f"{mine:.2f} s against {other:.2f} s; {how}"))
    return rows


def middle(values: list[float]) -> float:
    """The median, for lists that a short disturbance has touched."""
    return float(median(values))
