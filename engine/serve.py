"""The child's end of the pipe: takes requests, runs handlers, sends events. See ``engine.process``.

A handler is ``handler(task, **params) -> plain data``. It tells through ``task.emit`` and looks at
``task.cancelled``; a handler that returns after a cancel ends the call as Cancelled with what it returned.
Each method belongs to a lane; the calls of one lane run one after another. The lane ``"main"`` runs on the
main thread, which training needs for its signal handlers.
"""

from __future__ import annotations

import functools
import os
import queue
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import msgspec

from engine import events
from engine.errors import Cancelled, FormfactError
from engine.task import Task

Handler = Callable[..., Any]
HEARTBEAT_S = 1.0


class _Request(msgspec.Struct):
    id: int
    method: str = ""
    params: dict[str, Any] = {}
    cancel: bool = False


class Server:
    """Reads requests until its input ends, and answers each with a stream of events.

    Args:
        handlers: method name → handler.
        lanes: method name → lane; methods that are not named run in ``"main"``.
    """

    def __init__(self, handlers: Mapping[str, Handler], lanes: Mapping[str, str] | None = None) -> None:
        self._handlers = handlers
        self._lanes = lanes or {}
        self._queues: dict[str, queue.SimpleQueue[_Request | None]] = {
            lane: queue.SimpleQueue() for lane in {"main", *self._lanes.values()}
        }
        self._tasks: dict[int, Task] = {}
        self._lock = threading.Lock()
        self._input, self._output = _private_pipe()

    def run(self) -> None:
        """Serve until the parent closes the pipe or dies; running work is asked to stop, and waited for."""
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        workers = [
            threading.Thread(target=self._work, args=(lane,), name=lane) for lane in self._queues if lane != "main"
        ]
        for worker in workers:
            worker.start()
        self._work("main")
        for worker in workers:
            worker.join()

    def _read(self) -> None:
        decoder = msgspec.json.Decoder(_Request)
        for line in self._input:
            request = decoder.decode(line)
            if request.cancel:
                if task := self._tasks.get(request.id):
                    task.cancel()
                continue
            self._tasks[request.id] = Task(functools.partial(self._send, request.id))
            self._queues[self._lanes.get(request.method, "main")].put(request)
        for task in list(self._tasks.values()):  # the parent is gone: save and end
            task.cancel()
        for lane in self._queues.values():
            lane.put(None)

    def _work(self, lane: str) -> None:
        while (request := self._queues[lane].get()) is not None:
            self._send(request.id, self._answer(request))
            self._tasks.pop(request.id, None)

    def _answer(self, request: _Request) -> events.Event:
        task = self._tasks[request.id]
        try:
            task.check()
            if request.method not in self._handlers:
                raise FormfactError(f"This process has no method {request.method!r}.")
            result = self._handlers[request.method](task, **request.params)
        except Cancelled:
            return events.Cancelled()
        except BaseException as fault:  # a library's PanicException is a BaseException
            return events.failed(fault)
        plain = msgspec.to_builtins(result)
        return events.Cancelled(plain) if task.cancelled else events.Finished(plain)

    def _beat(self) -> None:
        pause = threading.Event()
        while not pause.wait(HEARTBEAT_S):
            self._write(b"{}\n")

    def _send(self, number: int, event: events.Event) -> None:
        self._write(msgspec.json.encode({"id": number, "event": event}) + b"\n")

    def _write(self, line: bytes) -> None:
        try:
            with self._lock:
                self._output.write(line)
                self._output.flush()
        except OSError:
            pass  # the parent is gone: the reader sees it and ends the work


def _private_pipe() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipe for messages alone: later prints to standard output go to standard error (the log)."""
    sys.stdout.flush()
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, sink


def serve(handlers: Mapping[str, Handler], lanes: Mapping[str, str] | None = None) -> None:
    """Serve ``handlers`` on this process's standard input and output until the parent is gone."""
    Server(handlers, lanes).run()
