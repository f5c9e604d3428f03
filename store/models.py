"""Installed base models: one row each. Files stay where they are; the row says what they were when added."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from store.connection import Database


@dataclass(frozen=True, slots=True)
class Model:
    """An installed base model.

    ``gguf`` is the file that llama.cpp serves and ``twin`` the Hugging Face folder that training reads (empty: the
    GGUF itself is read). ``sha256``, ``bytes`` and ``modified_ns`` are the GGUF's when it was added, so that a
    changed file is noticed. ``facts`` is ``engine.models.facts.GgufFacts`` as JSON; ``source`` is where a downloaded
    model came from, else empty. ``added_at`` is UTC, ISO 8601.
    """

    name: str
    gguf: str
    twin: str
    sha256: str
    architecture: str
    parameters: int
    quantisation: str
    context: int
    embedding: int
    layers: int
    vocabulary: int
    licence: str
    facts: str
    added_at: str
    bytes: int = 0
    modified_ns: int = 0
    source: str = ""


def insert(database: Database, model: Model) -> None:
    """Add a model whose name is free."""
    database.insert("models", model)


def replace(database: Database, model: Model) -> None:
    """Write a model over the one of its name, which stays at its place in the list."""
    fields = [field.name for field in dataclasses.fields(model) if field.name != "name"]
    sets = ", ".join(f"{field} = ?" for field in fields)
    database.run(f"UPDATE models SET {sets} WHERE name = ?", [*(getattr(model, f) for f in fields), model.name])


def delete(database: Database, name: str) -> None:
    """Forget a model; its files stay."""
    database.run("DELETE FROM models WHERE name = ?", [name])


def named(database: Database, name: str) -> Model | None:
    """The model called ``name``."""
    return database.row(Model, "SELECT * FROM models WHERE name = ?", [name])


def listed(database: Database) -> list[Model]:
    """All models, in the order they were added."""
    return database.rows(Model, "SELECT * FROM models ORDER BY rowid")
