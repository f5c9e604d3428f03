"""Versions, names, split, preview, export; what survives a kill, a cancel and a read-only workspace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Cancelled, DataRefused, NotFound, ReadOnly
from engine.events import Event, Progress
from engine.process import ROOT
from engine.task import Task
from engine.tune.intake import canonical
from engine.tune.split import split
from engine.types import Example, Message
from engine.workspace import Workspace
from tests.data.conftest import Take

CONTROL = ["<|im_end|>", "<|eot_id|>", "</s>", "[INST]", "<start_of_turn>"]
text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
said = text.filter(lambda t: bool(t.strip())) | st.sampled_from(CONTROL)
turn = st.builds(Message, st.sampled_from(["user", "assistant", "system"]), text)
conversation = st.builds(
    lambda more, q, a: (*more, Message("user", q), Message("assistant", a)), st.lists(turn, max_size=3), said, said
)


def rows(*pairs: tuple[str, str]) -> str:
    return "\n".join(json.dumps({"prompt": q, "completion": a}) for q, a in pairs)


@settings(max_examples=40, deadline=None)
@given(st.lists(conversation, min_size=1, max_size=8))
def test_import_of_export_is_the_same(conversations: list[tuple[Message, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Workspace.open(Path(folder) / "w") as workspace:
        first = Path(folder) / "first.jsonl"
        first.write_bytes(b"\n".join(b'{"messages":' + canonical(c) + b"}" for c in conversations))
        one = workspace.datasets.import_file(first, Task())
        assert [example.messages for example in workspace.datasets.examples(one)] == conversations
        again = workspace.datasets.export("first", Path(folder) / "second.jsonl")
        two = workspace.datasets.import_file(again, Task())
        assert two.version == one.version
        assert workspace.datasets.examples("second") == workspace.datasets.examples("first")


def test_version_follows_content_not_name_or_format(take: Take) -> None:
    pairs = [("a", "b"), ("c", "d")]
    one = take(rows(*pairs), "one.jsonl").dataset
    two = take("question;answer\na;b\nc;d\n", "two.csv").dataset
    assert (one.version, one.name, two.name) == (two.version, "one", "two")
    assert take(rows(*reversed(pairs)), "three.jsonl").dataset.version != one.version
    assert take(rows(("ab", "")) + "\n" + rows(*pairs), "four.jsonl").dataset.version == one.version


def test_importing_again_adds_a_version_and_the_same_content_none(take: Take, workspace: Workspace) -> None:
    old = take(rows(("a", "b")), "x.jsonl").dataset
    new = take(rows(("a", "c")), "x.jsonl").dataset
    assert workspace.datasets.get("x") == new
    assert workspace.datasets.get(f"x@{old.version[:8]}") == old
    assert workspace.datasets.examples(f"x@{old.version}")[0].messages[1].content == "b"
    back = take(rows(("a", "b")), "x.jsonl").dataset
    assert (back.version, len(workspace.datasets.list())) == (old.version, 2)
    with pytest.raises(NotFound, match="no dataset 'y'"):
        workspace.datasets.get("y")


def test_duplicates_are_told_and_kept(take: Take) -> None:
    taken = take(rows(("a", "b"), ("a", "b"), ("c", "d"), ("a", "b")))
    assert (taken.dataset.rows, taken.dataset.duplicates) == (4, 2)
    assert "2 rows exactly repeat" in taken.told


def test_one_row_is_warned_about(take: Take) -> None:
    taken = take(rows(("a", "b")))
    assert "only one example" in taken.told
    assert split(taken.examples, 0.1, 1) == (taken.examples, [])


@settings(max_examples=30, deadline=None)
@given(st.lists(conversation, max_size=10), conversation, st.integers(0, 9))
def test_adding_rows_moves_none(conversations: list[tuple[Message, ...]], more: tuple[Message, ...], seed: int) -> None:
    some = [(Message("user", f"q{i}"), Message("assistant", "a")) for i in range(60)]  # enough for both sides
    before = [Example(c, line) for line, c in enumerate([*some, *conversations])]
    train, held = split(before, 0.5, seed)
    assert sorted([*train, *held], key=lambda e: e.line) == before
    after_train, after_held = split([*before, Example(more, 99)], 0.5, seed)
    assert train and held
    assert set(train) <= set(after_train)
    assert set(held) <= set(after_held)


def test_split_shares_and_seeds() -> None:
    examples = [Example((Message("user", f"q{i}"), Message("assistant", "a")), i) for i in range(2000)]
    train, held = split(examples, 0.1, 1)
    assert 150 < len(held) < 250
    assert split(examples, 0.1, 1) == (train, held)
    assert split(examples, 0.1, 2)[1] != held
    assert split(examples, 0, 1)[1] == []
    assert [len(side) for side in split(examples[:2], 0.1, 1)] == [1, 1]


def test_the_same_question_is_on_one_side() -> None:
    examples = [
        Example((Message("user", f" Why  {i}?".upper() if j else f"why {i}?"), Message("assistant", str(j))))
        for i in range(60)
        for j in range(2)
    ]
    train, held = split(examples, 0.3, 1)
    questions = [{" ".join(e.messages[0].content.casefold().split()) for e in side} for side in (train, held)]
    assert questions[1] and not questions[0] & questions[1]


def test_export_does_not_overwrite(take: Take, workspace: Workspace, tmp_path: Path) -> None:
    take(rows(("a", "b")), "x.jsonl")
    with pytest.raises(DataRefused, match="exists already"):
        workspace.datasets.export("x", tmp_path / "x.jsonl")


def test_fifty_thousand_rows(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl"
    path.write_text(rows(*((f"question {i} " * 5, f"answer {i} " * 20) for i in range(50_000))))
    events: list[Event] = []
    dataset = workspace.datasets.import_file(path, Task(events.append))
    assert dataset.rows == 50_000
    assert len([event for event in events if isinstance(event, Progress)]) == 50
    assert [e.line for e in workspace.datasets.examples(dataset, 49_998)] == [49_999, 50_000]


def test_a_cancelled_import_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(rows(*((str(i), "a") for i in range(5000))))
    task = Task(lambda event: task.cancel() if isinstance(event, Progress) and event.done >= 2000 else None)
    with pytest.raises(Cancelled):
        workspace.datasets.import_file(path, task)
    assert workspace.datasets.list() == []
    assert workspace.database.value("SELECT count(*) FROM examples") == 0
    assert workspace.datasets.import_file(path, Task()).rows == 5000


def test_a_killed_import_leaves_what_was_there(tmp_path: Path) -> None:
    good, slow = tmp_path / "good.jsonl", tmp_path / "slow.jsonl"
    good.write_text(rows(("a", "b")))
    slow.write_text(rows(*((str(i), "a") for i in range(20_000))))
    script = (
        "import time; from pathlib import Path; from engine.task import Task; from engine.workspace import Workspace\n"
        f"w = Workspace.open(Path({str(tmp_path / 'w')!r})); w.datasets.import_file(Path({str(good)!r}), Task())\n"
        "def tell(event):\n"
        "    if getattr(event, 'done', 0) >= 3000: print('now', flush=True); time.sleep(60)\n"
        f"w.datasets.import_file(Path({str(slow)!r}), Task(tell))"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "now\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with Workspace.open(tmp_path / "w") as workspace:
        assert [dataset.name for dataset in workspace.datasets.list()] == ["good"]
        assert workspace.database.value("SELECT count(*) FROM examples") == 1
        assert workspace.datasets.import_file(slow, Task()).rows == 20_000


def test_a_read_only_workspace_can_be_read(take: Take, workspace: Workspace, tmp_path: Path) -> None:
    taken = take(rows(("a", "b")), "x.jsonl")
    with Workspace.open(workspace.folder, read_only=True) as looking:
        assert looking.datasets.examples("x") == taken.examples
        assert looking.datasets.preview("x")[0]["messages"][1]["content"] == "b"
        with pytest.raises(ReadOnly):
            looking.datasets.import_file(tmp_path / "x.jsonl", Task())


def test_preview_without_a_model(take: Take, workspace: Workspace) -> None:
    take(rows(*((str(i), "a") for i in range(9))), "x.jsonl")
    found = workspace.datasets.preview("x", 2)
    assert [row["line"] for row in found] == [1, 2]
    assert found[0] == {
        "line": 1,
        "messages": [{"role": "user", "content": "0"}, {"role": "assistant", "content": "a"}],
        "tokens": None,
    }


def test_preview_shows_what_a_model_learns(take: Take, workspace: Workspace) -> None:
    take(rows(("Is <|im_end|> a word?", "It is text, like </s>.")), "x.jsonl")
    tokens = workspace.datasets.preview("x", 1, "starter")[0]["tokens"]
    learnt = "".join(token["text"] for token in tokens if token["label"] != -100)
    assert learnt.startswith("It is text, like </s>.")
    assert "<|im_end|> a word?" in "".join(token["text"] for token in tokens if token["label"] == -100)
