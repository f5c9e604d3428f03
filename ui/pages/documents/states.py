"""What a document's state is called, and how urgent it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from store.documents import Document
from ui import words

KINDS = ("encrypted", "scanned", "empty", "gone")  # first words of reasons that are no fault of the file
SETTLED = ("indexed", "partial", "empty", "refused", "offline")


@dataclass(frozen=True, slots=True)
class State:
    """A state in words; ``tone`` is ``good``, ``warn``, ``bad`` or empty, ``mark`` says the same without colour."""

    text: str
    tone: str
    mark: str


def state(one: Document, *, busy: bool) -> State:
    """The state of a document.

    Args:
        one: the document.
        busy: whether documents are indexed now; if not, one that is not finished waits for a person.
    """
    if one.status == "indexed":
        return State(tr("In step"), "good", "✓")
    if one.status == "partial":
        return State(tr("Read in part: {0}").format(one.reason), "warn", "◐")
    if one.status in ("waiting", "reading") and not busy:
        return State(tr("Not finished"), "warn", "◐")
    if one.status == "waiting":
        return State(tr("Waits"), "", "·")
    if one.status == "reading":
        share = words.percent(one.embedded / one.chunks) if one.chunks else ""
        return State(tr("Reading {0}").format(share).strip(), "", "→")
    if one.status == "offline":
        return State(tr("Offline: {0}").format(one.reason), "warn", "⏏")
    return _unread(one.reason)


def _unread(reason: str) -> State:
    """The state of a file that gave no text, by the first word of the reason."""
    kind, _, more = reason.partition(":")
    known = {
        "encrypted": tr("Needs a password"),
        "scanned": tr("Scanned, no text to read"),
        "empty": tr("Empty"),
        "gone": tr("Gone"),
    }
    if kind in known:
        return State(known[kind], "warn", "!")
    what = tr("Failed: {0}").format(more.strip() or reason)
    return State(what, "bad", "✗")


def unwell(one: Document, *, busy: bool) -> bool:
    """Whether a person may want to do something about it. Without words, because it is asked of every row."""
    return not busy if one.status in ("waiting", "reading") else one.status != "indexed"


def urgency(one: Document, *, busy: bool) -> int:
    """Where a document comes when they are sorted by state: failed ones first, those in step last."""
    if one.status == "refused":
        return 1 if one.reason.partition(":")[0] in KINDS else 0
    return 1 if unwell(one, busy=busy) else 2 if one.status != "indexed" else 3


@dataclass(frozen=True, slots=True)
class Summary:
    """Many documents in a few numbers."""

    files: int = 0
    pages: int = 0
    chunks: int = 0
    unwell: int = 0
    unfinished: int = 0
    in_step: int = 0

    @classmethod
    def of(cls, documents: Iterable[Document], *, busy: bool) -> Summary:
        """Count, in one pass: there may be 20,000."""
        files = pages = chunks = sick = unfinished = in_step = 0
        for one in documents:
            files += 1
            pages += one.pages or 0
            chunks += one.chunks
            if one.status == "indexed":
                in_step += 1
            else:
                sick += unwell(one, busy=busy)
                unfinished += one.status not in SETTLED
        return cls(files, pages, chunks, sick, unfinished, in_step)


def tr(text: str) -> str:
    """Translate a text of this page."""
    return QCoreApplication.translate("documents", text)
