"""A run that goes on after its window is closed: ``python -m engine.tune.background WORKSPACE RUN``.

Such a process holds two locks in the run's folder and none of the workspace. ``background.lock`` from its first
moment, so that nobody takes the run for interrupted; ``worker.lock`` as soon as whoever trained before has let go. A
window that is opened meanwhile follows the run's journal and stops it by a file, as from any other process.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from engine.errors import Cancelled, FormfactError
from engine.process import ROOT, tail
from engine.task import Task
from engine.tune.holding import background_lock, in_background

_START_S = 60.0  # a busy machine, a slow disk


def launch(workspace: Path, run: str, folder: Path) -> None:
    """Start the process for a run, and wait until it is there.

    Raises:
        FormfactError: it did not start.
    """
    log = workspace / "logs" / f"tune-{run}-background.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    flags = getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine.tune.background", str(workspace), run],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            cwd=ROOT,
            start_new_session=True,
            creationflags=flags,
        )
    until = time.monotonic() + _START_S
    while not in_background(folder):
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            process.wait()
            raise FormfactError("The run cannot go on in the background.", "Keep this window open.", tail(log))
        time.sleep(0.02)


def main(workspace: Path, run: str) -> None:
    """Hold the run, wait until it is let go, and go through with it."""
    from engine.workspace import Workspace

    task = Task()

    def leave(number: int, frame: FrameType | None) -> None:
        task.cancel()  # the system is shutting down: save and stop

    signal.signal(signal.SIGTERM, leave)
    with background_lock(workspace / "runs" / run), Workspace.open(workspace, beside=True) as opened:
        try:
            opened.tuning.carry_on(run, task)
        except Cancelled:
            return  # stopped or thrown away on request
        except FormfactError as fault:
            print(fault.what, fault.remedy, fault.details, sep="\n", file=sys.stderr)  # the run's row says it too
            sys.exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
