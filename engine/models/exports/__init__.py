"""The forms a tuned model can be exported in: one file each; a new file here is a new form.

Each has ``write(source, folder, quant, task) -> files``, which writes into an existing folder, and ``QUANT``: whether
it can be quantised.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from engine.task import Task

if TYPE_CHECKING:
    from engine.models.export import Source


class Form(Protocol):
    """A module of this package."""

    QUANT: bool

    def write(self, source: Source, folder: Path, quant: str, task: Task) -> list[Path]:
        """Write the files and return them, the weights first."""


def names() -> list[str]:
    """The forms there are."""
    return [module.name for module in pkgutil.iter_modules(__path__)]


def form(name: str) -> Form:
    """The form called ``name``, one of ``names()``."""
    return cast(Form, importlib.import_module(f"{__name__}.{name}"))
