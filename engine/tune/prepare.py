"""A dataset into tokens: split, given sources, encoded by the chat child, checked. Everything is kept in the run.

::

    runs/ID/train.jsonl, held_out.jsonl          messages and passages
    runs/ID/tokens/train.jsonl, held_out.jsonl   token ids and labels (engine.tune.batches)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine import events
from engine.errors import DataRefused
from engine.ground.relevant import relevant
from engine.task import Task
from engine.tune import grounding
from engine.tune.batches import TokenRow, checked, read_rows, write_rows
from engine.tune.recipe import Recipe
from engine.types import Example, Message, Passage

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from store.models import Model

_FEW = 8  # examples that are too few to learn a form from
_K = 3  # passages in a prompt, as in chat


class SourceRow(msgspec.Struct, frozen=True):
    """A line of ``train.jsonl``: an example's messages, and the passages its question is asked with."""

    line: int
    messages: tuple[Message, ...]
    passages: tuple[Passage, ...] = ()


def prepare(workspace: Workspace, model: Model, recipe: Recipe, dataset: str, run: Path, task: Task) -> None:
    """Write the tokens of a run; does nothing when they are there.

    Raises:
        DataRefused: no row can be learnt from; the details list each row's reason.
    """
    (run / "tokens").mkdir(exist_ok=True)
    if (run / "tokens" / "train.jsonl").exists():
        return
    train, held_out = workspace.datasets.split(workspace.datasets.get(dataset), recipe.held_out, recipe.seed)
    if not train:
        train, held_out = held_out, []
    if len(train) < _FEW:
        words = f"Only {len(train)} example{'s' if len(train) != 1 else ''}: the model will repeat, not learn a form."
        task.emit(events.Notice(words))
    for name, examples in (("held_out", held_out), ("train", train)):  # train last: it says that all is there
        source = run / f"{name}.jsonl"
        rows = sourced(workspace, model, recipe, examples, task)
        source.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
        made = encode(workspace, model, run, source, run / "tokens" / f"{name}.raw", task)
        good = [row for row in made if not row.bad]
        _tell(made, good, task, must=name == "train")
        write_rows(run / "tokens" / f"{name}.jsonl", good)


def sourced(
    workspace: Workspace, model: Model, recipe: Recipe, examples: Sequence[Example], task: Task
) -> list[SourceRow]:
    """The examples, a share of them with the passages that chat would find for them."""
    given = [grounding.Grounded(example) for example in examples]
    asked = grounding.wanted(examples, recipe.grounded_share, recipe.seed)
    if asked and workspace.documents.list():
        most = round(recipe.grounded_share * len(examples))
        form = grounding.form_lines([grounding.answer(example) for example in examples])
        task.emit(events.Started("Looking up sources for a share of the examples"))
        found = _search(workspace, model, [grounding.question(examples[i]) for i in asked], task)
        for i, passages in zip(asked, found, strict=True):
            grounded = grounding.ground(examples[i], passages, form) if passages and most > 0 else None
            if grounded:
                given[i] = grounded
                most -= 1
        count = sum(bool(one.passages) for one in given)
        task.emit(events.Notice(f"{count} of {len(examples)} examples are trained with passages that support them."))
    return [SourceRow(i, one.example.messages, one.passages) for i, one in enumerate(given)]


def encode(workspace: Workspace, model: Model, run: Path, source: Path, target: Path, task: Task) -> list[TokenRow]:
    """Rows into tokens, through the chat child: the GGUF's template and llama.cpp's tokenizer."""
    recipe = Recipe.load(run / "recipe.toml")
    length = min(recipe.length, model.context or recipe.length)
    workspace.chat_child.call(
        "encode", model=model.gguf, source=str(source), target=str(target), context=length, vocabulary=vocabulary(model)
    ).result(task)
    task.check()
    return [checked(row, length) for row in read_rows(target)]


def vocabulary(model: Model) -> int:
    """Tokens that the trainer knows: the twin's vocabulary may be shorter than the GGUF's."""
    if not model.twin:
        return model.vocabulary
    from engine.models.folder import read_folder

    return min(read_folder(Path(model.twin)).vocabulary, model.vocabulary)


def _search(workspace: Workspace, model: Model, questions: Sequence[str], task: Task) -> Sequence[Sequence[Passage]]:
    from engine.chat.prompt import CONTEXT
    from engine.chat.sources import passage_chars

    chars = passage_chars(min(model.context, CONTEXT))
    found = workspace.documents.search_many(questions, _K, passage_chars=chars, task=task)
    return [relevant(passages) for passages in found]


def _tell(made: Sequence[TokenRow], good: Sequence[TokenRow], task: Task, *, must: bool) -> None:
    """Say what was left out and why; refuse when nothing is left."""
    cut = sum(row.cut > 0 for row in good)
    if cut:
        task.emit(
            events.Notice(f"{cut} of {len(made)} examples were too long and lost their oldest turns or passages.")
        )
    if not any(row.bad for row in made):
        if made or not must:
            return
        raise DataRefused("The dataset has no examples.", "Import a file with at least one.")
    reasons = Counter(row.bad for row in made if row.bad)
    details = "\n".join(f"example {row.line + 1}: {row.bad}" for row in made if row.bad)
    if must and not good:
        raise DataRefused(
            f"None of the {len(made)} examples can be learnt from: {reasons.most_common(1)[0][0]}.",
            "Correct the dataset, or raise the recipe's length.",
            details[:4000],
        )
    for reason, count in reasons.most_common(5):
        task.emit(events.Notice(f"{count} of {len(made)} examples are left out: {reason}."))
