"""Scorecards and their answers. An answer is stored, with what the checks said of it, before the next is asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from store.connection import Database


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One scoring of a question set. ``identity`` digests everything that its answers depend on.

    ``question_set`` is the questions with their checks (a JSON list of the lines of a question set), ``arms`` a JSON
    list. ``seconds`` is the time spent on it so far, over all its starts.
    """

    id: int
    identity: str
    state: str
    questions_sha256: str
    question_set: str
    source: str
    model: str
    model_sha256: str
    run: str
    adapter_sha256: str
    documents_sha256: str
    arms: str
    seed: int
    seconds: float
    created_at: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A scorecard without its questions and answers, for lists. ``answered`` of its ``questions`` are done."""

    id: int
    state: str
    source: str
    model: str
    run: str
    arms: str
    seed: int
    created_at: str
    questions: int
    answered: int


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One arm's answer to one question, and its scores.

    ``form`` and ``facts`` are 1, 0 or None (no such check); ``faults`` (a JSON object of lists) says why an answer
    failed; ``answer`` is ``engine.types.Answer`` as JSON.
    """

    scorecard: int
    question: str
    arm: str
    form: int | None
    facts: int | None
    faults: str
    answer: str


def begin(database: Database, row: ScoreRow) -> ScoreRow:
    """The unfinished scorecard of the same identity, or else ``row`` stored as a new one (its ``id`` is ignored)."""
    with database.transaction():
        found = database.row(
            ScoreRow,
            "SELECT * FROM scorecards WHERE identity = ? AND state = 'running' ORDER BY id DESC",
            [row.identity],
        )
        if found:
            return found
        values = {name: value for name, value in dataclasses.asdict(row).items() if name != "id"}
        columns, marks = ", ".join(values), ", ".join("?" for _ in values)
        number = database.run(f"INSERT INTO scorecards ({columns}) VALUES ({marks})", list(values.values()))
        return dataclasses.replace(row, id=number)


def alike(database: Database, row: ScoreRow) -> list[ScoreRow]:
    """Scorecards of other questions with the same weights, documents and seed, newest first."""
    same = ("model_sha256", "run", "adapter_sha256", "documents_sha256", "seed")
    conditions = " AND ".join(f"{name} = ?" for name in same)
    return database.rows(
        ScoreRow,
        f"SELECT * FROM scorecards WHERE {conditions} AND questions_sha256 <> ? ORDER BY id DESC",
        [*(getattr(row, name) for name in same), row.questions_sha256],
    )


def add(database: Database, answers: Sequence[AnswerRow], seconds: float) -> None:
    """Store the answers of one question, which took ``seconds``."""
    with database.transaction():
        for answer in answers:
            database.insert("scored_answers", answer)
        database.run("UPDATE scorecards SET seconds = seconds + ? WHERE id = ?", [seconds, answers[0].scorecard])


def finish(database: Database, number: int) -> None:
    """All questions have been answered."""
    database.run("UPDATE scorecards SET state = 'done' WHERE id = ?", [number])


def scorecard(database: Database, number: int) -> ScoreRow | None:
    """The scorecard with this number."""
    return database.row(ScoreRow, "SELECT * FROM scorecards WHERE id = ?", [number])


def scorecards(database: Database) -> list[ScoreRow]:
    """Every scorecard, newest first."""
    return database.rows(ScoreRow, "SELECT * FROM scorecards ORDER BY id DESC")


def summaries(database: Database) -> list[Summary]:
    """Every scorecard in short, newest first."""
    return database.rows(
        Summary,
        """SELECT id, state, source, model, run, arms, seed, created_at, json_array_length(question_set) AS questions,
                  (SELECT count(DISTINCT question) FROM scored_answers WHERE scorecard = scorecards.id) AS answered
           FROM scorecards ORDER BY id DESC""",
    )


def remove(database: Database, number: int) -> None:
    """Delete a scorecard with its answers."""
    database.run("DELETE FROM scorecards WHERE id = ?", [number])


def put_back(database: Database, row: ScoreRow, said: Sequence[AnswerRow]) -> None:
    """Store a scorecard that was removed, as it was."""
    with database.transaction():
        database.insert("scorecards", row)
        for answer in said:
            database.insert("scored_answers", answer)


def answers(database: Database, number: int) -> list[AnswerRow]:
    """The answers of a scorecard so far."""
    return database.rows(AnswerRow, "SELECT * FROM scored_answers WHERE scorecard = ?", [number])
