"""Conversations, the tree of their turns, and what people think of the answers (see the migration for the columns)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.answers import AnswerRow, ComparisonRow
from store.connection import Database


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation."""

    id: str
    title: str
    pinned: int
    asking: str
    deleted: int
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A comparison's place in a conversation."""

    comparison: int
    conversation: str
    parent: int | None
    chosen: str
    asking: str
    searched: int
    shown: int
    deleted: int = 0
    interrupted: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """What a person thinks of one answer."""

    comparison: int
    arm: str
    vote: int = 0
    edit: str = ""


@dataclass(frozen=True, slots=True)
class PresetRow:
    """A way of asking that has a name."""

    name: str
    system: str
    sampling: str
    k: int


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A conversation as a list shows it."""

    id: str
    title: str
    pinned: int
    created_at: str
    updated_at: str
    turns: int


def settle(database: Database) -> None:
    """What is done when a workspace is opened: deleted things go, and what was being answered was interrupted."""
    with database.transaction():
        gone = """WITH RECURSIVE gone (id) AS (
                SELECT comparison FROM turns JOIN conversations AS c ON c.id = conversation
                    WHERE turns.deleted OR c.deleted
                UNION SELECT comparison FROM turns JOIN gone ON parent = gone.id)
            DELETE FROM comparisons WHERE id IN gone"""
        database.run(gone)
        empty = "title = '' AND id NOT IN (SELECT conversation FROM turns)"
        database.run(f"DELETE FROM conversations WHERE deleted OR {empty}")
        open_ = "SELECT id FROM comparisons WHERE state = 'asking'"
        database.run(f"UPDATE turns SET interrupted = 1 WHERE comparison IN ({open_})")
        database.run("UPDATE comparisons SET state = 'stopped' WHERE state = 'asking'")


def listed(database: Database) -> Sequence[ListedRow]:
    """Conversations that are not deleted, pinned ones first, then the last used first.

    One without a title in which nothing could be asked is left out.
    """
    return database.rows(
        ListedRow,
        """SELECT c.id, c.title, c.pinned, c.created_at, c.updated_at, count(t.comparison) AS turns
           FROM conversations AS c LEFT JOIN turns AS t ON t.conversation = c.id AND NOT t.deleted
           WHERE NOT c.deleted GROUP BY c.id HAVING turns OR c.title != ''
           ORDER BY c.pinned DESC, c.updated_at DESC, c.rowid DESC""",
    )


def texts(database: Database, hint: str) -> Sequence[tuple[str, str]]:
    """Conversation and text of every question and answer that is not deleted and may hold ``hint``.

    The hint is found whatever the case of its ASCII letters, and also in what belongs to an answer but is not its text.
    """
    like = f"%{hint}%"
    return database.tuples(
        """SELECT t.conversation, c.question FROM turns AS t JOIN comparisons AS c ON c.id = t.comparison
           WHERE NOT t.deleted AND c.question LIKE ?
           UNION ALL
           SELECT t.conversation, json_extract(a.answer, '$.answer') FROM turns AS t
           JOIN answers AS a ON a.comparison = t.comparison WHERE NOT t.deleted AND a.answer LIKE ?""",
        [like, like],
    )


def get(database: Database, conversation: str) -> ConversationRow | None:
    """The conversation of that id, deleted or not."""
    return database.row(ConversationRow, "SELECT * FROM conversations WHERE id = ?", [conversation])


def update(database: Database, conversation: str, **changes: object) -> None:
    """Change columns of a conversation."""
    sets = ", ".join(f"{column} = ?" for column in changes)
    database.run(f"UPDATE conversations SET {sets} WHERE id = ?", [*changes.values(), conversation])


def name(database: Database, conversation: str, title: str) -> None:
    """Give a conversation a title if it has none."""
    database.run("UPDATE conversations SET title = ? WHERE id = ? AND title = ''", [title, conversation])


def turn(database: Database, comparison: int) -> TurnRow | None:
    """The turn of a comparison."""
    return database.row(TurnRow, "SELECT * FROM turns WHERE comparison = ?", [comparison])


def turns(database: Database, conversation: str) -> Sequence[TurnRow]:
    """All turns of a conversation that are not deleted, oldest first."""
    sql = "SELECT * FROM turns WHERE conversation = ? AND NOT deleted ORDER BY comparison"
    return database.rows(TurnRow, sql, [conversation])


def change_turn(database: Database, comparison: int, **changes: object) -> None:
    """Change columns of a turn."""
    sets = ", ".join(f"{column} = ?" for column in changes)
    database.run(f"UPDATE turns SET {sets} WHERE comparison = ?", [*changes.values(), comparison])


def show(database: Database, comparison: int) -> None:
    """Bring a turn into view, before its siblings."""
    newest = (
        "SELECT max(shown) + 1 FROM turns WHERE conversation = (SELECT conversation FROM turns WHERE comparison = ?)"
    )
    database.run(f"UPDATE turns SET shown = ({newest}) WHERE comparison = ?", [comparison, comparison])


def comparisons(database: Database, conversation: str) -> dict[int, ComparisonRow]:
    """The comparisons of a conversation's turns, by id."""
    sql = "SELECT * FROM comparisons WHERE conversation = ? AND id IN (SELECT comparison FROM turns)"
    return {row.id: row for row in database.rows(ComparisonRow, sql, [conversation])}


def answers(database: Database, conversation: str) -> Sequence[AnswerRow]:
    """The answers of a conversation's turns."""
    sql = "SELECT a.* FROM turns AS t JOIN answers AS a USING (comparison) WHERE t.conversation = ?"
    return database.rows(AnswerRow, sql, [conversation])


def opinions(database: Database, conversation: str) -> Sequence[OpinionRow]:
    """What was thought of the answers of a conversation's turns."""
    sql = "SELECT o.* FROM turns AS t JOIN opinions AS o USING (comparison) WHERE t.conversation = ?"
    return database.rows(OpinionRow, sql, [conversation])


def think(database: Database, comparison: int, arm: str, *, vote: int | None = None, edit: str | None = None) -> None:
    """Keep a vote or an edit of an answer; what is None stays as it is."""
    with database.transaction():
        database.run("INSERT OR IGNORE INTO opinions VALUES (?, ?, 0, '')", [comparison, arm])
        sql = "UPDATE opinions SET vote = coalesce(?, vote), edit = coalesce(?, edit) WHERE comparison = ? AND arm = ?"
        database.run(sql, [vote, edit, comparison, arm])


def forget(database: Database, comparison: int, arm: str) -> None:
    """Drop what was thought of an answer that is another now."""
    database.run("DELETE FROM opinions WHERE comparison = ? AND arm = ?", [comparison, arm])
