"""Collections, removing with a way back, retry, pause, and reading without write access; through the real child."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import events
from engine.errors import Cancelled, ChildDied, DocumentRefused, NotFound
from engine.ground.paths import as_text
from engine.task import Task
from engine.workspace import Workspace
from store import migrations
from store.collections import Collection
from store.documents import Documents

VAN = "Who drives the van?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs"
    made.mkdir()
    (made / "staff.txt").write_text("Anna leads the workshop. Jonas drives the van.\n", encoding="utf-8")
    (made / "bread.txt").write_text("The oven is lit at five. Bread is sold at seven.\n", encoding="utf-8")
    return made


@pytest.fixture
def indexed(workspace: Workspace, folder: Path) -> Iterator[Workspace]:
    workspace.documents.add([folder], Task())
    yield workspace


def _id(workspace: Workspace, name: str) -> int:
    return next(one.id for one in workspace.documents.list() if one.name == name)


def _names(workspace: Workspace) -> set[str]:
    return {one.name for one in workspace.documents.list()}


def _found(workspace: Workspace, question: str = VAN) -> set[str]:
    return {one.document for one in workspace.documents.search(question, 10)}


def _ranks(workspace: Workspace) -> list[tuple[int, int | None, int | None]]:
    return [(one.chunk, one.dense_rank, one.lexical_rank) for one in workspace.documents.search(VAN, 10)]


def test_a_collection_is_searched_alone(indexed: Workspace, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("Marta drives the other van.", encoding="utf-8")
    indexed.documents.add([tmp_path / "other.txt"], Task(), collection="  Second   shop ")
    assert indexed.documents.collections() == [Collection("Documents", 2, 2), Collection("Second shop", 1, 1)]
    assert _found(indexed) == {"staff.txt", "bread.txt", "other.txt"}
    second = indexed.documents.search(VAN, 10, collection="second shop")
    assert [(one.document, one.dense_rank, one.lexical_rank) for one in second] == [("other.txt", 1, 1)]
    with pytest.raises(NotFound, match="no collection Third"):
        indexed.documents.search(VAN, collection="Third")

    indexed.documents.move([_id(indexed, "staff.txt")], "Second shop", Task())
    found = indexed.documents.search(VAN, 10, collection="Second shop")
    assert {one.document for one in found} == {"staff.txt", "other.txt"}
    indexed.documents.rescan(Task())
    assert [one.documents for one in indexed.documents.collections()] == [1, 2]


def test_collections_have_names_of_their_own(indexed: Workspace) -> None:
    indexed.documents.new_collection("Empty", Task())
    with pytest.raises(DocumentRefused, match="already"):
        indexed.documents.new_collection("empty", Task())
    with pytest.raises(DocumentRefused, match="needs a name"):
        indexed.documents.new_collection("  ", Task())
    with pytest.raises(DocumentRefused, match="already"):
        indexed.documents.rename_collection("Empty", "Documents", Task())
    indexed.documents.rename_collection("Empty", "EMPTY", Task())
    indexed.documents.rename_collection("Documents", "Handbook", Task())
    assert [one.name for one in indexed.documents.collections()] == ["EMPTY", "Handbook"]
    assert {one.collection for one in indexed.documents.list()} == {"Handbook"}


def test_what_was_removed_comes_back_without_work(indexed: Workspace, folder: Path) -> None:
    before = _ranks(indexed)
    number = _id(indexed, "staff.txt")
    indexed.documents.remove([number], Task())
    assert (_names(indexed), _found(indexed)) == ({"bread.txt"}, {"bread.txt"})
    indexed.documents.rescan(Task())
    assert _names(indexed) == {"bread.txt"}

    indexed.index_child.kill()  # a crash is not the end of the session
    indexed.documents.restore([number], Task())
    assert _ranks(indexed) == before

    indexed.documents.remove([number], Task())
    (folder / "copy.txt").write_bytes((folder / "staff.txt").read_bytes())
    seen: list[events.Event] = []
    indexed.documents.rescan(Task(seen.append))
    assert _found(indexed) == {"bread.txt", "copy.txt"}
    assert not [one for one in seen if isinstance(one, events.Progress) and "chunks/s" in one.detail]  # none embedded


def test_closing_makes_it_final(indexed: Workspace, folder: Path) -> None:
    number = _id(indexed, "staff.txt")
    indexed.documents.remove([number], Task())
    indexed.close()
    with Workspace.open(indexed.folder) as again:
        again.documents.restore([number], Task())
        again.documents.rescan(Task())
        assert _names(again) == {"bread.txt"}
        again.index_child.close()
        rows = Documents(again.folder, read_only=True)
        assert rows.database.value("SELECT count(*) FROM contents") == 1
        rows.close()
        again.documents.add([folder / "staff.txt"], Task())
        assert _found(again) == {"bread.txt", "staff.txt"}


def test_a_collection_is_removed_and_comes_back(indexed: Workspace, tmp_path: Path) -> None:
    indexed.documents.move([_id(indexed, "bread.txt")], "Bakery", Task())
    indexed.documents.remove_collection("Documents", Task())
    assert (_names(indexed), _found(indexed)) == ({"bread.txt"}, {"bread.txt"})
    (tmp_path / "new.txt").write_text("A new file.", encoding="utf-8")
    indexed.documents.add([tmp_path / "new.txt"], Task())
    indexed.documents.restore_collection("Documents", Task())
    assert {one.name: one.documents for one in indexed.documents.collections()} == {
        "Bakery": 1,
        "Documents": 1,
        "Documents (restored)": 1,
    }
    assert "staff.txt" in _found(indexed)

    indexed.documents.remove_collection("Documents (restored)", Task())
    indexed.close()
    with Workspace.open(indexed.folder) as again:
        again.documents.rescan(Task())
        assert _names(again) == {"bread.txt", "new.txt"}  # its folder is looked at no more; what was moved out stays
        (tmp_path / "docs" / "bread.txt").unlink()
        assert {one.name for one in again.documents.rescan(Task())} == {"new.txt"}


def test_retry_reads_again_whatever_is_known(indexed: Workspace, folder: Path) -> None:
    (folder / "later.txt").touch()
    indexed.documents.rescan(Task())
    number = _id(indexed, "later.txt")
    assert indexed.documents.at([as_text(folder / "later.txt")])[0].status == "refused"
    (folder / "later.txt").write_text("The cat is called Minka.", encoding="utf-8")
    assert [one.status for one in indexed.documents.retry([number], Task())] == ["indexed"]
    assert _found(indexed, "What is the cat called?") >= {"later.txt"}

    (folder / "later.txt").unlink()
    assert [one.status for one in indexed.documents.retry([number], Task())] == ["offline"]


def _many(folder: Path) -> None:
    for n in range(60):
        (folder / f"file{n:02}.txt").write_text(f"Report {n}. " + f"Lamp {n} was sold. " * 100, encoding="utf-8")


def test_indexing_rests_and_goes_on(workspace: Workspace, folder: Path) -> None:
    _many(folder)
    told: list[str] = []

    def hear(event: events.Event) -> None:
        if isinstance(event, events.FileDone) and not told:
            told.append("pause")
            workspace.documents.pause()
        elif isinstance(event, events.Started) and event.what == "Paused":
            told.append("paused")
            assert _found(workspace)  # questions are answered meanwhile
            workspace.documents.resume()

    documents = workspace.documents.add([folder], Task(hear))
    assert told == ["pause", "paused"]
    assert {one.status for one in documents} == {"indexed"}
    workspace.index_child.close()
    workspace.documents.pause()  # nothing runs: nothing to do, nothing is started
    assert workspace.index_child.pid is None


def test_a_rest_can_be_cancelled(workspace: Workspace, folder: Path) -> None:
    _many(folder)
    task = Task()

    def hear(event: events.Event) -> None:
        if isinstance(event, events.FileDone):
            workspace.documents.pause()
        elif isinstance(event, events.Started) and event.what == "Paused":
            task.cancel()

    task._listener = hear
    with pytest.raises(Cancelled):
        workspace.documents.add([folder], task)
    assert {one.status for one in workspace.documents.rescan(Task())} == {"indexed"}


def test_files_that_wait_are_in_the_list(workspace: Workspace, folder: Path) -> None:
    _many(folder)
    seen: list[set[str]] = []

    def hear(event: events.Event) -> None:
        if isinstance(event, events.FileDone) and not seen:
            seen.append({one.status for one in workspace.documents.list()})
            assert len(workspace.documents.list()) == 62
            workspace.index_child.kill()

    with pytest.raises(ChildDied):
        workspace.documents.add([folder], Task(hear))
    assert "waiting" in seen[0]
    assert {one.coverage for one in workspace.documents.list() if one.status == "waiting"} == {0.0}
    assert {one.status for one in workspace.documents.rescan(Task())} == {"indexed"}


def test_reading_needs_no_lock(indexed: Workspace) -> None:
    found = indexed.documents.search(VAN, 2)
    before = {path.name for path in indexed.folder.rglob("*")}
    with Workspace.open(indexed.folder, read_only=True) as reader:
        seen = reader.documents.search(VAN, 2)
    assert [(one.chunk, one.dense_rank, one.lexical_rank) for one in seen] == [
        (one.chunk, one.dense_rank, one.lexical_rank) for one in found
    ]
    assert seen[0].dense_score == pytest.approx(found[0].dense_score, abs=1e-4)
    assert {path.name for path in indexed.folder.rglob("*")} == before


def test_an_older_database_is_brought_up_to_date(workspace: Workspace) -> None:
    script = Path(migrations.__file__).parent / "documents" / "001_documents.sql"
    sql = sqlite3.connect(workspace.folder / "documents.sqlite3")
    sql.executescript(script.read_text(encoding="utf-8"))
    sql.executescript(
        """
        CREATE TABLE migrations (name TEXT PRIMARY KEY, done_at TEXT NOT NULL);
        INSERT INTO migrations VALUES ('001_documents', '');
        INSERT INTO roots VALUES ('/d', 1);
        INSERT INTO contents VALUES (1, 'aa', 't', NULL, 0, 4, '', 1);
        INSERT INTO chunks VALUES (1, 1, 0, 0, 4, NULL, 't', '', 'text', x'00');
        INSERT INTO documents VALUES (1, '/d/a', '/d', 'aa', 4, 1, 'indexed', '', 1, ''),
                                     (2, '/d/b', '/d', 'bb', 4, 1, 'removed', '', NULL, '');
        """
    )
    sql.close()
    assert workspace.documents.collections() == [Collection("Documents", 1, 1)]
    assert [(one.path, one.collection, one.chunks, one.coverage) for one in workspace.documents.list()] == [
        ("/d/a", "Documents", 1, 1.0)
    ]
