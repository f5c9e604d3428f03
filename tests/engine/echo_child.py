"""A child for the tests of ``engine.process``: every way a real one can behave."""

from __future__ import annotations

import os
import sys
import time

from engine.errors import ModelRefused
from engine.events import Progress
from engine.serve import serve
from engine.task import Task


def echo(task: Task, text: str) -> str:
    print("a library prints")
    os.write(1, b"and so does C code\n")
    return text


def count(task: Task, to: int) -> int:
    for number in range(to):
        if task.cancelled:
            return number
        task.emit(Progress("counting", number, to))
        time.sleep(0.01)
    return to


def refuse(task: Task) -> None:
    raise ModelRefused("That is not a model.", "Choose a GGUF file.", "magic was 0")


def die(task: Task, code: int) -> None:
    print("last words", file=sys.stderr, flush=True)
    os._exit(code)


def abort(task: Task) -> None:
    os.abort()


def panic(task: Task) -> None:
    raise BaseException("a panic from a Rust library")


def garble(task: Task) -> None:
    os.write(int(os.environ["ECHO_PIPE"]), b"this is not JSON\n")
    time.sleep(60)


if __name__ == "__main__":
    os.environ["ECHO_PIPE"] = str(os.dup(1))
    serve(
        {f.__name__: f for f in (echo, count, refuse, die, abort, panic, garble)},
        lanes={"echo": "quick"},
    )
