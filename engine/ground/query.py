"""A question to an FTS5 query: the words that tell chunks apart, each quoted, any of which may match.

A question holds many words that every chunk holds; OR-ed together they would drown the few that matter. Stop words
go first, then words that too many chunks have.
"""

from __future__ import annotations

from collections.abc import Callable

import regex

from engine.resources import text

_WORD = regex.compile(r"[\w\p{M}\p{N}]+(?:['’.,:/-][\w\p{M}\p{N}]+)*")  # marks too: in many scripts vowels are marks
_COMMON = 0.2  # a word that more than this share of the chunks has says little
_FEW = 50  # below this many chunks nothing is too common
_MOST = 24  # words of a query

STOP = frozenset(text("search/stop_words.txt").split())


def words(question: str) -> list[str]:
    """The words of a question in order, each once, without stop words (unless there is nothing else)."""
    found = list(dict.fromkeys(match[0].lower() for match in _WORD.finditer(question)))
    return [word for word in found if word not in STOP] or found


def fts_query(question: str, chunks: int, frequency: Callable[[str, int], int]) -> str:
    """The FTS5 query for a question; empty when it has no words.

    Args:
        question: any text; nothing in it is read as query syntax.
        chunks: how many chunks there are.
        frequency: (quoted word, limit) → how many chunks have it, counted up to the limit.
    """
    limit = max(_FEW, int(_COMMON * chunks)) + 1
    quoted = ['"' + word.replace('"', '""') + '"' for word in words(question)]
    counts = {word: frequency(word, limit) for word in quoted}
    rare = [word for word in quoted if 0 < counts[word] < limit] or [word for word in quoted if counts[word]]
    return " OR ".join(sorted(rare, key=lambda word: counts[word])[:_MOST])


def matches(question: str, text: str) -> list[tuple[int, int]]:
    """Where a text has the words of a question, also with another ending: spans in order.

    An approximation of the stemming of FTS5, for showing what matched; nothing is ranked by it.
    """
    stems = tuple({word[: max(4, len(word) - 3)] for word in words(question)})
    if not stems:
        return []
    return [match.span() for match in _WORD.finditer(text) if match[0].lower().startswith(stems)]
