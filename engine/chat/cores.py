"""How many cores are free for this process, seen as it goes.

llama.cpp's threads wait for each other hundreds of times a token. When another process has one of the cores, each
wait takes a time slice: a 135M-parameter model on two cores that were busy training wrote 0.7 tokens/s with two
threads and 22 with one. The number of threads does not change what is computed, not even the last bit.
"""

from __future__ import annotations

import os
import time

_WINDOW_S = 0.25
"""Shortest time over which the other processes' share is worth knowing."""
PARAMETERS_A_THREAD = 16_000_000
"""Fewer parameters than this for each thread are done before the threads have found each other."""


class Cores:
    """Watches what other processes take of the cores that this one may use."""

    def __init__(self) -> None:
        self._usable = _usable()
        self._seen = _times(self._usable)
        self._others = 0.0
        self.fixed = 0
        """As many threads as a person has set; 0: the load decides."""

    def threads(self, parameters: int) -> int:
        """Threads for a model of that size, with the load of the time since the last call."""
        if self.fixed:
            return self.fixed
        now = _times(self._usable)
        elapsed, busy, own = (new - old for new, old in zip(now, self._seen, strict=True))
        if elapsed >= _WINDOW_S:
            self._seen = now
            self._others = max(0.0, busy - own) / elapsed
        return choose(len(self._usable), self._others, parameters)


def choose(cores: int, others: float, parameters: int) -> int:
    """Threads for a model.

    Args:
        cores: how many this process may use.
        others: how many of them other processes keep busy, on average.
        parameters: size of the model.
    """
    return max(1, min(round(cores - others), parameters // PARAMETERS_A_THREAD))


def _usable() -> list[int]:
    """The cores this process may use; of each pair of hyper-threads only half as many are counted."""
    import psutil

    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
    physical = psutil.cpu_count(logical=False) or len(allowed)
    return allowed[: max(1, physical)]


def _times(cores: list[int]) -> tuple[float, float, float]:
    """Seconds now: on the clock, busy on those cores altogether, and of this process."""
    import psutil

    each = psutil.cpu_times(percpu=True)
    busy = sum(sum(one) - one.idle - getattr(one, "iowait", 0.0) for one in (each[i] for i in cores if i < len(each)))
    return time.monotonic(), busy, time.process_time()
