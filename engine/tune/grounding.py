"""Examples with sources: a share of the examples is trained with the passages that chat would have found.

Without this a tuned model learns to answer from memory and overlooks its sources. An example is only trained with
passages that support its answer: teaching an answer that the sources contradict would teach to ignore them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections import Counter
from collections.abc import Collection, Sequence

from engine.types import Example, Message, Passage

REFUSAL = "The sources do not say."
_WORD = re.compile(r"[^\W_]+(?:[-'’.,:/@&][^\W_]+)*")
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_FORM_SHARE = 0.05  # a line that this share of the answers has in common is form, not fact


@dataclasses.dataclass(frozen=True, slots=True)
class Grounded:
    """An example with the passages in its prompt (none: trained as it is)."""

    example: Example
    passages: tuple[Passage, ...] = ()


def wanted(examples: Sequence[Example], share: float, seed: int) -> list[int]:
    """The numbers of the examples to try with passages, the same for the same examples, in the order of trying.

    Examples that refuse come first and always: "the sources do not say" means nothing without sources.
    """
    if not share:
        return []

    def draw(number: int) -> bytes:
        return hashlib.sha256(f"{seed}\n{question(examples[number])}".encode()).digest()

    return sorted(range(len(examples)), key=lambda i: (REFUSAL not in answer(examples[i]), draw(i)))


def question(example: Example) -> str:
    """The last user turn."""
    return next((turn.content for turn in reversed(example.messages) if turn.role == "user"), "")


def answer(example: Example) -> str:
    """The last turn, if it is the assistant's."""
    last = example.messages[-1] if example.messages else None
    return last.content if last and last.role == "assistant" else ""


def form_lines(answers: Sequence[str]) -> set[str]:
    """Lines that many answers share (a greeting, a closing): they are form, and no source has to support them."""
    counts = Counter(line for text in answers for line in {part.strip() for part in text.splitlines()} if line)
    least = max(2, _FORM_SHARE * len(answers))
    return {line for line, count in counts.items() if count >= least}


def ground(example: Example, passages: Sequence[Passage], form: Collection[str]) -> Grounded | None:
    """The example with ``passages`` in its prompt and a citation in its answer; None when they do not support it."""
    said = answer(example)
    if REFUSAL in said:
        return Grounded(example, tuple(passages))
    sources = [(f"{passage.document} {passage.heading}", passage.text) for passage in passages]
    number = supporting(question(example), said, sources, form)
    if number is None:
        return None
    cited = Message("assistant", cite(said, number, form))
    return Grounded(dataclasses.replace(example, messages=(*example.messages[:-1], cited)), tuple(passages))


def supporting(asked: str, said: str, sources: Sequence[tuple[str, str]], form: Collection[str] = ()) -> int | None:
    """Which of ``sources`` (from 1; title and text each) supports an answer; None when none does.

    A source supports an answer when one of its sentences (read with the title) has every number and name of it. If the
    answer has no number or name that the question had not, half of its other new words must be there too. The answer
    is not supported when another sentence says something else of the same thing: sources that tell what was and what
    is would teach to pick the old value. An answer that has nothing to check is not supported.
    """
    marks, others = facts(said, form)
    known = _words(asked)
    values, new = marks - known, others - known
    if not values and not new:
        return None
    found = None
    topic: set[str] = set()
    sentences = [(n, _words(title), _words(text)) for n, (title, whole) in enumerate(sources, 1)
                 for text in _SENTENCE.split(whole)]  # fmt: skip
    for number, title, words in sentences:
        enough = values <= words if values else 2 * len(new & words) >= len(new)
        if enough and marks <= words | title:
            found, topic = number, others & words
            break
    if found and not any(_contradicts(words, title, marks, values, topic) for _, title, words in sentences):
        return found
    return None


def _contradicts(words: set[str], title: set[str], marks: set[str], values: set[str], topic: set[str]) -> bool:
    """Whether a sentence tells of the same thing (its names, most of its topic) another value of the same kind."""
    if not values or values & words or not (marks - values) <= words | title:
        return False
    numeric = any(_is_number(value) for value in values)
    same_kind = any(_is_number(word) for word in words) if numeric else True
    return same_kind and bool(topic) and 2 * len(topic & words) > len(topic)


def facts(said: str, form: Collection[str] = ()) -> tuple[set[str], set[str]]:
    """The numbers and names of an answer, and its other words of four letters or more, all in lower case.

    A word counts as a name when it has a capital and does not merely begin a sentence, or when it is written like an
    address (``a@b.c``) or a number (any digit).
    """
    marks: set[str] = set()
    others: set[str] = set()
    for line in said.splitlines():
        if line.strip() in form:
            continue
        begins = True
        for found in _WORD.finditer(line):
            word = found[0]
            named = word[0].isupper() and not begins
            if named or "@" in word or any(letter.isdigit() for letter in word):
                marks.add(word.lower())
            elif len(word) > 3 and not begins:
                others.add(word.lower())
            begins = bool(_SENTENCE_END.match(line, found.end()))
    return marks, others


def cite(said: str, number: int, form: Collection[str] = ()) -> str:
    """The answer with ``[number]`` after the sentence that holds its first number or name (or else its first fact)."""
    lines = said.splitlines(keepends=True)
    content = [i for i, line in enumerate(lines) if line.strip() and line.strip() not in form]
    if not content:
        return said
    at = next((i for i in content if facts(lines[i])[0]), content[0])
    line = lines[at].rstrip()
    ending = lines[at][len(line) :]
    ends = [found.end() for found in _SENTENCE_END.finditer(line)] or [len(line)]
    begin = 0
    for end in ends:
        if facts(line[begin:end])[0] or end == ends[-1]:
            lines[at] = f"{line[:end]} [{number}]{line[end:]}{ending}"
            break
        begin = end
    return "".join(lines)


def _is_number(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def _words(text: str) -> set[str]:
    return {found[0].lower() for found in _WORD.finditer(text)}
