"""The catalogue: well-known open models, as a GGUF to chat with and its twin to train from.

It is read from ``resources/catalogue.toml``: suggestions, not what is allowed. Any GGUF file or hub repository can be
added beside it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine import resources
from engine.errors import NotFound


@dataclass(frozen=True, slots=True)
class Licence:
    """What one may do with a model: the licence's name, a plain summary, and where it is read in full."""

    key: str
    name: str
    summary: str
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the catalogue.

    ``repo`` and ``file`` are the GGUF on the hub, ``bytes`` its size; ``twin`` is the repository of the same weights
    that training reads. ``kv_width`` are the numbers that each layer keeps a token, for keys and for values alike.
    """

    key: str
    name: str
    maker: str
    note: str
    repo: str
    file: str
    bytes: int
    quantisation: str
    twin: str
    licence: Licence
    architecture: str
    parameters: int
    context: int
    layers: int
    kv_width: int

    @property
    def source(self) -> str:
        """The GGUF as ``org/repo:file``, which is how an installed model remembers where it came from."""
        return f"{self.repo}:{self.file}"

    @property
    def twin_bytes(self) -> int:
        """About how large the twin is: two bytes a parameter."""
        return 2 * self.parameters


@cache
def catalogue() -> tuple[Entry, ...]:
    """All models of the catalogue, the smallest first."""
    told = tomllib.loads(resources.text("catalogue.toml"))
    licences = {key: Licence(key, **values) for key, values in told["licence"].items()}
    entries = [_entry(key, values, licences) for key, values in told["model"].items()]
    return tuple(sorted(entries, key=lambda entry: entry.parameters))


def entry(key: str) -> Entry:
    """The model of the catalogue with that key.

    Raises:
        NotFound: there is none.
    """
    for one in catalogue():
        if one.key == key:
            return one
    raise NotFound(f"The catalogue has no model {key!r}.", "`formfact models catalogue` lists them.")


def _entry(key: str, values: dict[str, Any], licences: dict[str, Licence]) -> Entry:
    return Entry(key=key, **(values | {"licence": licences[values["licence"]]}))
