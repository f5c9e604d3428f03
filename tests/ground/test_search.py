"""Query building and fusion (pure), and the embedder against its reference."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.ground import minilm
from engine.ground.embed import SIZE, Embedder, _batches
from engine.ground.query import fts_query, words
from engine.ground.search import Searcher, fuse
from store.collections import Collections
from store.documents import Documents, NewChunk, NewContent
from store.exact import Exact


def test_stop_words_go_unless_there_is_nothing_else() -> None:
    assert words("How long is the refund window?") == ["long", "refund", "window"]
    assert words("what is it") == ["what", "is", "it"]


def test_common_words_go_and_rare_ones_come_first() -> None:
    counts = {'"company"': 900, '"refund"': 12, '"x-204"': 1, '"nothing"': 0}
    query = fts_query("The company refund X-204 nothing", 1000, lambda word, limit: min(limit, counts[word]))
    assert query == '"x-204" OR "refund"'


@given(st.text(max_size=200) | st.text(st.characters(max_codepoint=0x7F), max_size=60))
@example("हिन्दी में किराया कितना है?")
def test_nothing_in_a_question_is_query_syntax(question: str) -> None:
    """Whatever is asked is looked for as words: the text itself is found by them, a text without them is not."""
    sql = sqlite3.connect(":memory:")
    sql.execute("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2')")
    sql.executemany("INSERT INTO words VALUES (?)", [(question,), ("",)])
    query = fts_query(question, 10, lambda word, limit: 1)
    found = {row for (row,) in sql.execute("SELECT rowid FROM words WHERE words MATCH ?", [query])} if query else set()
    sql.close()
    assert 2 not in found
    if question.isascii() and any(map(str.isalpha, question)):  # beyond, SQLite and Python differ in what a letter is
        assert found == {1}


def test_fusion_adds_reciprocal_ranks_and_keeps_scores() -> None:
    hits = fuse([(1, 0.9), (2, 0.8)], [(2, 7.0), (3, 5.0)])
    assert [hit.chunk for hit in hits] == [2, 1, 3]
    best = hits[0]
    assert best.score == pytest.approx(1 / 62 + 1 / 61)
    assert (best.dense_rank, best.dense_score, best.lexical_rank, best.lexical_score) == (2, 0.8, 1, 7.0)
    assert (hits[1].lexical_rank, hits[2].dense_rank) == (None, None)


@given(st.lists(st.integers(1, 600), max_size=80))
def test_batches_hold_every_text_once(lengths: list[int]) -> None:
    batches = _batches(lengths)
    assert sorted(at for batch in batches for at in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= 2048 for batch in batches)


class Everything:
    """Stands for Chroma: it knows nothing of collections."""

    def __init__(self, documents: Documents) -> None:
        self._exact = Exact(documents)

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
        return self._exact.nearest(vector, limit)


class Fixed:
    """An embedder for which every question means the same."""

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        return np.eye(1, SIZE, dtype=np.float32).repeat(len(texts), 0)


def test_a_large_collection_is_searched_as_exactly_as_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = Documents(tmp_path)
    chance = np.random.default_rng(7)
    other = Collections(documents.database).ensure("Other")
    documents.add_root("/d", True, 1)
    for n in range(40):
        content = documents.add_content(
            NewContent(str(n), "t", f"lamp {n}", None, 0, ""), [NewChunk(0, 6, None, "", f"lamp {n}")]
        )
        documents.put(f"/d/{n}", "/d", str(n), 1, 1, "indexed", "", content)
        vector = chance.normal(size=(1, SIZE)).astype(np.float32)
        documents.add_vectors([one.id for one in documents.unembedded(content)], vector / np.linalg.norm(vector))
        documents.finish(content)
    Collections(documents.database).move(range(1, 40, 4), other)
    found = []
    for small in (5_000, 0):
        monkeypatch.setattr("engine.ground.search._SMALL", small)
        searcher = Searcher(documents, Everything(documents), Fixed(), other)  # type: ignore[arg-type]
        found.append([(one.chunk, one.dense_rank) for one in searcher.search("nothing", 20, 0)])
    assert found[0] == found[1] and len(found[0]) == 10
    documents.close()


def test_vectors_are_those_of_the_reference_implementation() -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    texts = ["A lamp.", "Refunds within 30 days, unless it was opened.", "空港 naïve café", "word " * 300, ""]
    ours = Embedder(threads=1).embed(texts)
    folder = str(minilm.folder())
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    batch = tokenizer(texts, padding=True, truncation=True, max_length=512, return_tensors="pt")
    with torch.no_grad():
        states = model(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    theirs = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1)).numpy()
    assert ours.shape == (len(texts), SIZE)
    assert (ours * theirs).sum(1).min() > 0.9999
    assert np.allclose(ours, theirs, atol=1e-4)
