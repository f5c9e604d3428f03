"""Every file format and every shape of rows, from small files; and what is refused, with which words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import DataRefused, NotFound
from engine.tune.formats import known_readers, known_shapes
from tests.data.conftest import Take

QA = [("user", "Was kostet es?"), ("assistant", "5 €")]
SHAPES = {
    "messages": {"messages": [{"role": "user", "content": "Was kostet es?"}, {"role": "assistant", "content": "5 €"}]},
    "ShareGPT": {"conversations": [{"from": "human", "value": "Was kostet es?"}, {"from": "gpt", "value": "5 €"}]},
    "pairs of turns": {"conversation": [{"human": "Was kostet es?", "assistant": "5 €"}]},
    "Alpaca": {"instruction": "Was kostet es?", "input": "", "output": "5 €"},
    "prompt and completion": {"question": "Was kostet es?", "answer": "5 €"},
}


def test_every_known_shape_has_a_test() -> None:
    assert {shape.title for shape in known_shapes()} == SHAPES.keys()
    assert len(known_readers()) == 3


@pytest.mark.parametrize("title", SHAPES)
def test_shapes(take: Take, title: str) -> None:
    taken = take(json.dumps(SHAPES[title]))
    assert taken.turns() == QA
    assert json.loads(taken.dataset.mapping)["format"] == title
    assert title in taken.told and "←" in taken.told


def test_system_history_and_input_are_kept(take: Take) -> None:
    row = {"system": "Be kind.", "instruction": "Sum", "input": "1 2", "output": "3", "history": [["Hi", "Hello"]]}
    assert take(json.dumps(row)).turns() == [
        ("system", "Be kind."),
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "Sum\n\n1 2"),
        ("assistant", "3"),
    ]


def test_conversational_prompt_and_completion(take: Take) -> None:
    row = {"prompt": [{"role": "user", "content": "Q"}], "completion": [{"role": "assistant", "content": "A"}]}
    assert take(json.dumps(row)).turns() == [("user", "Q"), ("assistant", "A")]


def test_json_array_and_single_object(take: Take) -> None:
    rows = [SHAPES["Alpaca"], SHAPES["Alpaca"]]
    assert take(json.dumps(rows, indent=2), "a.json").dataset.rows == 2
    assert take(json.dumps(rows[0], indent=2), "b.json").dataset.rows == 1
    assert take("\n".join(map(json.dumps, rows)), "lines.json").dataset.rows == 2
    assert take(json.dumps(rows), "misnamed.jsonl").dataset.rows == 2


def test_conversations_without_an_object_around_them(take: Take) -> None:
    line = json.dumps(SHAPES["messages"]["messages"])
    assert take(line).turns() == QA
    assert take(f"{line}\n{line}").dataset.rows == 2
    assert take(f"[{line}, {line}]", "a.json").dataset.rows == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'prompt,completion\n"Was kostet\nes, bitte?","5 €, ""nur"" heute"\n'),
        ("b.csv", 'prompt;completion\n"Was kostet\nes, bitte?";"5 €, ""nur"" heute"\n'),
        ("c.tsv", 'prompt\tcompletion\n"Was kostet\nes, bitte?"\t"5 €, ""nur"" heute"\n'),
    ],
)
def test_delimited(take: Take, name: str, text: str) -> None:
    assert take(text, name).turns() == [("user", "Was kostet\nes, bitte?"), ("assistant", '5 €, "nur" heute')]


def test_parquet(take: Take, tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    path = tmp_path / "chat.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([SHAPES["messages"]] * 3), path)
    taken = take(path)
    assert taken.dataset.rows == 3
    assert taken.turns() == QA
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataRefused, match="not a whole Parquet file"):
        take(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
def test_encodings(take: Take, name: str, encoding: str) -> None:
    text = json.dumps({"prompt": "Größe über €5 – ça va?", "completion": "Ü"}, ensure_ascii=False)
    if name == "a.csv":
        text = "prompt,completion\nGröße über €5 – ça va?,Ü\n"
    taken = take(text.encode(encoding), name)
    assert taken.turns() == [("user", "Größe über €5 – ça va?"), ("assistant", "Ü")]
    assert encoding == "utf-8" or "utf-" in encoding or "cp1252" in taken.told


def test_a_damaged_byte_costs_its_row_not_the_file(take: Take) -> None:
    good = json.dumps({"prompt": "Über Größe?", "completion": "ja"}, ensure_ascii=False).encode()
    taken = take(b"\n".join([good, good.replace(b"ja", b"\xff"), good]))
    assert (taken.dataset.rows, taken.dataset.encoding) == (2, "utf-8")
    assert [(row.line, row.reason) for row in taken.bad] == [(2, "holds bytes that are not text")]


def test_two_text_columns_of_any_name(take: Take) -> None:
    assert take("mr,ref\nname[X],X is a pub.\n", "e2e.csv").turns() == [
        ("user", "name[X]"),
        ("assistant", "X is a pub."),
    ]


def test_mapping_can_be_given(take: Take) -> None:
    rows = "a,b,c\nx,y,z\n"
    with pytest.raises(DataRefused, match=r"columns \(a, b, c\) do not say"):
        take(rows, "t.csv")
    taken = take(rows, "t.csv", {"prompt": "c", "completion": "a"})
    assert taken.turns() == [("user", "z"), ("assistant", "x")]
    assert "Not used: b" in taken.told
    with pytest.raises(DataRefused, match="no column 'd'"):
        take(rows, "t.csv", {"prompt": "d", "completion": "a"})
    with pytest.raises(DataRefused, match="No format has the fields"):
        take(rows, "t.csv", {"ask": "c"})


def test_mapping_reaches_into_columns(take: Take) -> None:
    row = {"prompt": [{"role": "user", "content": "x"}], "extra": {"q": "Q", "a": "A"}}
    assert take(json.dumps(row), mapping={"prompt": "extra.q", "completion": "extra.a"}).turns() == [
        ("user", "Q"),
        ("assistant", "A"),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"prompt": "Q"}', "completion is missing"),
        ('{"prompt": "Q", "completion": null}', "completion is missing"),
        ('{"prompt": "Q", "completion": {"a": 1}}', "completion is an object, not text"),
        ('{"prompt": "Q", "completion": " "}', "has no answer to learn"),
        ('{"prompt": "", "completion": "A"}', "has no question"),
        ('{"prompt": "Q", "completion": "A"', "is not valid JSON"),
        ('"Q"', "is not an object"),
        ("[1, 2]", "is not an object"),
    ],
)
def test_bad_rows_are_listed_and_the_others_kept(take: Take, row: str, reason: str) -> None:
    good = '{"prompt": "Q", "completion": "A"}'
    taken = take(f"{good}\n\n{row}\n{good}\n")
    assert taken.dataset.rows == 2
    assert len(taken.bad) == taken.dataset.bad_rows == 1
    assert taken.bad[0].line == 3
    assert reason in taken.bad[0].reason
    assert taken.bad[0].text.startswith(row[:10])
    assert "1 row could not be used" in taken.told


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        ({"role": "tool", "content": "4"}, "turn 2 has the role 'tool'"),
        ({"content": "4"}, "turn 2 has no role"),
        ({"role": "assistant", "content": "", "tool_calls": [{}]}, "turn 2 calls a tool"),
        ({"role": "assistant", "content": [{"type": "image_url"}]}, "only text can be learnt"),
        ({"role": "assistant"}, "the text of turn 2 is missing"),
        ({"role": "user", "content": "And?"}, "has no answer to learn"),
    ],
)
def test_bad_turns(take: Take, turn: dict[str, object], reason: str) -> None:
    bad = {"messages": [{"role": "user", "content": "Q"}, turn]}
    taken = take("\n".join([json.dumps(SHAPES["messages"]), json.dumps(bad)]))
    assert taken.dataset.rows == 1
    assert reason in taken.bad[0].reason


def test_bad_csv_rows(take: Take) -> None:
    taken = take('prompt,completion\na,b\nc\nd,e,f\n"g"h,i\nj,k\n"l,m\nn,o\n', "t.csv")
    assert [example.messages[0].content for example in taken.examples] == ["a", "j"]
    assert [(row.line, row.reason.partition(", so")[0]) for row in taken.bad] == [
        (3, "has 1 cells where the header has 2"),
        (4, "has 3 cells where the header has 2"),
        (5, "cannot be read (',' expected after '\"')"),
        (7, "opens a quotation mark that is never closed"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jsonl", b"", "is empty"),
        ("a.jsonl", b" \n\n", "is empty"),
        ("a.json", b"[]", "has no rows"),
        ("a.csv", b"prompt,completion\n", "has no rows"),
        ("a.csv", b"prompt,prompt\na,b\n", "twice"),
        ("a.json", b'[{"prompt": "Q"', "not valid JSON"),
        ("a.jsonl", b'{"prompt": "Q"\n{"prompt"\n', "No row of a.jsonl can be learnt from: line 1"),
        ("a.jsonl", b'{"prompt": "Q", "completion": ""}\n', "No row of a.jsonl can be learnt from: line 1"),
        ("a.exe", b"MZ", "not a kind of file"),
        ("a.txt", b"Just text.", "not a kind of file"),
        ("a.json", b'["x", "y"]', "No row of a.json"),
        ("a.json", b"[" * 100_000, "not valid JSON"),
    ],
)
def test_what_cannot_be_a_dataset_is_refused(take: Take, name: str, content: bytes, words: str) -> None:
    with pytest.raises(DataRefused, match=words):
        take(content, name)


def test_no_such_file_and_folders(take: Take, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        take(tmp_path / "none.jsonl")
    with pytest.raises(DataRefused, match="is a folder"):
        take(tmp_path)
