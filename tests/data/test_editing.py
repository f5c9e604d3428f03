"""Editing: every change can be undone, versions follow content, runs keep theirs, tables and search tell the truth."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataRefused, NotFound
from engine.task import Task
from engine.types import Message
from engine.workspace import Workspace
from store import runs
from store.examples import Filter
from tests.data.conftest import Take
from tests.data.test_datasets import rows


def turns(question: str, answer: str) -> list[Message]:
    return [Message("user", question), Message("assistant", answer)]


def asked(workspace: Workspace, name: str = "x") -> list[str]:
    return [one.question for one in workspace.datasets.summaries(name)]


@pytest.fixture
def ids(take: Take, workspace: Workspace) -> list[int]:
    """The examples of a dataset ``x`` with four."""
    take(rows(("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")), "x.jsonl")
    return [one.id for one in workspace.datasets.summaries("x")]


def used_by_a_run(workspace: Workspace, version: str) -> None:
    run = runs.Run("r", "r", "done", "m", "0", "x", version, "", created_at="2026-01-01")
    runs.insert(workspace.database, run)


def test_change_and_change_back(workspace: Workspace, ids: list[int]) -> None:
    datasets = workspace.datasets
    old = datasets.get("x").version
    before = datasets.change(ids[1], turns("B?", "two"))
    assert datasets.example(ids[1]).messages == tuple(turns("B?", "two"))
    assert [(one.question, one.answer, one.edited) for one in datasets.summaries("x")][1] == ("B?", "two", 1)
    assert datasets.get("x").version != old
    assert datasets.get("x").rows == 4
    datasets.change(ids[1], before.messages)
    assert datasets.get("x").version == old


def test_the_same_words_make_no_version(workspace: Workspace, ids: list[int]) -> None:
    old = workspace.datasets.get("x")
    workspace.datasets.change(ids[0], turns("a", "1"))
    assert workspace.datasets.get("x") == old


def test_nothing_to_learn_is_refused(workspace: Workspace, ids: list[int]) -> None:
    with pytest.raises(DataRefused, match="no answer"):
        workspace.datasets.change(ids[0], turns("a", " "))
    with pytest.raises(DataRefused, match="no question"):
        workspace.datasets.add("x", [Message("assistant", "a")])
    assert asked(workspace) == ["a", "b", "c", "d"]


def test_add_and_duplicate(workspace: Workspace, ids: list[int]) -> None:
    datasets = workspace.datasets
    new = datasets.add("x", turns("e", "5"), ("fresh",))
    copy = datasets.duplicate(ids[1])
    assert asked(workspace) == ["a", "b", "b", "c", "d", "e"]
    assert datasets.summaries("x")[2].id == copy
    assert datasets.example(new).tags == ("fresh",)
    assert len({one.line for one in datasets.summaries("x")}) == 6
    assert (datasets.get("x").rows, datasets.get("x").duplicates) == (6, 1)


def test_delete_and_restore(workspace: Workspace, ids: list[int]) -> None:
    datasets = workspace.datasets
    old = datasets.get("x").version
    datasets.delete(ids[1:3])
    assert asked(workspace) == ["a", "d"]
    assert [one.messages[0].content for one in datasets.examples("x")] == ["a", "d"]
    assert datasets.get("x").rows == 2
    with pytest.raises(NotFound):
        datasets.example(ids[1])
    datasets.restore(ids[1:3])
    assert asked(workspace) == ["a", "b", "c", "d"]
    assert datasets.get("x").version == old


def test_what_was_deleted_is_gone_at_the_next_start(workspace: Workspace, ids: list[int], tmp_path: Path) -> None:
    workspace.datasets.delete(ids[:1])
    version = workspace.datasets.get("x").version
    folder = workspace.folder
    workspace.close()
    with Workspace.open(folder) as again:
        assert again.datasets.get("x").version == version
        assert again.database.value("SELECT count(*) FROM example_messages") == 3


def test_tags(workspace: Workspace, ids: list[int]) -> None:
    datasets = workspace.datasets
    version = datasets.get("x").version
    datasets.tag(ids[:2], ["good", " two  words ", "good"])
    before = datasets.add_tag(ids[1:3], "short\n")
    assert datasets.tags("x") == {"good": 2, "two words": 2, "short": 2}
    assert datasets.summaries("x")[1].tags == ("good", "two words", "short")
    assert [one.id for one in datasets.summaries("x", filter=Filter(tags=("good", "short")))] == [ids[1]]
    assert datasets.get("x").version == version
    datasets.set_tags(before)
    assert datasets.tags("x") == {"good": 2, "two words": 2}


def test_export_carries_tags(workspace: Workspace, ids: list[int], take: Take, tmp_path: Path) -> None:
    workspace.datasets.tag(ids[:1], ["good"])
    again = take(workspace.datasets.export("x", tmp_path / "y.jsonl"))
    assert again.examples[0].tags == ("good",)
    assert "Not used" not in again.told
    assert again.dataset.version == workspace.datasets.get("x").version


def test_a_version_that_a_run_used_is_kept(workspace: Workspace, ids: list[int]) -> None:
    datasets = workspace.datasets
    version = datasets.get("x").version
    used_by_a_run(workspace, version)
    datasets.change(ids[0], turns("A", "one"))
    datasets.delete(ids[2:])
    old = datasets.get(f"x@{version}")
    assert [one.messages[0].content for one in datasets.examples(old)] == ["a", "b", "c", "d"]
    assert [one.id for one in datasets.list()] == [datasets.get("x").id]
    assert asked(workspace) == ["A", "b"]
    assert datasets.get(f"x@{datasets.get('x').version[:8]}") == datasets.get("x")


def test_a_version_that_no_run_used_makes_no_copy(workspace: Workspace, ids: list[int]) -> None:
    version = workspace.datasets.get("x").version
    workspace.datasets.change(ids[0], turns("A", "one"))
    with pytest.raises(NotFound):
        workspace.datasets.get(f"x@{version}")


def test_rename_keeps_versions(workspace: Workspace, ids: list[int]) -> None:
    datasets = workspace.datasets
    version = datasets.get("x").version
    used_by_a_run(workspace, version)
    assert datasets.rename("x", " y ").name == "y"
    datasets.delete(ids[:1])
    assert datasets.get(f"x@{version}").rows == 4  # as the run calls it
    datasets.create("x")
    with pytest.raises(DataRefused, match="already"):
        datasets.rename("y", "x")


def test_remove_and_bring_back(workspace: Workspace, ids: list[int]) -> None:
    datasets = workspace.datasets
    old = datasets.get("x")
    taken = datasets.remove("x")
    assert datasets.list() == []
    with pytest.raises(NotFound):
        datasets.get(f"x@{old.version}")
    datasets.bring_back(taken)
    assert datasets.get("x") == old


def test_an_answer_becomes_an_example(workspace: Workspace) -> None:
    datasets = workspace.datasets
    with pytest.raises(DataRefused):
        datasets.add_example(turns("q", ""), dataset="From chat")
    assert datasets.list() == []
    datasets.add_example(turns("q", "a"), dataset="From chat", source="comparison 1")
    datasets.add_example(turns("r", "b"), dataset="From chat", source="comparison 2")
    assert asked(workspace, "From chat") == ["q", "r"]
    assert datasets.get("From chat").rows == 2


def test_search(take: Take, workspace: Workspace) -> None:
    pairs = [("Größe der LAMPE?", 'Say "hi" \\ there'), ("退款 policy", "30 days_really"), ("user", "role content")]
    take(rows(*pairs), "x.jsonl")

    def found(search: str) -> list[int]:
        return [one.position for one in workspace.datasets.summaries("x", search)]

    assert found("lampe") == found("größe") == found("GRÖSSE lampe") == [0]
    assert found('"hi" \\') == [0]
    assert found("退款") == found("days_") == [1]
    assert found("d_ys") == found("%") == []
    assert found("user") == found("content") == [2]  # not the names in the stored form
    assert found("lampe policy") == []
    workspace.datasets.tag([workspace.datasets.summaries("x")[2].id], ["Formal"])
    assert found("formal") == [2]


@given(st.text(min_size=1, max_size=6), st.text(max_size=5), st.text(max_size=5))
def test_a_piece_of_a_text_finds_it(piece: str, before: str, after: str) -> None:
    from engine.tune.browsing import _like

    text = before + piece + after
    if not piece.isascii() or not text.isascii():
        return
    sql = sqlite3.connect(":memory:")
    stored = json.dumps(text, ensure_ascii=False)
    assert sql.execute("SELECT ? LIKE ?", (stored, _like(piece.casefold()))).fetchone()[0] == 1


def test_filters_and_orders(workspace: Workspace, ids: list[int]) -> None:
    datasets = workspace.datasets
    datasets.change(ids[2], turns("Z", "9"))
    assert [one.id for one in datasets.summaries("x", filter=Filter(edited=True))] == [ids[2]]
    assert [one.id for one in datasets.summaries("x", filter=Filter(ids=(ids[3], ids[0])))] == [ids[0], ids[3]]
    ordered = datasets.summaries("x", order="question", descending=True)
    assert [one.question for one in ordered] == ["Z", "d", "b", "a"]


def test_findings_lead_to_their_examples(take: Take, workspace: Workspace) -> None:
    take(rows(("why so?", "Because it is."), ("how?", "Like this one."), ("why so", "For no reason.")), "x.jsonl")
    datasets = workspace.datasets
    new = datasets.add("x", turns("Why so!", "Nobody can say."))
    [finding] = [one for one in datasets.lint("x", Task()) if one.kind == "contradiction"]
    first = datasets.summaries("x")
    assert datasets.at_lines("x", finding.rows) == (first[0].id, first[2].id, new)


def test_divided(take: Take, workspace: Workspace) -> None:
    take(rows(*((f"question {i}", "a") for i in range(60))), "x.jsonl")
    divided = workspace.datasets.divided("x")
    train, held = workspace.datasets.split("x")
    assert divided.train == tuple(one.id for one in train)
    assert divided.held_out == tuple(one.id for one in held)


def test_lengths_are_those_of_training(workspace: Workspace, ids: list[int]) -> None:
    datasets = workspace.datasets
    found = datasets.lengths("x", "starter", Task())
    tokens = {one.id: one.tokens for one in datasets.summaries("x")}
    taught = datasets.taught(datasets.example(ids[0]).messages, "starter")
    assert tokens[ids[0]] == len(taught.tokens)
    assert "".join(token.text for token in taught.tokens if token.learnt).startswith("1")
    assert sum(found.histogram(10)[1]) == 4
    datasets.change(ids[0], turns("a", "a longer answer than before"))
    assert datasets.summaries("x")[0].tokens is None
    assert datasets.lengths("x", "starter", Task()).longest > found.longest
    assert len(datasets.summaries("x", filter=Filter(longer_than=found.longest))) == 1


def test_an_older_workspace_keeps_its_examples(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    sql = sqlite3.connect(folder / "workspace.sqlite3")
    migrations = Path(__file__).parents[2] / "store/migrations/workspace"
    sql.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY, done_at TEXT NOT NULL)")
    for file in sorted(migrations.glob("00[1-5]*.sql")):
        sql.executescript(file.read_text())
        sql.execute("INSERT INTO migrations VALUES (?, '')", (file.stem,))
    sql.execute("INSERT INTO datasets VALUES (1, 'x', 'v', 2, 0, 0, '{\"format\": \"m\"}', '', '', '')")
    for place, (question, answer) in enumerate([("a\nb", "1"), ("c", "2")]):
        system = {"role": "system", "content": "s"}
        said = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        sql.execute("INSERT INTO examples VALUES (1, ?, ?, ?)", (place, place + 1, json.dumps([system, *said])))
    sql.commit()
    sql.close()
    with Workspace.open(folder) as workspace:
        assert [(one.question, one.answer) for one in workspace.datasets.summaries("x")] == [("a b", "1"), ("c", "2")]
        assert workspace.datasets.examples("x")[0].messages[1].content == "a\nb"
