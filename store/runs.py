"""Training runs: one row each, written before anything is done and at every change of state."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from store.connection import Database

ACTIVE = ("preparing", "training", "converting", "checking")
"""States of a run that a living process is working on."""


@dataclass(frozen=True, slots=True)
class Run:
    """A training run.

    ``state`` is one of ``ACTIVE``, or ``done``, ``stopped`` (saved on request), ``failed`` or ``interrupted`` (its
    process is gone). ``adapter`` is the path of the GGUF adapter, empty while there is none. ``recipe`` is TOML;
    ``gate``, ``metrics`` and ``environment`` are JSON. ``parent`` is the run that this one repeats. ``created_at`` is
    UTC, ISO 8601; ``note`` says what a person should know of it, ``remark`` is what they wrote themselves.
    ``deleted_at`` is when it was put into the bin, empty while it was not.
    """

    id: str
    name: str
    state: str
    model: str
    base_sha256: str
    dataset: str
    dataset_version: str
    recipe: str
    adapter: str = ""
    adapter_sha256: str = ""
    gate: str = "{}"
    metrics: str = "{}"
    environment: str = "{}"
    parent: str = ""
    created_at: str = ""
    note: str = ""
    remark: str = ""
    deleted_at: str = ""


def insert(database: Database, run: Run) -> None:
    """Add a run."""
    database.insert("runs", run)


def update(database: Database, run: Run, **changes: str) -> Run:
    """Change columns of a run; returns the run as it is then."""
    sets = ", ".join(f"{column} = ?" for column in changes)
    database.run(f"UPDATE runs SET {sets} WHERE id = ?", [*changes.values(), run.id])
    return dataclasses.replace(run, **changes)


def get(database: Database, run: str) -> Run | None:
    """The run with that id."""
    return database.row(Run, "SELECT * FROM runs WHERE id = ?", [run])


def listed(database: Database, *, deleted: bool = False) -> list[Run]:
    """All runs, the newest first: those that are there, or those in the bin."""
    which = "<>" if deleted else "="
    return database.rows(Run, f"SELECT * FROM runs WHERE deleted_at {which} '' ORDER BY created_at DESC, rowid DESC")


def active(database: Database) -> list[Run]:
    """The runs that are said to be under way."""
    marks = ", ".join("?" for _ in ACTIVE)
    return database.rows(Run, f"SELECT * FROM runs WHERE state IN ({marks})", ACTIVE)


def remove(database: Database, run: str) -> None:
    """Forget a run."""
    database.run("DELETE FROM runs WHERE id = ?", [run])
