"""Hints that speed up learning: where a good reader would look, and which passage a token belongs to.

Our generator knows where each answer stands in the sources, so training can say it: three heads of one layer are asked
to attend from the answer to the value in the sources (while copying it, before citing it, and when deciding whether
there is an answer at all; without one, to the first token). Linear probes, which are not part of the model, ask that
every token of a passage knows its passage's number, and that values in the sources and answers being written know
which thing and which attribute they are about. Without the hints the model has to find all this by itself.
"""

# mypy: disable-error-code=misc
# (mypy knows no types of torch here, and so cannot check its base class)

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from tools.starter.generate import Branch, Episode, Topic

COPY, CITE, DECIDE = 0, 1, 2
"""The heads of the watched layer that are given hints."""
PASSAGES = 10
"""Classes of the probe: outside of passages, and passage 1 to 9."""
KINDS = 512
"""Classes into which the words of attributes are hashed."""
LEAST = 1e-4


@dataclass(frozen=True)
class Look:
    """A hint: the branch's token at `place` should, with `head`, attend to these tokens of the prefix."""

    place: int
    head: int
    targets: tuple[int, ...]


@dataclass(frozen=True)
class Reading:
    """A hint: from the stream at `place` one should be able to read these four classes (see `about`)."""

    place: int
    classes: tuple[int, int, int, int]


@dataclass(frozen=True)
class Looks:
    """The hints of a batch: flat positions in the attention weights, the hint each belongs to, and their number."""

    where: Tensor
    hint: Tensor
    count: int


def spans(text: str, passages: int) -> list[tuple[int, int]]:
    """Return where each passage's block, from its `[n]` on, begins and ends in the prompt's text."""
    starts, at = [], 0
    for number in range(1, passages + 1):
        at = text.index(f"\n\n[{number}] ", at) + 2
        starts.append(at)
    return list(zip(starts, [*starts, len(text)][1:], strict=True))


def labels(prefix: Encoding, blocks: Sequence[tuple[int, int]]) -> list[int]:
    """Return for each token of the prefix the number of its passage, 0 outside of passages."""
    found = [0] * len(prefix.ids)
    for number, (start, stop) in enumerate(blocks, 1):
        for index, (left, _) in enumerate(prefix.offsets):
            if start <= left < stop:
                found[index] = number
    return found


def _tokens(prefix: Encoding, start: int, stop: int) -> tuple[int, ...]:
    return tuple(i for i, (left, right) in enumerate(prefix.offsets) if right > start and left < stop)


def places(text: str, block: tuple[int, int], value: str) -> list[tuple[int, int]]:
    """Return where `value` stands in a passage, not as a part of another word or number."""
    wanted = re.compile(rf"(?<![\w.,]){re.escape(value)}(?!\w)", re.IGNORECASE)
    return [match.span() for match in wanted.finditer(text, *block)]


def about(tokenizer: Tokenizer, topic: Topic) -> tuple[int, int, int, int]:
    """Turn a topic into four classes: the first two tokens of the name, and the two words of the attribute, hashed."""
    name = [*tokenizer.encode(f" {topic.name}").ids, 0, 0] if topic.name else [0, 0]
    words = topic.kind.split() or [""]
    first, last = (zlib.crc32(word.encode()) % KINDS for word in (words[0], words[-1]))
    return name[0], name[1], first, last


def readings(
    tokenizer: Tokenizer, text: str, prefix: Encoding, episode: Episode, blocks: Sequence[tuple[int, int]]
) -> list[Reading]:
    """Return the hints for the values in the sources; a value that stands in its passage twice is left out."""
    found = []
    for number, value, topic in episode.facts:
        spots = places(text, blocks[number - 1], value)
        if len(spots) == 1:
            classes = about(tokenizer, topic)
            found += [Reading(index, classes) for index in _tokens(prefix, *spots[0])[:2]]
    return found


def looks(
    text: str,
    prefix: Encoding,
    episode: Episode,
    branch: Branch,
    blocks: Sequence[tuple[int, int]],
    asked: int,
    reply: Encoding,
) -> list[Look]:
    """Return the hints for one branch, whose reply begins at its token `asked`.

    A token is predicted from the one before it, so the hint for reply token i belongs to place asked + i - 1.
    """
    if not episode.passages:
        return []
    if not branch.source:
        return [Look(asked, DECIDE, (0,))]
    found = places(text, blocks[branch.source - 1], branch.value)
    every = tuple(index for left, right in found for index in _tokens(prefix, left, right))
    if not every:
        return []
    hints = [Look(asked, DECIDE, every)]
    begin = branch.reply.rfind(branch.value, 0, len(branch.reply) - 3)
    for index, (left, right) in enumerate(reply.offsets):
        if left == len(branch.reply) - 2:
            hints.append(Look(asked + index - 1, CITE, every))
        elif right > begin and left < begin + len(branch.value):
            shift, size = max(0, left - begin), right - max(left, begin)
            same = [_tokens(prefix, at + shift, at + shift + size) for at, _ in found]
            hints.append(Look(asked + index - 1, COPY, tuple(token for tokens in same for token in tokens)))
    return hints


def collate(rows: Sequence[Sequence[Sequence[Look]]], heads: int, length: int, size: int) -> Looks:
    """Turn hints, one list for each branch of each row, into positions in weights (row, head, branch, place, token)."""
    where: list[int] = []
    hint: list[int] = []
    count = 0
    for index, row in enumerate(rows):
        for number, branch in enumerate(row):
            for look in branch:
                base = (((index * heads + look.head) * len(row) + number) * length + look.place) * size
                where += [base + target for target in look.targets]
                hint += [count] * len(look.targets)
                count += 1
    return Looks(torch.tensor(where, dtype=torch.long), torch.tensor(hint, dtype=torch.long), count)


def attention_loss(weights: Tensor, wanted: Looks) -> Tensor:
    """Return the mean of -log(attention that went to the hinted tokens)."""
    mass = torch.zeros(wanted.count, device=weights.device)
    mass = mass.index_add(0, wanted.hint, weights.flatten()[wanted.where].float())
    return -torch.log(mass.clamp_min(0) + LEAST).mean()


class PassageProbe(nn.Module):
    """A linear reading of a token's passage number from the stream."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.read = nn.Linear(width, PASSAGES)

    def loss(self, middle: Tensor, wanted: Tensor) -> Tensor:
        """Return the cross-entropy for tokens inside of passages; `middle` (batch, prefix, width)."""
        chosen = wanted > 0
        scores = self.read(functional.rms_norm(middle[chosen].float(), middle.shape[-1:]))
        return functional.cross_entropy(scores, wanted[chosen])


class TopicProbe(nn.Module):
    """Linear readings of what a token is about, the same for the sources and for the answer.

    Because both sides are read by one set of weights, a question and its fact come to lie in the same directions, and
    attention can match them.
    """

    def __init__(self, width: int, vocab: int) -> None:
        super().__init__()
        self.reads = nn.ModuleList(nn.Linear(width, size) for size in (vocab, vocab, KINDS, KINDS))

    def loss(self, middle: Tensor, where: Tensor, classes: Tensor) -> Tensor:
        """Return the mean cross-entropy of the four readings at flat positions `where` of the stream."""
        rows = functional.rms_norm(middle.flatten(0, 1)[where].float(), middle.shape[-1:])
        each = [functional.cross_entropy(read(rows), classes[:, index]) for index, read in enumerate(self.reads)]
        return torch.stack(each).mean()
