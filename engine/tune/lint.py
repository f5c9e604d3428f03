"""What in training examples may spoil a tune: found before the hours are spent, told with rows and a reason."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.events import Started
from engine.task import Task
from engine.tune.alike import alike, plain
from engine.types import Example

LONG = 6000  # characters: about 1,500 tokens, near the 2,048 that small models can hold
_SAME_ANSWERS = 0.02
_CONTROL = re.compile(
    r"<\|[^|<>\s]{1,40}\|>"  # ChatML, Llama 3 and many others
    r"|<｜[^｜<>]{1,40}｜>"  # DeepSeek
    r"|</?(?:s|unk|pad|bos|eos|start_of_turn|end_of_turn)>"
    r"|\[/?INST\]|<</?SYS>>|\[/?(?:AVAILABLE_TOOLS|TOOL_CALLS)\]"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: its kind, the lines of the file it is about, and why it matters."""

    kind: str
    rows: tuple[int, ...]
    reason: str


def lint(train: Sequence[Example], held_out: Sequence[Example], task: Task) -> list[Finding]:
    """Look through examples.

    Args:
        train: what would be trained on.
        held_out: what would be measured on.
        task: told each stage.

    Raises:
        Cancelled: the task was cancelled.
    """
    everything = sorted([*train, *held_out], key=lambda example: example.line)
    findings: list[Finding] = []
    checks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [
        ("Looking at each answer", lambda: _short(everything)),
        ("Looking for control tokens", lambda: _control(everything)),
        ("Looking at lengths and roles", lambda: [*_long(everything), *_order(everything)]),
        ("Looking for exact copies", lambda: _copies(everything)),
        ("Looking for contradictions", lambda: _contradictions(everything)),
        ("Looking for answers that are all alike", lambda: _same_answers(everything, task)),
        ("Looking for rows that are almost the same", lambda: _near_copies(everything, held_out, task)),
    ]
    for title, check in checks:
        task.check()
        task.emit(Started(title))
        findings += check()
    return findings


def question(example: Example) -> str:
    """All that the model reads and does not write."""
    return "\n".join(message.content for message in example.messages if message.role != "assistant")


def answer(example: Example) -> str:
    """All that the model is to learn to write."""
    return "\n".join(message.content for message in example.messages if message.role == "assistant")


def _lines(examples: Iterable[Example]) -> tuple[int, ...]:
    return tuple(example.line for example in examples)


def _finding(kind: str, found: Sequence[Example], reason: str) -> Iterator[Finding]:
    if found:
        yield Finding(kind, _lines(found), reason)


def _short(examples: Sequence[Example]) -> Iterator[Finding]:
    def words(example: Example) -> int:
        return min(len(turn.content.split()) for turn in example.messages if turn.role == "assistant")

    empty = [example for example in examples if words(example) == 0]
    single = [example for example in examples if words(example) == 1]
    yield from _finding("empty_answer", empty, "An answer is empty: the model would learn to say nothing.")
    yield from _finding("one_word_answer", single, "An answer is a single word: good for labels, not for a style.")


def _control(examples: Sequence[Example]) -> Iterator[Finding]:
    found, tokens = [], set()
    for example in examples:
        if here := {token for message in example.messages for token in _CONTROL.findall(message.content)}:
            found.append(example)
            tokens |= here
    some = ", ".join(sorted(tokens)[:5])
    yield from _finding(
        "control_text",
        found,
        f"The text holds what looks like control tokens of a chat template ({some}). It is kept as plain text;"
        " remove it if it is left over from another program.",
    )


def _long(examples: Sequence[Example]) -> Iterator[Finding]:
    found = [example for example in examples if sum(len(m.content) for m in example.messages) > LONG]
    reason = f"The example has more than {LONG:,} characters and may not fit into the model's context."
    yield from _finding("long", found, reason)


def _order(examples: Sequence[Example]) -> Iterator[Finding]:
    faults: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        roles = [message.role for message in example.messages]
        turns = [role for role in roles if role != "system"]
        if "system" in roles[1:]:
            faults["A system message stands after the start, where most chat templates refuse it."].append(example)
        if any(one == other for one, other in itertools.pairwise(turns)):
            faults["Two turns of the same role follow each other; many chat templates refuse that."].append(example)
        if turns and turns[0] != "user":
            faults["The conversation starts with an answer."].append(example)
        if turns and turns[-1] != "assistant":
            faults["The conversation ends with a question; its last turn teaches nothing."].append(example)
    for reason, found in faults.items():
        yield from _finding("role_order", found, reason)


def _copies(examples: Sequence[Example]) -> Iterator[Finding]:
    exact: dict[object, list[Example]] = defaultdict(list)
    for example in examples:
        exact[example.messages].append(example)
    for group in exact.values():
        if len(group) > 1:
            yield Finding("duplicate", _lines(group), "These rows are exact copies; the copied ones weigh more.")


def _near_copies(examples: Sequence[Example], held_out: Sequence[Example], task: Task) -> Iterator[Finding]:
    measured = {example.line for example in held_out}
    once = list({example.messages: example for example in reversed(examples)}.values())[::-1]
    texts = [question(example) + "\n" + answer(example) for example in once]
    for found in alike(texts, 0.8, task):
        lines = [once[i].line for i in found]
        outside = [line for line in lines if line in measured]
        if 0 < len(outside) < len(lines):
            reason = "Rows that are held out for measuring have near copies in training; the loss will look too good."
            yield Finding("leak", (*outside, *(line for line in lines if line not in measured)), reason)
        for close in alike([texts[i] for i in found], 0.9, task):
            reason = "These rows are almost the same; they weigh more than they should."
            yield Finding("near_duplicate", tuple(lines[i] for i in close), reason)


def _contradictions(examples: Sequence[Example]) -> Iterator[Finding]:
    asked: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if sum(message.role == "assistant" for message in example.messages) == 1:
            asked[plain(question(example))].append(example)
    for group in asked.values():
        if len({plain(answer(example)) for example in group}) > 1:
            reason = "The same question has different answers; the model would learn to guess between them."
            yield Finding("contradiction", _lines(group), reason)


def _same_answers(examples: Sequence[Example], task: Task) -> Iterator[Finding]:
    enough = max(3, _SAME_ANSWERS * len(examples))
    texts = [answer(example) for example in examples]
    for found in alike(texts, 0.95, task):
        group = [examples[i] for i in found]
        if len(group) >= enough and len({plain(question(example)) for example in group}) > 1:
            share = 100 * len(group) / len(examples)
            reason = (
                f"{share:.0f} % of the rows have (nearly) one answer to different questions; it may be said always."
            )
            yield Finding("same_answer", _lines(group), reason)
