"""The passages of a question: searched once, then the same for every arm that reads sources."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine import events
from engine.chat.prompt import CONTEXT
from engine.chat.template import clean
from engine.ground.relevant import relevant
from engine.task import Task
from engine.types import Passage

if TYPE_CHECKING:
    from engine.workspace import Workspace


def find(
    workspace: Workspace, question: str, k: int, context: int, collection: str | None, task: Task
) -> list[Passage]:
    """Those that come near the best of the ``k`` best passages of a collection (None: of all documents).

    Args:
        context: of the model, in tokens: a larger one takes longer passages.
    """
    chars = passage_chars(min(context, CONTEXT))
    documents = workspace.documents
    kept: list[Passage] = []
    if any(one.documents for one in documents.collections()):
        kept = relevant(documents.search(question, k, passage_chars=chars, task=task, collection=collection))
    if not kept:
        task.emit(events.Notice("No passages were found: the grounded arms answer without sources."))
    return kept


def cleaned(passages: Sequence[Passage]) -> list[Passage]:
    """Passages with texts that a template takes."""
    return [
        dataclasses.replace(one, text=clean(one.text), document=clean(one.document), heading=clean(one.heading))
        for one in passages
    ]


def passage_chars(context: int) -> int:
    """How long a passage may be, in characters, for a context in tokens: 420 at 2,048, longer in larger ones."""
    return max(420, min(420 * context // 2048, 2400))
