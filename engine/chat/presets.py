"""Presets: ways of asking that have a name (system prompt, sampling, number of passages)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from engine.errors import Refused
from engine.types import Sampling
from store.conversations import PresetRow

if TYPE_CHECKING:
    from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Preset:
    """A way of asking. ``k`` is how many passages, at most."""

    name: str
    system: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    k: int = 3


Listed = list[Preset]  # the class below has a method called list


class Presets:
    """The presets of a workspace; a new one comes with a few.

    Args:
        workspace: the open workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._database = workspace.database

    def list(self) -> Listed:
        """All presets, in the order they were made."""
        rows = self._database.rows(PresetRow, "SELECT * FROM presets ORDER BY rowid")
        return [Preset(row.name, row.system, msgspec.json.decode(row.sampling, type=Sampling), row.k) for row in rows]

    def save(self, preset: Preset) -> Preset:
        """Keep a preset, in place of the one that has its name.

        Raises:
            Refused: it has no name.
        """
        name = " ".join(preset.name.split())
        if not name:
            raise Refused("A preset needs a name.", "Give it one.")
        sql = """INSERT INTO presets VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE
                 SET system = excluded.system, sampling = excluded.sampling, k = excluded.k"""
        sampling = msgspec.json.encode(preset.sampling).decode()
        self._database.run(sql, [name, preset.system, sampling, preset.k])
        return Preset(name, preset.system, preset.sampling, preset.k)

    def delete(self, name: str) -> None:
        """Forget a preset; ``save`` brings it back."""
        self._database.run("DELETE FROM presets WHERE name = ?", [name])
