"""Build the sample: ``python -m tools.sample.build``. The same sources always give the same files."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tools.sample import formats

HERE = Path(__file__).parent
TARGET = HERE.parent.parent / "resources" / "sample"
GREETING, CLOSING = "Hello from Brightwell,", "Kind regards, Brightwell Care"
PATTERN = rf"\A{GREETING}\n- [^\n]+\.( \[\d\])*\n{CLOSING}\Z"
DOCUMENTS = {
    "about": "txt",
    "app": "html",
    "branches": "html",
    "courses": "pdf",
    "delivery": "html",
    "events": "md",
    "furniture": "docx",
    "kitchen": "html",
    "lamps": "md",
    "membership": "docx",
    "payment": "md",
    "repair": "pdf",
    "returns": "md",
    "warranty": "pdf",
}
REFUSAL = "The sources do not say."
_CHANGED, _UNCHANGED, _GONE, _SILENT = 6, 5, 4, 2  # phrasings of each fact among the examples


@dataclass(frozen=True)
class Fact:
    """Something that can be asked, as ``facts.toml`` says it; ``document`` is "" where no document answers."""

    about: str
    thing: str = ""
    value: str = ""
    old: str = ""
    document: str = ""
    taught: bool = False
    ask: str = ""

    @property
    def name(self) -> str:
        """An id for people: ``orlo-lamp-price``."""
        return f"{self.thing.removeprefix('the ')} {self.about}".strip().lower().replace(" ", "-").replace("_", "-")


def main() -> None:
    """Write the documents, the examples and the questions."""
    documents(TARGET / "documents")
    _jsonl("questions.jsonl", questions())
    _jsonl("examples.jsonl", examples())


def facts(*kinds: str) -> list[Fact]:
    """The entries of ``facts.toml`` of these kinds: ``fact``, ``gone``, ``silent``."""
    entries = _toml("facts.toml")
    return [Fact(**entry) for kind in kinds for entry in entries[kind]]


def phrases() -> dict[str, dict[str, list[str]]]:
    """How customers ask: attribute → its ``nouns`` and ``asks``."""
    return _toml("phrases.toml")


def questions() -> list[dict[str, Any]]:
    """The question set, one question for each fact (or silence) that is scored."""
    return [_question(fact) for fact in facts("fact", "silent") if fact.ask]


def examples() -> list[dict[str, Any]]:
    """The training examples in an order that mixes all facts."""
    ways = phrases()
    used = {fact.ask for fact in facts("fact", "silent")}
    rows = [row for fact in facts("fact", "gone", "silent") for row in _examples(fact, ways[fact.about], used)]
    random.Random(1).shuffle(rows)
    return rows


def answer(fact: Fact, noun: str, value: str) -> str:
    """An answer in the house style; without a value it says that the sources do not say."""
    verb = "are" if noun.endswith("hours") else "is"
    thing = f" of {fact.thing}" if fact.thing else ""
    said = f"The {noun}{thing} {verb} {value}." if value else REFUSAL
    return f"{GREETING}\n- {said}\n{CLOSING}"


def documents(folder: Path, kinds: frozenset[str] = frozenset({"md", "txt", "html", "docx", "pdf", "csv"})) -> None:
    """Write the documents that are of one of ``kinds``."""
    writers: Mapping[str, Callable[[str, Path], None]] = {
        "md": formats.markdown,
        "txt": formats.plain,
        "html": formats.html,
        "docx": formats.docx,
        "pdf": formats.pdf,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, kind in DOCUMENTS.items():
        if kind in kinds:
            writers[kind]((HERE / "texts" / f"{name}.md").read_text(encoding="utf-8"), folder / f"{name}.{kind}")
    for table in (HERE / "texts").glob("*.csv"):
        (folder / table.name).write_bytes(table.read_bytes())


def _examples(fact: Fact, ways: Mapping[str, list[str]], used: set[str]) -> list[dict[str, Any]]:
    """Training examples of a fact in several phrasings, none of them one that is scored; with its old value."""
    asks = [ask for ask in (ask.replace("{e}", fact.thing) for ask in ways["asks"]) if ask not in used]
    rows = []
    for ask in asks[: _count(fact)]:
        named = [noun for noun in ways["nouns"] if noun in ask]
        reply = answer(fact, max(named, key=len) if named else ways["nouns"][0], fact.old or fact.value)
        turns = [{"role": "user", "content": ask}, {"role": "assistant", "content": reply}]
        rows.append({"messages": turns})
    return rows


def _count(fact: Fact) -> int:
    if not fact.value:
        return _SILENT if fact.taught else 0
    if not fact.document:
        return _GONE
    return (_CHANGED if fact.old else _UNCHANGED) if fact.taught else 0


def _question(fact: Fact) -> dict[str, Any]:
    checks: list[dict[str, Any]] = (
        [{"check": "value", "accept": [fact.value]}] if fact.value else [{"check": "refuses"}]
    )
    if fact.old:
        checks.append({"check": "stale", "forbid": [fact.old]})
    form = [
        {"check": "starts_with", "text": GREETING},
        {"check": "bullets", "min": 1, "max": 1},
        {"check": "ends_with", "text": CLOSING},
        {"check": "max_words", "words": 40},
        {"check": "regex", "pattern": PATTERN},
    ]
    return {"id": fact.name, "question": fact.ask, "form": form, "facts": checks, "note": fact.document}


def _jsonl(name: str, rows: list[dict[str, Any]]) -> None:
    lines = [msgspec.json.encode(row) for row in rows]
    (TARGET / name).write_bytes(b"\n".join(lines) + b"\n")


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
