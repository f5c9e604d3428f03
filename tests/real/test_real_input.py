"""The whole job on what nobody here wrote: index, import, tune, convert, gate, answer in four arms, score, report.

The model is TinyStories-656K, a real pretrained Llama that knows only children's stories, so its answers are nonsense
about filings; what is tested is that every part works on real input, not that this model is good.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.ground.limits import Limits
from engine.task import Task
from engine.tune.recipe import Recipe
from engine.types import FOUR_ARMS, Arm
from engine.workspace import Workspace
from store.datasets import Dataset
from store.documents import Document
from store.models import Model
from store.runs import Run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
PAIRS = 400  # of the style set's 1,218 lines
STEPS = 40
QUESTION = "What were the consolidated net sales of 3M in 2022?"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, network_log: Path) -> Iterator[Workspace]:
    """One workspace for the whole job, in a place with a space and letters of three alphabets."""
    folder = tmp_path_factory.mktemp("real") / "Ærøskøbing рабочее место 仕事"
    with Workspace.open(folder) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def filings(opened: Workspace, shared_data: Path) -> list[Document]:
    """The five filings, indexed."""
    pages = [shared_data / "retrieval" / "financebench" / name for name in sorted(FILINGS)]
    return opened.documents.add(pages, Task())


@pytest.fixture(scope="module")
def oddities(opened: Workspace, filings: list[Document], shared_data: Path) -> list[Document]:
    """The 143 documents, good, odd, encrypted, scanned, truncated and hostile; of long ones, the first 60 pages."""
    return opened.documents.add([shared_data / "documents"], Task(), limits=Limits(characters=100_000))


@pytest.fixture(scope="module")
def style(opened: Workspace, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Modern lines and the same in Early Modern English, as a table of two columns."""
    source = shared_data / "tuning" / "style_shakespeare"
    modern, original = (
        (source / f"valid.{era}.nltktok").read_text(encoding="utf-8").splitlines()[:PAIRS]
        for era in ("modern", "original")
    )
    table = tmp_path_factory.mktemp("style") / "Shakespeare’s style.tsv"
    rows = [f"{plain}\t{old}" for plain, old in zip(modern, original, strict=True)]
    table.write_text("\n".join(["prompt\tcompletion", *rows]) + "\n", encoding="utf-8")
    return opened.datasets.import_file(table, Task(), name="early modern")


@pytest.fixture(scope="module")
def model(opened: Workspace, shared_data: Path) -> Model:
    """The real pretrained model: its Hugging Face folder, and its GGUF whose vocabulary is 256 tokens longer."""
    folder = shared_data / "models" / "tinystories656k"
    gguf = next((folder / "derived").glob("*bytesafe.gguf"))
    return opened.models.add(str(folder), Task(), name="tinystories", pair=gguf)


@pytest.fixture(scope="module")
def run(opened: Workspace, model: Model, style: Dataset) -> Run:
    """The model tuned on the style."""
    recipe = Recipe.preset("quick").with_settings(
        [f"max_steps={STEPS}", "length=160", "batch=8", "grounded_share=0", "eval_every=20", "save_every=20"]
    )
    return opened.tuning.start(style.name, model.name, Task(), recipe=recipe, name="Bard")


FILINGS = {
    "3M_2022_10K.pdf",
    "BESTBUY_2024Q2_10Q.pdf",
    "BOEING_2022_10K.pdf",
    "PEPSICO_2022_10K.pdf",
    "ULTABEAUTY_2023Q4_EARNINGS.pdf",
}


