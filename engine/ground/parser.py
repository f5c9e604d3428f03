"""The process that reads documents. It may crash, hang or eat memory: ``reader`` replaces it then.

Parsers meet files that nobody vetted; whatever they do to this process, the index child and its databases live on.
"""

from __future__ import annotations

import os
import signal
from typing import Any

from engine.ground.limits import Limits
from engine.ground.pages import draw
from engine.ground.parse import parse
from engine.ground.paths import as_path
from engine.serve import serve
from engine.task import Task


def read(task: Task, path: str, limits: dict[str, Any]) -> Any:
    """Handler: the ``Parsed`` of the file at ``path`` (as text)."""
    bounds = Limits(**limits)
    _end_after(bounds.seconds + 10)
    try:
        return parse(as_path(path), bounds)
    finally:
        _end_after(0)


def page(task: Task, path: str, limits: dict[str, Any], page: int, scale: float, passage: str) -> Any:
    """Handler: the ``Page`` that draws one page of the PDF at ``path`` (as text)."""
    _end_after(Limits(**limits).seconds + 10)
    try:
        return draw(as_path(path), page, scale, passage)
    finally:
        _end_after(0)


def _end_after(seconds: float) -> None:
    """Let the system end this process then: the last resort when a parser hangs and nobody is left to notice."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM, which nobody handles


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(5)  # embedding and questions come first
    serve({"read": read, "page": page})
