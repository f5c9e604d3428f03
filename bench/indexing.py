"""Indexing, end to end, against the bare embedder on the same chunks; and how long a question takes.

    python -m bench.indexing [FILES]

The documents are made here: Markdown, HTML and text files of shuffled sentences of the sample, 8,000 characters each.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from pathlib import Path

from bench.common import Row, report
from engine.ground.embed import Embedder
from engine.ground.limits import Limits
from engine.ground.parse import parse
from engine.resources import SAMPLE
from engine.task import Task
from engine.workspace import Workspace
from store.documents import Documents, embedded

_ROUNDS = 2
_QUESTIONS = 200


def sentences() -> list[str]:
    """The sentences of the sample's documents."""
    texts = [parse(path, Limits()).text for path in sorted((SAMPLE / "documents").iterdir())]
    found = [s.strip() for text in texts for s in re.split(r"(?<=[.!?])\s+", text)]
    return [s for s in found if 30 < len(s) < 300 and not s.startswith("#")]


def write(folder: Path, files: int, seed: int) -> None:
    """Make documents; another seed makes others, so that no vector can be taken over."""
    chance, pool = random.Random(seed), sentences()
    for n in range(files):
        parts: list[str] = []
        while sum(map(len, parts)) < 8000:
            parts.append(" ".join(f"{s} No. {chance.randrange(10**6)}." for s in chance.sample(pool, 4)))
        name = folder / f"document{n:03}"
        if n % 3 == 0:
            name.with_suffix(".md").write_text("\n\n".join(f"## Part {i}\n\n{p}" for i, p in enumerate(parts)))
        elif n % 3 == 1:
            body = "".join(f"<h2>Part {i}</h2><p>{p}</p>" for i, p in enumerate(parts))
            name.with_suffix(".html").write_text(f"<html><body>{body}</body></html>")
        else:
            name.with_suffix(".txt").write_text("\n\n".join(parts))


def index(place: Path, files: int, seed: int) -> tuple[float, list[str], list[float]]:
    """Seconds to index the documents, the texts that were embedded, and the seconds of each question."""
    folder = place / "documents"
    folder.mkdir(parents=True)
    write(folder, files, seed)
    (place / "warm.txt").write_text("This loads the model, the parser and Chroma.")
    with Workspace.open(place / "workspace") as workspace:
        workspace.documents.add([place / "warm.txt"], Task())
        started = time.perf_counter()
        workspace.documents.add([folder], Task())
        seconds = time.perf_counter() - started
        times = []
        for question in random.Random(seed).choices(sentences(), k=_QUESTIONS):
            begun = time.perf_counter()
            workspace.documents.search(question)
            times.append(time.perf_counter() - begun)
    rows = Documents(place / "workspace", read_only=True)
    sql = "SELECT title, heading, text FROM chunks WHERE title <> 'warm'"
    texts = [embedded(*found) for found in rows.database.tuples(sql)]
    rows.close()
    return seconds, texts, sorted(times)


def main(files: int = 60) -> None:
    """Measure both sides in turn, so that both meet the same machine."""
    embedder = Embedder()
    whole = bare = 0.0
    chunks = 0
    times: list[float] = []
    for seed in range(_ROUNDS):
        with tempfile.TemporaryDirectory() as place:
            seconds, texts, asked = index(Path(place), files, seed)
        embedder.embed(texts[:64])
        started = time.perf_counter()
        embedder.embed(texts)
        bare += time.perf_counter() - started
        whole, chunks, times = whole + seconds, chunks + len(texts), sorted(times + asked)
    how = f"{files * _ROUNDS} documents, {chunks} chunks, {_ROUNDS} rounds in turn"
    asked_how = f"{len(times)} questions on {chunks // _ROUNDS} chunks, pipe and query embedding included"
    report(
        "indexing",
        [
            Row("indexing end to end / bare embedder", bare / whole, "x", 0.8, "higher", how),
            Row("indexing end to end", chunks / whole, "chunks/s", None, "higher", how),
            Row("bare embedder, sorted by length", chunks / bare, "chunks/s", None, "higher", how),
            Row("search, median", 1000 * times[len(times) // 2], "ms", None, "lower", asked_how),
            Row("search, 95th percentile", 1000 * times[int(0.95 * len(times))], "ms", None, "lower", asked_how),
        ],
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
