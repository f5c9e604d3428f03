"""Documents through the real index child: added, found, changed, moved, deleted, offline, removed."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import events
from engine.errors import Cancelled, NotFound
from engine.task import Task
from engine.workspace import Workspace
from store.documents import Documents

HANDBOOK = """# Handbook

## Refunds

Orders can be returned within 30 days. The return label costs 4 euros.

## Opening hours

The shop in Harbour Street opens at nine and closes at six. On Sundays it stays closed.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs with space 空"
    made.mkdir()
    (made / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (made / "prices.csv").write_text("Item;Price\nOrlo lamp;49 euros\nSenna lamp;79 euros\n", encoding="utf-8")
    (made / "notes.txt").write_text("Anna leads the workshop. Jonas drives the van.\n", encoding="utf-8")
    return made


@pytest.fixture
def indexed(workspace: Workspace, folder: Path) -> Iterator[Workspace]:
    workspace.documents.add([folder], Task())
    yield workspace


def _in_step(workspace: Workspace) -> bool:
    """Whether SQLite and Chroma hold the same chunks, each with a vector; asked after the child has ended."""
    workspace.index_child.close()
    import sqlite3

    sql = sqlite3.connect(workspace.folder / "chroma" / "chroma.sqlite3")
    there = {int(name) for (name,) in sql.execute("SELECT embedding_id FROM embeddings")}
    queued = sql.execute("SELECT operation, id FROM embeddings_queue ORDER BY seq_id").fetchall()
    sql.close()
    assert isinstance(queued, list)
    rows = Documents(workspace.folder, read_only=True)
    truth, shown = rows.vector_ids(), set(rows.embedded_in())
    unfinished = rows.database.value("SELECT count(*) FROM chunks WHERE id NOT IN (SELECT chunk FROM vectors)")
    rows.close()
    return there == truth == shown and not unfinished


def test_passages_say_exactly_where_they_stand(indexed: Workspace, folder: Path) -> None:
    question = "How many days do I have to return an order?"
    found = indexed.documents.search(question, k=2)
    best = found[0]
    assert (best.document, best.heading, best.page) == ("handbook.md", "Handbook > Refunds", None)
    assert best.path == str(folder / "handbook.md")
    assert HANDBOOK[best.start : best.end] == best.text
    assert (best.rank, best.dense_rank, best.lexical_rank) == (1, 1, 1)
    assert best.dense_score is not None and 0.3 < best.dense_score <= 1.0
    assert found == indexed.documents.search(question, k=2)
    assert indexed.documents.search_many([question, "Who drives the van?"], 1)[1][0].document == "notes.txt"
    assert indexed.documents.search("   ") == []


def test_rows_of_a_table_are_found_with_their_header(indexed: Workspace) -> None:
    best = indexed.documents.search("What does the Senna lamp cost?", k=1)[0]
    assert "Item: Senna lamp; Price: 79 euros" in best.text


def test_progress_and_every_file_are_told(workspace: Workspace, folder: Path) -> None:
    (folder / "empty.txt").touch()
    seen: list[events.Event] = []
    documents = workspace.documents.add([folder], Task(seen.append))
    done = {Path(e.path).name: (e.status, e.reason, e.chunks) for e in seen if isinstance(e, events.FileDone)}
    assert done["handbook.md"] == ("indexed", "", 2)
    assert done["empty.txt"] == ("refused", "empty: the file has 0 bytes", 0)
    assert {one.name: one.status for one in documents} == {name: status for name, (status, _, _) in done.items()}
    last = [e for e in seen if isinstance(e, events.Progress)][-1]
    assert last.done == last.total == sum(one.chunks for one in documents)


def test_unchanged_files_are_left_alone_and_changed_ones_reread(indexed: Workspace, folder: Path) -> None:
    seen: list[events.Event] = []
    indexed.documents.add([folder], Task(seen.append))
    assert not [e for e in seen if isinstance(e, events.FileDone)]

    (folder / "handbook.md").write_text(HANDBOOK.replace("30 days", "45 days"), encoding="utf-8")
    (folder / "notes.txt").unlink()
    (folder / "new.txt").write_text("The cat of the workshop is called Minka.", encoding="utf-8")
    documents = indexed.documents.rescan(Task())
    assert [one.name for one in documents] == ["handbook.md", "new.txt", "prices.csv"]
    assert "45 days" in indexed.documents.search("Within how many days can orders be returned?", 1)[0].text
    assert indexed.documents.search("What is the name of the cat?", 1)[0].document == "new.txt"
    assert all(p.document != "notes.txt" for p in indexed.documents.search("Who drives the van?", 10))
    assert _in_step(indexed)


def test_a_moved_file_keeps_its_chunks_and_a_copy_shares_them(indexed: Workspace, folder: Path) -> None:
    before = {p.chunk for p in indexed.documents.search("opening hours", 10)}
    (folder / "sub").mkdir()
    (folder / "handbook.md").rename(folder / "sub" / "moved.md")
    (folder / "copy.txt").write_bytes((folder / "notes.txt").read_bytes())
    seen: list[events.Event] = []
    documents = indexed.documents.rescan(Task(seen.append))
    assert [one.name for one in documents] == ["copy.txt", "notes.txt", "prices.csv", "moved.md"]
    found = indexed.documents.search("opening hours", 10)
    assert {p.chunk for p in found} == before
    assert "moved.md" in {p.document for p in found}
    (folder / "notes.txt").unlink()
    indexed.documents.rescan(Task())
    assert indexed.documents.search("Who drives the van?", 1)[0].document == "copy.txt"


def test_one_changed_paragraph_embeds_one_chunk(workspace: Workspace, folder: Path) -> None:
    paragraphs = [f"## Part {n}\n\nThis is part {n} of the long story of the lamp shop.\n\n" for n in range(40)]
    (folder / "long.md").write_text("".join(paragraphs), encoding="utf-8")
    workspace.documents.add([folder], Task())
    paragraphs[20] = "## Part 20\n\nHere the owner sells the shop.\n\n"
    (folder / "long.md").write_text("".join(paragraphs), encoding="utf-8")
    seen: list[events.Event] = []
    workspace.documents.rescan(Task(seen.append))
    told = [e for e in seen if isinstance(e, events.Progress) and e.what == "Indexing"]
    assert 39 in {e.done for e in told}  # ready before anything was embedded
    assert "owner" in workspace.documents.search("Who sells the shop?", 1)[0].text
    assert _in_step(workspace)


def test_an_unplugged_drive_is_offline_and_loses_nothing(indexed: Workspace, folder: Path) -> None:
    away = folder.with_name("away")
    for leave in (lambda: folder.rename(away), lambda: (folder.rename(away), folder.mkdir())):
        leave()
        assert {one.status for one in indexed.documents.rescan(Task())} == {"offline"}
        assert indexed.documents.search("Who drives the van?", 1)[0].document == "notes.txt"
        if folder.exists():
            folder.rmdir()
        away.rename(folder)
        assert {one.status for one in indexed.documents.rescan(Task())} == {"indexed"}


def test_what_the_user_removed_stays_out(indexed: Workspace, folder: Path) -> None:
    number = next(one.id for one in indexed.documents.list() if one.name == "notes.txt")
    assert [one.name for one in indexed.documents.remove([number], Task())] == ["notes.txt"]
    assert [one.name for one in indexed.documents.rescan(Task())] == ["handbook.md", "prices.csv"]
    assert all(p.document != "notes.txt" for p in indexed.documents.search("Who drives the van?", 10))
    assert _in_step(indexed)
    with pytest.raises(NotFound):
        indexed.documents.remove([number], Task())
    indexed.documents.add([folder / "notes.txt"], Task())
    assert len(indexed.documents.list()) == 3


def test_passages_grow_within_their_section(workspace: Workspace, folder: Path) -> None:
    text = (
        "# A\n\n"
        + " ".join(f"Sentence {n} of the first part tells of lamp {n}." for n in range(60))
        + "\n\n# B\n\nEnd."
    )
    (folder / "long.md").write_text(text, encoding="utf-8")
    workspace.documents.add([folder / "long.md"], Task())
    for limit in (420, 1000, 100_000):
        passages = workspace.documents.search("lamp 30", 5, passage_chars=limit)
        spans = sorted((p.start, p.end) for p in passages)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
        assert all(p.end - p.start <= limit and p.text == text[p.start : p.end] for p in passages)
        assert all("End." not in p.text for p in passages if p.heading == "A")
    assert max(len(p.text) for p in passages) > 2000


def test_cancelling_keeps_what_is_finished_and_goes_on_later(workspace: Workspace, folder: Path) -> None:
    for n in range(60):
        (folder / f"file{n:02}.txt").write_text(f"Report {n}. " + f"Lamp {n} was sold. " * 100, encoding="utf-8")
    task = Task(lambda event: task.cancel() if isinstance(event, events.FileDone) else None)
    with pytest.raises(Cancelled):
        workspace.documents.add([folder], task)
    states = {one.status for one in workspace.documents.list()}
    assert "indexed" in states
    documents = workspace.documents.rescan(Task())
    assert len(documents) == 63 and {one.status for one in documents} == {"indexed"}
    assert _in_step(workspace)


def test_questions_are_answered_while_documents_are_indexed(indexed: Workspace, folder: Path) -> None:
    for n in range(20):
        (folder / f"long{n}.txt").write_text("".join(f"Lamp {n}.{i} was sold today. " for i in range(400)))
    answered: list[str] = []

    def ask(event: events.Event) -> None:
        if isinstance(event, events.Progress) and event.done > 100 and not answered:
            answered.append(indexed.documents.search("Who drives the van?", 1)[0].document)

    indexed.documents.add([folder], Task(ask))
    assert answered == ["notes.txt"]


def test_a_missing_path_is_said(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file or folder"):
        workspace.documents.add([tmp_path / "nowhere"], Task())
    assert workspace.documents.list() == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_that_are_no_unicode(workspace: Workspace, tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9 \xff.txt"
    Path(os.fsdecode(raw)).write_text("The oven is lit at five.")
    deep = tmp_path / ("名" * 80 + ".md")
    deep.write_text("The bread is sold at seven.")
    documents = workspace.documents.add([tmp_path / "caf\udce9 \udcff.txt", deep], Task())
    assert [one.status for one in documents] == ["indexed", "indexed"]
    assert workspace.documents.search("When is the bread sold?", 1)[0].document == deep.name
    assert {one.status for one in workspace.documents.rescan(Task())} == {"indexed"}


def test_a_copied_workspace_still_searches(indexed: Workspace, folder: Path, tmp_path: Path) -> None:
    import shutil

    indexed.close()
    shutil.copytree(indexed.folder, tmp_path / "copy")
    shutil.rmtree(folder)
    shutil.rmtree(indexed.folder)
    with Workspace.open(tmp_path / "copy") as copy:
        assert copy.documents.search("Who drives the van?", 1)[0].document == "notes.txt"
