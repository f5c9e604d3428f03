"""The demo with a recipe of four steps, in a process of its own: ``python -m tests.demo.quick FOLDER [QUESTIONS]``.

With a number, the process kills itself when that many questions have been scored.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import msgspec

from engine import demo, events
from engine.task import Task
from engine.tune.recipe import Recipe

QUICK = Recipe.of({"max_steps": 4, "batch": 4, "rank": 4, "eval_every": 0, "save_every": 1, "length": 512})

if __name__ == "__main__":
    die_at = int(sys.argv[2]) if len(sys.argv) > 2 else None

    def heard(event: events.Event) -> None:
        if isinstance(event, events.Progress) and event.what == "Scoring" and event.done == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    print(msgspec.json.encode(demo.run(Path(sys.argv[1]), Task(heard), recipe=QUICK).plain()).decode())
