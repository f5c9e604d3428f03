"""Editing datasets: what is changed can be undone, and a version that a run used is kept before it changes.

What is taken away (examples, datasets) stays until the workspace is next opened, so that undoing needs no copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from engine.errors import DataRefused, NotFound
from engine.tune.formats.base import RowFault
from engine.tune.intake import canonical, heads, tagged, teaching
from engine.tune.shelf import Shelf, read_messages, split_tags
from engine.types import Example, Message
from store.datasets import Dataset
from store.examples import NewExample, StoredExample

_BY_HAND = '{"format":"added by hand"}'


class Editing(Shelf):
    """Changes to examples and datasets. Each is one transaction."""

    def change(self, example: int, messages: Sequence[Message]) -> Example:
        """Give an example other messages.

        Returns:
            The example as it was, to undo with.

        Raises:
            NotFound: there is no such example.
            DataRefused: nothing could be learnt from the messages; nothing was changed.
        """
        before = self._stored(example)
        question, answer, content = _checked(messages)
        if content != before.messages:
            with self._edit(before.dataset):
                self._examples.change(example, question, answer, content, _now())
        return _example(before)

    def add(
        self, dataset: Dataset | str, messages: Sequence[Message], tags: Sequence[str] = (), source: str = ""
    ) -> int:
        """Put an example at the end of a dataset; returns its id.

        Raises:
            NotFound: there is no such dataset.
            DataRefused: nothing could be learnt from the messages.
        """
        question, answer, content = _checked(messages)
        target = self._resolve(dataset)
        with self._edit(target.id):
            position, line = self._examples.last(target.id)
            row = NewExample(position + 1, line + 1, question, answer, tagged(tags), content, source)
            return self._insert(target.id, row)

    def add_example(self, messages: Sequence[Message], *, dataset: str, source: str = "") -> int:
        """Put an example at the end of the dataset of that name, which is made if there is none; returns its id.

        Raises:
            DataRefused: nothing could be learnt from the messages; no dataset was made.
        """
        _checked(messages)
        with self._workspace.database.transaction():
            target = self._store.get(dataset) or self.create(dataset)
            return self.add(target, messages, source=source)

    def create(self, name: str) -> Dataset:
        """An empty dataset.

        Raises:
            DataRefused: the name is taken or empty.
        """
        made = self._store.begin(self._free(name), _BY_HAND, "", "", state="here")
        found = self._store.at(made)
        assert found
        return found

    def duplicate(self, example: int) -> int:
        """Put a copy of an example right after it; returns the id of the copy."""
        old = self._stored(example)
        with self._edit(old.dataset):
            _, line = self._examples.last(old.dataset)
            self._examples.make_room(old.dataset, old.position + 1)
            question, answer = heads(read_messages(old.messages))
            row = NewExample(old.position + 1, line + 1, question, answer, old.tags, old.messages, old.source)
            return self._insert(old.dataset, row)

    def delete(self, ids: Sequence[int]) -> None:
        """Take examples away; ``restore`` brings them back until the workspace is next opened."""
        self._put(ids, deleted=True)

    def restore(self, ids: Sequence[int]) -> None:
        """Bring back examples that were taken away."""
        self._put(ids, deleted=False)

    def tag(self, ids: Sequence[int], tags: Sequence[str]) -> dict[int, tuple[str, ...]]:
        """Give examples exactly these tags. Tags are for people: they make no new version.

        Returns:
            The tags that each had, to undo with (``set_tags``).
        """
        return self.set_tags(dict.fromkeys(ids, tuple(tags)))

    def add_tag(self, ids: Sequence[int], tag: str) -> dict[int, tuple[str, ...]]:
        """Give examples one more tag; returns the tags that each had."""
        return self.set_tags({i: (*split_tags(tags), tag) for i, tags in self._examples.tags_of(ids)})

    def set_tags(self, tags: dict[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
        """Give each example its own tags; returns those that each had."""
        with self._workspace.database.transaction():
            before = {i: split_tags(old) for i, old in self._examples.tags_of(list(tags))}
            self._examples.set_tags((tagged(new), i) for i, new in tags.items())
        return before

    def rename(self, dataset: Dataset | str, name: str) -> Dataset:
        """Call a dataset, with all its versions, something else; runs find theirs by content.

        Raises:
            DataRefused: the name is taken or empty.
        """
        old = self._resolve(dataset)
        with self._workspace.database.transaction():
            self._store.rename(old.name, self._free(name))
        return self.get(name.strip())

    def remove(self, dataset: Dataset | str) -> list[Dataset]:
        """Take a dataset with all its versions away, until the workspace is next opened.

        Returns:
            What was taken away, for ``bring_back``.
        """
        with self._workspace.database.transaction():
            taken = self._store.versions(self._resolve(dataset).name)
            self._store.remove([one.id for one in taken])
        return taken

    def bring_back(self, datasets: Sequence[Dataset]) -> None:
        """Undo ``remove``."""
        with self._workspace.database.transaction():
            for one in datasets:
                self._store.remove([one.id], state=one.state)

    @contextmanager
    def _edit(self, dataset: int) -> Iterator[None]:
        """Edits of one dataset: what a run used is kept before, and the version is to be made after."""
        with self._workspace.database.transaction():
            found = self._store.at(dataset)
            if found and found.version and self._store.used(found.version):
                self._examples.copy(dataset, self._store.keep(dataset))
            yield
            self._store.unsettle(dataset)

    def _insert(self, dataset: int, row: NewExample) -> int:
        made = self._examples.add(dataset, [row])
        self._examples.mark(made, _now())
        return made[0]

    def _put(self, ids: Sequence[int], *, deleted: bool) -> None:
        with self._workspace.database.transaction():
            for dataset in self._examples.datasets_of(ids):
                with self._edit(dataset):
                    self._examples.delete(ids, deleted=deleted)

    def _stored(self, example: int) -> StoredExample:
        found = self._examples.get(example)
        if found is None:
            raise NotFound("This example is not there any more.", "Look at the list again.")
        return found

    def _free(self, name: str) -> str:
        if not name.strip():
            raise DataRefused("A dataset needs a name.")
        if self._store.versions(name.strip()):
            raise DataRefused(f"There is a dataset called {name.strip()!r} already.", "Choose another name.")
        return name.strip()


def _checked(messages: Sequence[Message]) -> tuple[str, str, str]:
    """Question and answer for the table, and the messages as they are stored."""
    try:
        content = canonical(teaching(list(messages)))
    except RowFault as fault:
        raise DataRefused(f"The example {fault}.", "It needs a question and an answer in whole characters.") from fault
    return *heads(messages), content.decode()


def _example(stored: StoredExample) -> Example:
    return Example(read_messages(stored.messages), stored.line, split_tags(stored.tags), stored.id)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
