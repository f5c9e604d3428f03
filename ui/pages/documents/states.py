"""What a document's state is called, and how urgent it is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from store.documents import Document
from ui import words

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
    """Whether a person may want to do something about it."""
    return state(one, busy=busy).tone in ("warn", "bad")


def tr(text: str) -> str:
    """Translate a text of this page."""
    return QCoreApplication.translate("documents", text)
