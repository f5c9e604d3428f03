"""Child processes: started, spoken to and watched here and nowhere else.

A child is ``python -m MODULE ARGS…`` whose ``main`` calls ``engine.serve.serve``. Requests go to its standard
input, messages come from its standard output, one JSON object a line; whatever libraries print ends in the
child's log file. Every call ends in exactly one terminal event, whatever happens to the child:

========================  =====================================================================
the child                 the call
========================  =====================================================================
answers                   Finished, Failed or Cancelled, as it says
dies                      Failed(ChildDied) with the end of its log
writes garbage            Failed(ChildGarbled); the child is ended
is silent                 ``Child.silent_s`` grows (a heartbeat comes every second); the caller decides
is no longer wanted       ``close``: standard input is closed, then the process tree is ended after a grace
========================  =====================================================================
"""

from __future__ import annotations

import contextlib
import itertools
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from engine import events
from engine.task import Task

ROOT = Path(__file__).resolve().parent.parent
_QUIET = {  # nothing leaves the machine, and no library installs or downloads on its own
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "UNSLOTH_DISABLE_STATISTICS": "1",
    "UNSLOTH_AUTO_INSTALL": "0",
    "WANDB_DISABLED": "true",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONUTF8": "1",
}


class Reply(msgspec.Struct):
    """One line from a child: an event for a call, or (without id) a heartbeat."""

    id: int | None = None
    event: events.Known | None = None


class Call:
    """A request under way: its events, its result, and the way to stop it."""

    def __init__(self, child: Child, number: int, process: subprocess.Popen[bytes] | None) -> None:
        self._child = child
        self.number = number
        self.process = process
        self.inbox: queue.SimpleQueue[events.Event] = queue.SimpleQueue()

    def events(self) -> Iterator[events.Event]:
        """Yield every event; the last is terminal."""
        while True:
            event = self.inbox.get()
            yield event
            if isinstance(event, events.TERMINAL):
                return

    def cancel(self) -> None:
        """Ask the child to stop this request; it still ends in a terminal event."""
        self._child.send({"id": self.number, "cancel": True})

    def result(self, task: Task | None = None) -> Any:
        """Wait for the end, handing events to ``task`` (whose cancel is passed on).

        Returns:
            The result as plain data, of a finished *or* a cancelled call (check ``task.cancelled``).

        Raises:
            FormfactError: the typed error that the child raised, or ``ChildFault``.
        """
        if task:
            task.on_cancel(self.cancel)
        for event in self.events():
            if isinstance(event, events.Failed):
                raise events.raised(event)
            if isinstance(event, (events.Finished, events.Cancelled)):
                return event.result
            if task:
                task.emit(event)
        raise AssertionError("a stream of events ends in a terminal one")


class Child:
    """A child process that is started at its first request, and again after it died.

    Args:
        module: what to run, e.g. ``"engine.chat.child"``.
        arguments: its command line.
        log: file that takes what the child and its libraries print.
        threads: value for OMP_NUM_THREADS and its relatives; None leaves it to the libraries.
    """

    def __init__(self, module: str, arguments: list[str], log: Path, *, threads: int | None = None) -> None:
        self.module = module
        self._command = [sys.executable, "-m", module, *arguments]
        self.log = log
        self._threads = threads
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        self._calls: dict[int, Call] = {}
        self._stale = False
        self._process: subprocess.Popen[bytes] | None = None
        self._heard = 0.0

    @property
    def name(self) -> str:
        """What it is called when people are told of it, as ``chat``."""
        return self.module.split(".")[1]

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    @property
    def silent_s(self) -> float:
        """Seconds since the child was last heard of (0 when it does not run)."""
        return time.monotonic() - self._heard if self.pid else 0.0

    def use(self, arguments: list[str]) -> None:
        """Run with another command line: from the first request on that finds no other under way."""
        command = [*self._command[:3], *arguments]
        with self._lock:
            self._stale = self._stale or (command != self._command and self.pid is not None)
            self._command = command

    def call(self, method: str, **params: Any) -> Call:
        """Send a request; starts the process if it does not run."""
        with self._lock:
            if self._stale and not self._calls:
                self.close()
            if self.pid is None:
                self._start()
            call = Call(self, next(self._numbers), self._process)
            self._calls[call.number] = call
        self.send({"id": call.number, "method": method, "params": params})
        return call

    def send(self, message: dict[str, Any]) -> None:
        """Write one message; a dead child is found, and said, by the reader."""
        process = self._process
        if process is None or process.stdin is None:
            return
        try:
            with self._lock:
                process.stdin.write(msgspec.json.encode(message) + b"\n")
                process.stdin.flush()
        except (BrokenPipeError, OSError, ValueError):
            pass  # the reader thread reports the death to every open call

    def close(self, grace_s: float = 5.0) -> None:
        """Close its input, wait for it to save and end, then end the whole tree."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            with contextlib.suppress(OSError):  # it may be dead already
                process.stdin.close()
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            kill_tree(process.pid)
            process.wait()

    def kill(self) -> None:
        """End the whole tree now. Open calls end in ``Failed(ChildDied)``; the next call starts it anew."""
        process = self._process
        if process and process.poll() is None:
            kill_tree(process.pid)
            process.wait()

    def _start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                env=_environment(self._threads),
                start_new_session=True,  # Ctrl-C reaches us, we stop the child
            )
        self._process, self._heard, self._stale = process, time.monotonic(), False
        threading.Thread(target=self._read, args=(process,), name=f"{self.module} reader", daemon=True).start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout
        decoder = msgspec.json.Decoder(Reply)
        garbled = ""
        for line in process.stdout:
            self._heard = time.monotonic()
            try:
                reply = decoder.decode(line)
            except msgspec.MsgspecError as fault:
                garbled = f"{fault}: {line[:200]!r}"
                kill_tree(process.pid)
                break
            self._deliver(reply)
        code = process.wait()
        self._bury(process, code, garbled)

    def _deliver(self, reply: Reply) -> None:
        if reply.id is None or reply.event is None:
            return
        with self._lock:
            call = self._calls.get(reply.id)
            if call and isinstance(reply.event, events.TERMINAL):
                del self._calls[reply.id]
        if call:
            call.inbox.put(reply.event)

    def _bury(self, process: subprocess.Popen[bytes], code: int, garbled: str) -> None:
        """End every open call of a process that is gone."""
        with self._lock:
            if self._process is process:
                self._process = None
            orphans = [call for call in self._calls.values() if call.process is process]
            self._calls = {number: call for number, call in self._calls.items() if call.process is not process}
        if garbled:
            event = events.Failed(
                "ChildGarbled",
                f"The {self.name} process wrote something unreadable.",
                "Try again; it has been restarted.",
                garbled,
            )
        else:
            event = events.Failed(
                "ChildDied",
                f"The {self.name} process ended unexpectedly ({_meaning(code)}).",
                "Try again; it starts anew.",
                tail(self.log),
            )
        for call in orphans:
            call.inbox.put(event)


def kill_tree(pid: int) -> None:
    """End a process and everything it has started."""
    import psutil

    try:
        parent = psutil.Process(pid)
        family = [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def tail(log: Path, size: int = 4000) -> str:
    """The end of a log file, for the details of an error."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - size))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _meaning(code: int) -> str:
    import signal

    if code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def _environment(threads: int | None) -> dict[str, str]:
    env = {**os.environ, **_QUIET}
    if threads:
        env |= {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    return env