def test_the_filings_are_found_by_page(opened: Workspace, filings: list[Document], shared_data: Path) -> None:
    assert {(Path(one.path).name, one.status) for one in filings} == {(name, "indexed") for name in FILINGS}
    lines = (shared_data / "retrieval" / "financebench" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    found = opened.documents.search_many([one["question"] for one in questions], 10)
    at_page = [
        any(
            (p.document, (p.page or 0) - 1) in {(e["document"], e["page_index"]) for e in one["evidence"]} for p in some
        )
        for one, some in zip(questions, found, strict=True)
    ]
    right = [any(p.path.endswith(one["document"]) for p in some) for one, some in zip(questions, found, strict=True)]
    assert sum(right) >= len(questions) - 2  # the right filing, among five
    assert sum(at_page) >= len(questions) // 4  # and often the very page, among hundreds


def test_every_odd_document_is_indexed_or_has_its_reason(oddities: list[Document], shared_data: Path) -> None:
    files = [path for path in (shared_data / "documents").rglob("*") if path.is_file()]
    assert {Path(one.path) for one in oddities} <= set(files)
    assert len(oddities) > 0.9 * len(files)
    kinds = Counter(one.status for one in oddities)
    assert kinds["indexed"] + kinds["partial"] > 80
    assert 0 < kinds["partial"] < 10  # those longer than the limit, which say so
    assert kinds["reading"] == 0
    assert [one.path for one in oddities if one.status not in ("indexed", "reading") and not one.reason] == []


def test_the_style_is_read_without_loss(opened: Workspace, style: Dataset) -> None:
    examples = opened.datasets.examples(style)
    assert len(examples) == style.rows == PAIRS  # a line that is there twice is told, and kept
    assert style.bad_rows == 0
    assert [message.role for message in examples[0].messages] == ["user", "assistant"]
    assert examples[0].messages[1].content.startswith("Lie thou there")


def test_the_longer_vocabulary_is_paired(opened: Workspace, model: Model) -> None:
    config = json.loads((Path(model.twin) / "config.json").read_text(encoding="utf-8"))
    assert model.vocabulary == config["vocab_size"] + 256


def test_the_run_learns_and_passes_the_gate(opened: Workspace, run: Run, model: Model) -> None:
    gate, metrics = json.loads(run.gate), json.loads(run.metrics)
    assert (run.state, gate["passed"], gate["cause"]) == ("done", True, ""), run.note
    assert gate["effect"] > 0
    assert run.base_sha256 == model.sha256
    assert Path(run.adapter).is_relative_to(opened.folder)
    assert metrics


def test_four_arms_answer_from_frozen_passages(opened: Workspace, filings: list[Document], run: Run) -> None:
    answers = {one.arm: one for one in opened.chat.answer(QUESTION, FOUR_ARMS, Task(), run=run.id, seed=7)}
    assert set(answers) == set(FOUR_ARMS)
    assert all(one.answer_tokens > 0 for one in answers.values())
    assert answers[Arm.BASE].adapter is answers[Arm.GROUNDED].adapter is None
    assert answers[Arm.TUNED].adapter == answers[Arm.BOTH].adapter == run.adapter_sha256
    assert answers[Arm.BASE].passages == answers[Arm.TUNED].passages == ()
    assert answers[Arm.GROUNDED].passages == answers[Arm.BOTH].passages != ()
    assert answers[Arm.BASE].answer != answers[Arm.TUNED].answer  # forty steps are enough to be heard
    for one in answers.values():
        assert one.budget
        assert one.prompt_tokens + one.answer_tokens <= one.budget.context
    again = opened.chat.answer(QUESTION, FOUR_ARMS, Task(), run=run.id, seed=7)
    assert [one.answer for one in again] == [answers[one.arm].answer for one in again]


def test_scores_and_a_report_that_stands_alone(opened: Workspace, filings: list[Document], run: Run) -> None:
    questions = opened.folder / "вопросы 質問.jsonl"
    lines = [
        {
            "id": f"q{number}",
            "question": f"How much did {name} sell?",
            "form": [{"check": "max_words", "words": 400}],
            "facts": [{"check": "value", "accept": ["34,229", "34.2 billion"]}],
        }
        for number, name in enumerate(("3M", "Boeing", "PepsiCo"))
    ]
    questions.write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")
    scorecard = opened.scoring.score(questions, Task(), run=run.id)
    plain = scorecard.plain()
    assert plain["questions"] == 3
    assert set(plain["arms"]) == {"base", "tuned", "grounded", "both"}
    report = opened.scoring.report(scorecard, opened.folder / "reports" / "Bericht für 3M.html")
    page = report.read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page)
    assert "PepsiCo" in page


def test_nothing_is_lost_when_it_is_opened_again(opened: Workspace, run: Run, filings: list[Document]) -> None:
    with Workspace.open(opened.folder, read_only=True) as reader:
        assert reader.tuning.get("Bard").adapter_sha256 == run.adapter_sha256
        assert reader.datasets.get("early modern").rows > 0
        assert {Path(one.path).name for one in reader.documents.list()} >= FILINGS
        assert reader.models.get("tinystories").sha256 == run.base_sha256
