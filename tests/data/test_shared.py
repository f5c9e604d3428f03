"""Files that nobody here wrote: every one is imported, or refused with a reason; nothing is lost silently."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import DataRefused
from engine.task import Task
from engine.workspace import Workspace
from tests.data.conftest import Take

# file: (examples, bad rows); None where the whole file is refused
TUNING: dict[str, tuple[int, int] | None] = {
    "e2e_text_to_slots/devset.csv": (4672, 0),
    "formats/examples/demo_data/multi_turn_1/data.json": (2, 0),
    "formats/examples/demo_data/multi_turn_2/data.json": (2, 0),
    "formats/examples/demo_data/pretrain/data.json": None,  # text without questions
    "formats/examples/demo_data/single_turn/data.json": (2, 0),
    "formats/swift/alpaca.csv": (3, 0),
    "formats/swift/alpaca.jsonl": (3, 0),
    "formats/swift/alpaca2.csv": (3, 0),
    "formats/swift/chatml.jsonl": (3, 0),
    "formats/swift/conversations.jsonl": (3, 0),
    "formats/swift/multi_modal_1.jsonl": (3, 0),
    "formats/swift/multi_modal_2.jsonl": (3, 0),  # its images are told as not used
    "formats/swift/multi_modal_3.jsonl": (3, 0),
    "formats/swift/sharegpt.jsonl": (3, 0),
    "formats/swift/swift_multi.json": (3, 0),
    "formats/swift/swift_multi.jsonl": (3, 0),
    "formats/swift/swift_pre.csv": None,
    "formats/swift/swift_pre.jsonl": None,
    "formats/swift/swift_single.csv": (3, 0),
    "formats/swift/swift_single.jsonl": (3, 0),
    "formats/tests/resource/gsm8k_train_example_data.jsonl": None,  # prompts only; see the test of mappings
    "formats/tests/resource/gsm8k_val_example_data.jsonl": None,
    "formats/tests/resource/openai_sft.jsonl": (128, 0),
    "formats/tests/resource/pretrain_example_data.jsonl": None,
    "formats/tests/resource/qwen35_tokenize_data.jsonl": (6, 11),  # the bad ones call tools
    "formats_axolotl/alpaca/alpaca.json": (2, 0),
    "formats_axolotl/conversation.json": (1, 0),
    "formats_axolotl/conversation.missingturns.json": (1, 0),
    "formats_axolotl/conversation.tokenized.json": None,
    "formats_axolotl/conversation.tokenized_llama2chat.json": None,
    "llamafactory/LICENSE": None,
    "llamafactory/alpaca_en_demo.json": (999, 0),
    "llamafactory/dataset_info.json": None,
    "llamafactory/glaive_toolcall_en_demo.json": (147, 153),  # the bad ones call functions
    "llamafactory/identity.json": (91, 0),
    "llamafactory/v1_sft_demo.jsonl": (500, 0),
    "style_shakespeare/valid.modern.nltktok": None,
    "style_shakespeare/valid.original.nltktok": None,
}


def test_the_list_is_complete(shared_data: Path) -> None:
    folder = shared_data / "tuning"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == TUNING.keys()


@pytest.mark.parametrize("name", TUNING)
def test_tuning_files(take: Take, shared_data: Path, name: str) -> None:
    path = shared_data / "tuning" / name
    expected = TUNING[name]
    if expected is None:
        with pytest.raises(DataRefused) as caught:
            take(path)
        assert caught.value.remedy
        return
    taken = take(path)
    assert (taken.dataset.rows, taken.dataset.bad_rows) == expected
    assert len(taken.bad) == expected[1]
    assert all(row.reason and row.line for row in taken.bad)


def test_gsm8k_with_a_mapping(take: Take, shared_data: Path) -> None:
    path = shared_data / "tuning/formats/tests/resource/gsm8k_train_example_data.jsonl"
    taken = take(path, mapping={"prompt": "extra_info.question", "completion": "extra_info.answer"})
    assert taken.dataset.rows == len(path.read_text().splitlines())
    assert taken.turns()[0][1].startswith("Natalia sold clips")
    assert taken.turns()[1][1].endswith("#### 72")


def _json_files(shared_data: Path, start: str) -> list[Path]:
    return sorted((shared_data / "hostile/json").glob(f"{start}_*.json"))


def test_hostile_json_as_whole_files(take: Take, shared_data: Path) -> None:
    refused = 0
    for path in _json_files(shared_data, "[yni]"):
        with pytest.raises(DataRefused) as caught:  # none of them is a dataset, valid or not
            take(path)
        refused += 1
        if path.name.startswith("y_"):  # valid: the reason is what it says, not how it is written
            assert "JSON" not in caught.value.what, path.name
    assert refused == 106


def test_hostile_json_inside_rows(workspace: Workspace, shared_data: Path, tmp_path: Path) -> None:
    """Invalid JSON costs its own row; valid text arrives as any parser reads it."""
    good = b'{"prompt": "Q", "completion": "A"}'
    for path in _json_files(shared_data, "[yni]"):
        value = path.read_bytes()
        if b"\n" in value.strip() or b"\0" in value:
            continue
        file = tmp_path / "rows.jsonl"
        file.write_bytes(good + b'\n{"prompt": "x", "completion": ' + value.strip() + b"}\n" + good)
        dataset = workspace.datasets.import_file(file, Task())
        examples = workspace.datasets.examples(dataset)
        assert [e.line for e in examples if e.line != 2] == [1, 3], path.name
        if path.name.startswith("n_"):
            assert [row.line for row in workspace.datasets.bad_rows(dataset)] == [2], path.name
        elif path.name.startswith("y_string") and str(json.loads(value)[0]).strip():
            assert len(examples) == 3 or not isinstance(json.loads(value), str), path.name


def test_naughty_strings_come_back_exactly(workspace: Workspace, shared_data: Path, tmp_path: Path) -> None:
    strings = json.loads((shared_data / "hostile/naughty_strings/blns.json").read_text(encoding="utf-8"))
    said = [text for text in strings if text.strip()]
    assert len(said) > 500
    for name, encoded in {"a.jsonl": _lines(said), "b.csv": _csv(said)}.items():
        (tmp_path / name).write_bytes(encoded)
        dataset = workspace.datasets.import_file(tmp_path / name, Task())
        assert dataset.bad_rows == 0
        assert [e.messages[0].content for e in workspace.datasets.examples(dataset)] == said
        assert [e.messages[1].content for e in workspace.datasets.examples(dataset)] == said
    exported = workspace.datasets.export("a", tmp_path / "out" / "c.jsonl")
    assert workspace.datasets.import_file(exported, Task()).version == workspace.datasets.get("a").version


def _lines(texts: list[str]) -> bytes:
    return "\n".join(json.dumps({"prompt": t, "completion": t}, ensure_ascii=False) for t in texts).encode()


def _csv(texts: list[str]) -> bytes:
    import csv
    import io

    out = io.StringIO(newline="")
    csv.writer(out).writerows([["prompt", "completion"], *([t, t] for t in texts)])
    return out.getvalue().encode()
