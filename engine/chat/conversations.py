"""Conversations: turns of comparisons as a tree, of which one branch is in view. What is asked, asked again, edited,
voted on and deleted there; all of it is stored before it is shown, and nothing is overwritten but a stopped answer.

A turn freezes what its arms share when it is asked: question, history, seed, sampling, system prompt. Passages and the
adapter are frozen by the first arm that needs them. Further arms (``more``) come under exactly that, or are refused.
"""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.chat import weights
from engine.chat.asker import Asker, missing
from engine.chat.asking import Asking, Conversation, Turn
from engine.chat.branch import Tree, path_length
from engine.chat.service import arms_of, as_json, now
from engine.task import Task
from engine.types import Answer, Arm, Message, Passage
from store import answers as comparisons
from store import conversations as rows
from store.conversations import ConversationRow

if TYPE_CHECKING:
    from engine.workspace import Workspace

__all__ = ["Asking", "Conversation", "Conversations", "Turn"]
Listed = list[Conversation]  # the class below has a method called list
Turns = list[Turn]
Answers = list[Answer]
_PLAIN = re.compile("[A-Za-z0-9]+")
"""What SQLite compares without regard to case, and what is written in JSON as it is."""


class Conversations:
    """What has been asked and answered in this workspace.

    Args:
        workspace: the open workspace. What was deleted before it was opened goes now, and questions that were being
            answered when it was last closed become ``interrupted``.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, self._database = workspace, workspace.database
        self._asker = Asker(workspace)
        if workspace.owner:
            rows.settle(self._database)

    def list(self, search: str = "") -> Listed:
        """Conversations, pinned ones first, then the last used first; with words, those that have them anywhere."""
        found = [_conversation(row) for row in rows.listed(self._database)]
        wanted = " ".join(search.casefold().split())
        if not wanted:
            return found
        hint = max(_PLAIN.findall(search), key=len, default="")
        texts = rows.texts(self._database, hint)
        with_it = {one for one, text in texts if wanted in " ".join(text.casefold().split())}
        return [one for one in found if one.id in with_it or wanted in one.title.casefold()]

    def new(self, title: str = "") -> Conversation:
        """Begin a conversation; without a title its first question names it."""
        row = ConversationRow(uuid.uuid4().hex, title.strip(), 0, "", 0, now(), now())
        self._database.insert("conversations", row)
        return Conversation(row.id, row.title, False, row.created_at, row.updated_at)

    def rename(self, conversation: str, title: str) -> None:
        """Give a conversation a title; an empty one leaves it as it is."""
        if name := " ".join(title.split()):
            rows.update(self._database, self._get(conversation).id, title=name)

    def pin(self, conversation: str, pinned: bool) -> None:
        """Keep a conversation at the top of the list, or no longer."""
        rows.update(self._database, conversation, pinned=int(pinned))

    def delete(self, conversation: str) -> None:
        """Take a conversation out of the list; it is kept until the workspace is next opened."""
        rows.update(self._database, conversation, deleted=1)

    def restore(self, conversation: str) -> None:
        """Undo ``delete``."""
        rows.update(self._database, conversation, deleted=0)

    def asking(self, conversation: str) -> Asking:
        """How the last question of a conversation was asked."""
        kept = self._get(conversation).asking
        return msgspec.json.decode(kept, type=Asking) if kept else Asking()

    def turns(self, conversation: str) -> Turns:
        """The branch in view, oldest first."""
        return Tree(self._database, conversation).view

    def turn(self, comparison: int) -> Turn:
        """One turn, in view or not."""
        return Tree(self._database, self._asker.place(comparison).conversation).turn(comparison)

    def ask(
        self, conversation: str, question: str, arms: Sequence[Arm], task: Task, *, asking: Asking, chosen: Arm
    ) -> Answers:
        """Ask a question at the end of the branch in view.

        Args:
            arms: which answer now; others may later (``more``).
            task: hears Asked once the question is stored and its passages are frozen, then what ``Chat.answer`` tells.
            chosen: the arm that the conversation goes on from.

        Raises:
            FormfactError: as ``Chat.answer``. Unless the question could not even begin (no such model or run), it is
                in the conversation then, with the reason.
        """
        tree = Tree(self._database, self._get(conversation).id)
        branch = tree.view
        last = branch[-1].comparison.id if branch else None
        row, used = self._asker.begin(conversation, last, question, arms, asking, chosen, tree.history(last))
        rows.update(self._database, conversation, asking=as_json(asking))
        return self._asker.answer(row, arms, used, task)

    def more(self, comparison: int, arms: Sequence[Arm], task: Task) -> Answers:
        """Answer an asked question in further arms, under exactly its frozen seed, history, sampling and passages.

        Raises:
            WrongWeights: model or adapter are no longer those that it was asked with.
        """
        row, turn = self._asker.row(comparison), self._asker.place(comparison)
        wanted = msgspec.json.decode(turn.asking, type=Asking)
        used = weights.recorded(self._workspace, row, wanted.run, arms)
        run, digest = (used.run.id, used.run.adapter_sha256) if used.run else (row.run, row.adapter_sha256)
        asked = as_json(list(dict.fromkeys([*arms_of(row), *arms])))
        row = dataclasses.replace(row, arms=asked, run=run, adapter_sha256=digest, state="asking")
        with self._database.transaction():
            comparisons.widen(self._database, row)
            rows.change_turn(self._database, comparison, interrupted=0, error="")
        return self._asker.answer(row, arms, used, task)

    def again(
        self,
        comparison: int,
        task: Task,
        *,
        seed: int | None,
        arms: Sequence[Arm],
        passages: Sequence[Passage] | None = None,
    ) -> Turn:
        """Answer a question anew.

        Args:
            seed: None: the same seed; answers of ``arms`` are replaced (those that had ended will be the same).
                Another one makes a sibling. At temperature 0 a seed changes nothing.
            passages: other sources than the frozen ones, which makes a sibling too.

        Returns:
            The turn that was answered.
        """
        if seed is None and passages is None:
            self.more(comparison, arms, task)
            return self.turn(comparison)
        row, turn = self._asker.row(comparison), self._asker.place(comparison)
        asking = msgspec.json.decode(turn.asking, type=Asking)
        seed = row.seed if seed is None else seed
        asking = dataclasses.replace(asking, model=row.model, run=row.run or asking.run, seed=seed)
        given = as_json(passages) if passages is not None else (row.passages if turn.searched else None)
        past = msgspec.json.decode(row.history, type=list[Message])
        new, used = self._asker.begin(
            row.conversation, turn.parent, row.question, arms, asking, Arm(turn.chosen), past, given
        )
        self._asker.answer(new, arms, used, task)
        return self.turn(new.id)

    def edit(
        self, comparison: int, question: str, arms: Sequence[Arm], task: Task, *, asking: Asking | None = None
    ) -> Turn:
        """Ask a question in other words, at the same place: a sibling, so what was said after the first is kept.

        Args:
            asking: None: as the first was asked.
        """
        turn = self._asker.place(comparison)
        asking = asking or msgspec.json.decode(turn.asking, type=Asking)
        past = Tree(self._database, turn.conversation).history(turn.parent)
        row, used = self._asker.begin(turn.conversation, turn.parent, question, arms, asking, Arm(turn.chosen), past)
        self._asker.answer(row, arms, used, task)
        return self.turn(row.id)

    def select(self, comparison: int) -> None:
        """Bring a sibling into view, with the branch that follows it."""
        rows.show(self._database, comparison)

    def choose(self, comparison: int, arm: Arm) -> None:
        """Let the conversation go on from an arm's answer; questions that were asked already keep their history."""
        rows.change_turn(self._database, comparison, chosen=arm.value)

    def vote(self, comparison: int, arm: Arm, vote: int) -> None:
        """Keep that an answer is good (1), bad (-1) or neither (0)."""
        rows.think(self._database, comparison, arm.value, vote=vote)

    def correct(self, comparison: int, arm: Arm, text: str) -> None:
        """Keep an answer as it should have been; the model's own words, or none, take the edit back."""
        said = next((one.answer for one in self._workspace.chat.answers(comparison) if one.arm is arm), "")
        rows.think(self._database, comparison, arm.value, edit="" if text.strip() == said.strip() else text.strip())

    def delete_turn(self, comparison: int) -> int:
        """Take a turn out of the conversation, and with it what follows; kept until the workspace is next opened.

        Returns:
            How many turns leave the view.
        """
        count = path_length(self.turns(self._asker.place(comparison).conversation), comparison)
        rows.change_turn(self._database, comparison, deleted=1)
        return count

    def restore_turn(self, comparison: int) -> None:
        """Undo ``delete_turn``."""
        rows.change_turn(self._database, comparison, deleted=0)

    def export(self, conversation: str, path: Path, kind: str) -> Path:
        """Write a conversation to a file: ``markdown`` (the branch in view, to read) or ``json`` (all of it).

        Raises:
            StoreError: it cannot be written there.
        """
        from engine.chat.record import write

        listed = next((one for one in self.list() if one.id == conversation), None)
        if listed is None:
            raise missing()
        return write(listed, Tree(self._database, conversation), path, kind)

    def _get(self, conversation: str) -> ConversationRow:
        row = rows.get(self._database, conversation)
        if row is None:
            raise missing()
        return row


def _conversation(row: rows.ListedRow) -> Conversation:
    return Conversation(row.id, row.title, bool(row.pinned), row.created_at, row.updated_at, row.turns)
