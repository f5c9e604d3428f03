"""Looking through a dataset: rows for a table, search, tags, how long examples are, which are held out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from engine.errors import NotFound
from engine.task import Task
from engine.tune.lengths import Lengths, known, longest_allowed, measured
from engine.tune.shelf import Shelf, read_messages, split_tags
from engine.tune.split import split
from engine.types import Example, Message
from store.datasets import Dataset
from store.examples import Filter, Summary

_EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Divided:
    """How a dataset divides: the ids to learn from, and those that are held out to measure on."""

    train: tuple[int, ...]
    held_out: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SeenToken:
    """A token of an example, whether training learns it (else it is only read), and whether it is structure."""

    text: str
    id: int
    learnt: bool
    control: bool = False


@dataclass(frozen=True, slots=True)
class Taught:
    """An example as training gets it: its tokens, how many more were cut to fit, or why it is left out."""

    model: str
    tokens: tuple[SeenToken, ...]
    cut: int
    bad: str


class Browsing(Shelf):
    """What a table of examples needs."""

    def summaries(
        self,
        dataset: Dataset | str,
        search: str = "",
        filter: Filter = _EVERYTHING,
        *,
        order: str = "position",
        descending: bool = False,
        most: int = -1,
    ) -> list[Summary]:
        """Light rows of the examples that hold every word of ``search`` and pass ``filter``.

        Args:
            dataset: which.
            search: words, in any turn of a conversation or in a tag, whatever their case.
            filter: which examples besides.
            order: ``position``, ``question``, ``answer``, ``tokens`` or ``tags``.
            descending: the other way round.
            most: how many at most, to show the first at once; -1 is all. Not together with ``search``.
        """
        found = self._resolve(dataset)
        rows = self._examples.summaries(found.id, filter, order, descending=descending, most=most)
        words = search.casefold().split()
        if not words:
            return rows
        holding = self._holding(found.id, words)
        return [row for row in rows if row.id in holding or _all_in(words, row.tagged)]

    def example(self, example: int) -> Example:
        """One example with all its text.

        Raises:
            NotFound: there is none, or it was taken away.
        """
        found = self._examples.get(example)
        if found is None or found.deleted:
            raise NotFound("This example is not there any more.", "Look at the list again.")
        return Example(read_messages(found.messages), found.line, split_tags(found.tags), found.id)

    def tags(self, dataset: Dataset | str) -> dict[str, int]:
        """The tags of a dataset, the most used first, with how many examples have each."""
        counts: Counter[str] = Counter()
        for tags, count in self._examples.tags(self._resolve(dataset).id):
            counts.update(dict.fromkeys(split_tags(tags), count))
        return dict(counts.most_common())

    def at_lines(self, dataset: Dataset | str, lines: Sequence[int]) -> tuple[int, ...]:
        """The ids of the examples at these lines of the file, as findings name them."""
        return tuple(self._examples.ids_at(self._resolve(dataset).id, lines))

    def divided(self, dataset: Dataset | str, held_out: float = 0.1, seed: int = 1) -> Divided:
        """Which examples a recipe with this share and seed learns from, and which it holds out."""
        train, measuring = split(self.examples(dataset), held_out, seed)
        return Divided(tuple(one.id for one in train), tuple(one.id for one in measuring))

    def lengths(
        self, dataset: Dataset | str, model: str | None, task: Task, *, limit: int | None = None, count: bool = True
    ) -> Lengths:
        """How many tokens each example has for a model; only what is not counted yet is counted.

        Args:
            dataset: which.
            model: name of an installed model; None: the default one.
            task: told the progress; a cancelled task keeps what it has counted.
            limit: what an example may be long; None: what the model's context and a recipe allow.
            count: whether to count at all; if not, what is known is returned at once.
        """
        found = self._store.at(self._resolve(dataset).id)
        assert found
        chosen = self._workspace.models.get(model)
        if not count:
            return known(self._examples, found, chosen, limit)
        return measured(self._workspace, self._examples, self._store, found, chosen, task, limit)

    def taught(self, messages: Sequence[Message], model: str | None = None, *, limit: int | None = None) -> Taught:
        """A conversation exactly as training gets it, token by token.

        Raises:
            NotFound, ModelRefused: there is no such model, or its file is gone.
        """
        found = self._workspace.models.get(model)
        plain = [msgspec.to_builtins(message) for message in messages]
        context = limit or longest_allowed(found)
        made = self._workspace.words_child.call("taught", model=found.gguf, messages=plain, context=context).result()
        tokens = tuple(
            SeenToken(one["text"], one["id"], one["label"] != -100, one["control"]) for one in made["tokens"]
        )
        return Taught(found.name, tokens, made["cut"], made["bad"])

    def _holding(self, dataset: int, words: Sequence[str]) -> set[int]:
        """The examples whose messages hold every word: SQLite finds candidates, their text decides."""
        candidates = self._examples.holding(dataset, [_like(word) for word in words])
        return {i for i, text in candidates if _said(text, lambda said: _all_in(words, said))}


def _said(messages: str, test: Callable[[str], bool]) -> bool:
    return test("\n".join(message.content for message in read_messages(messages)))


def _all_in(words: Sequence[str], text: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)


def _like(word: str) -> str:
    """A LIKE pattern for messages as JSON that lets (nearly) everything through that holds ``word`` in any case.

    SQLite ignores the case of ASCII only, JSON escapes some letters, and ß folds to ss: what may be written otherwise
    becomes ``%``.
    """
    certain = (
        letter if (letter.isascii() and letter.isalnum()) or _caseless(letter) else "%"
        for letter in word.replace("ss", "%")
    )
    return f"%{''.join(certain)}%"


def _caseless(letter: str) -> bool:
    return not letter.isascii() and letter.lower() == letter.upper() == letter.casefold()
