"""Datasets and their bad rows, in the workspace's database. Their examples: ``store.examples``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.connection import Database

_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset.

    ``version`` is the SHA-256 of its examples: the same examples in the same order have the same version,
    whatever the file was called; it is empty between an edit and the next time that it is asked for.
    ``mapping`` is JSON: the format, and which column each field came from. ``state`` is ``here``, ``arriving`` (an
    import under way), ``kept`` (as a run used it before an edit) or ``removed`` (until the next start).
    """

    id: int
    name: str
    version: str
    rows: int
    bad_rows: int
    duplicates: int
    mapping: str
    encoding: str
    source: str
    imported_at: str
    state: str = "here"
    edited_at: str = ""
    measured_by: str = ""


class DatasetStore:
    """Reads and writes datasets.

    Args:
        database: the workspace's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, name: str, mapping: str, encoding: str, source: str, *, state: str = "arriving") -> int:
        """Start a dataset that nobody sees yet; returns its id."""
        return self._database.run(
            "INSERT INTO datasets"
            " (name, version, rows, bad_rows, duplicates, mapping, encoding, source, imported_at, state)"
            f" VALUES (?, '', 0, 0, 0, ?, ?, ?, {_NOW}, ?)",
            (name, mapping, encoding, source, state),
        )

    def add_bad_rows(self, dataset: int, rows: Sequence[tuple[int, str, str]]) -> None:
        """Add bad rows as ``(line, reason, how the row begins)``."""
        sql = "INSERT INTO bad_rows (dataset, line, reason, text) VALUES (?, ?, ?, ?)"
        self._database.run_many(sql, [(dataset, *row) for row in rows])

    def finish(self, dataset: int, version: str, rows: int, bad_rows: int, duplicates: int) -> Dataset:
        """Show a dataset with what is known at the end; an earlier import of the same content gives way."""
        with self._database.transaction():
            self._database.run(
                "DELETE FROM datasets WHERE version = ? AND name = (SELECT name FROM datasets WHERE id = ?)",
                (version, dataset),
            )
            self._database.run(
                "UPDATE datasets SET version = ?, rows = ?, bad_rows = ?, duplicates = ?, state = 'here' WHERE id = ?",
                (version, rows, bad_rows, duplicates, dataset),
            )
        found = self.at(dataset)
        assert found
        return found

    def at(self, dataset: int) -> Dataset | None:
        """The dataset with that id."""
        return self._database.row(Dataset, "SELECT * FROM datasets WHERE id = ?", (dataset,))

    def get(self, name: str, version: str = "") -> Dataset | None:
        """The latest import under ``name``, or the one whose version starts with ``version``."""
        states = "('here', 'kept')" if version else "('here')"
        sql = (
            f"SELECT * FROM datasets WHERE name = ? AND substr(version, 1, ?) = ? AND state IN {states}"
            " ORDER BY state = 'here' DESC, id DESC LIMIT 1"
        )
        return self._database.row(Dataset, sql, (name, len(version), version))

    def with_version(self, version: str) -> Dataset | None:
        """A dataset with exactly that content, whatever it is called by now."""
        sql = (
            "SELECT * FROM datasets WHERE version = ? AND state IN ('here', 'kept')"
            " ORDER BY state = 'here' DESC, id DESC LIMIT 1"
        )
        return self._database.row(Dataset, sql, (version,))

    def bad_rows(self, dataset: int) -> list[tuple[int, str, str]]:
        """``(line, reason, how the row begins)``, in the order of the file."""
        return self._database.tuples(
            "SELECT line, reason, text FROM bad_rows WHERE dataset = ? ORDER BY line, rowid", (dataset,)
        )

    def settle(self, dataset: int, version: str, rows: int, duplicates: int) -> None:
        """Write what follows from the examples as they are now."""
        sql = "UPDATE datasets SET version = ?, rows = ?, duplicates = ? WHERE id = ?"
        self._database.run(sql, (version, rows, duplicates, dataset))

    def unsettle(self, dataset: int) -> None:
        """Say that the examples have changed: the version is to be made anew, the number of rows is counted now."""
        self._database.run(
            f"UPDATE datasets SET version = '', edited_at = {_NOW},"
            " rows = (SELECT count(*) FROM examples WHERE dataset = datasets.id AND deleted = 0) WHERE id = ?",
            (dataset,),
        )

    def keep(self, dataset: int) -> int:
        """A second row for a dataset's content, to be kept as it is; returns the id, still without examples."""
        return self._database.run(
            "INSERT INTO datasets (name, version, rows, bad_rows, duplicates, mapping, encoding, source, imported_at,"
            " state, edited_at, measured_by) SELECT name, version, rows, 0, duplicates, mapping, encoding, source,"
            " imported_at, 'kept', edited_at, measured_by FROM datasets WHERE id = ?",
            (dataset,),
        )

    def used(self, version: str) -> bool:
        """Whether a run was made from this content and nothing keeps it for that run yet."""
        runs = self._database.value("SELECT count(*) FROM runs WHERE dataset_version = ?", (version,))
        kept = "SELECT count(*) FROM datasets WHERE version = ? AND state = 'kept'"
        return bool(runs) and not self._database.value(kept, (version,))

    def measured(self, dataset: int, model: str) -> None:
        """Say which model (SHA-256) counted the tokens."""
        self._database.run("UPDATE datasets SET measured_by = ? WHERE id = ?", (model, dataset))

    def rename(self, name: str, new: str) -> None:
        """Rename a dataset with all its versions."""
        self._database.run("UPDATE datasets SET name = ? WHERE name = ?", (new, name))

    def remove(self, ids: Sequence[int], *, state: str = "removed") -> None:
        """Take datasets away, or (``state`` as it was) bring them back."""
        self._database.run_many("UPDATE datasets SET state = ? WHERE id = ?", [(state, i) for i in ids])

    def versions(self, name: str) -> list[Dataset]:
        """Everything under a name, kept versions too, the latest first."""
        sql = (
            "SELECT * FROM datasets WHERE name = ? AND state IN ('here', 'kept') ORDER BY state = 'here' DESC, id DESC"
        )
        return self._database.rows(Dataset, sql, (name,))

    def drop(self, dataset: int) -> None:
        """Delete a dataset with its examples at once."""
        self._database.run("DELETE FROM datasets WHERE id = ?", (dataset,))

    def sweep(self) -> None:
        """Delete for good what was removed, taken away or left half imported before."""
        with self._database.transaction():
            self._database.run("DELETE FROM datasets WHERE state IN ('removed', 'arriving')")
            self._database.run("DELETE FROM examples WHERE deleted = 1")

    def list(self) -> list[Dataset]:
        """Every dataset that is here, the latest import first."""
        return self._database.rows(Dataset, "SELECT * FROM datasets WHERE state = 'here' ORDER BY id DESC")
