"""Episodes as tensors: the shared prefix, the branches beside it, and the weight of every token in the loss."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor

from tools.starter import hints
from tools.starter.generate import LEVELS, Branch, Episode, grounded, guessing, source, user_turn
from tools.starter.hints import Look, Looks, Reading
from tools.starter.model import Tree

BRANCH = 52
"""Tokens that a branch may have: the question and the answer; 19 of 20 have fewer."""
HEADS = 4
"""Heads of the model whose attention gets hints."""
SPARE = 2
"""Branches made beyond those wanted, to stand in for branches that are too long."""
LONGEST = 640
"""Tokens that a prefix may have; longer episodes are left out."""
VALUE_WEIGHT, CITATION_WEIGHT, CHOICE_WEIGHT, TEXT_WEIGHT = 2.0, 3.0, 4.0, 0.1
"""Weights in the loss; the choice is the second token of an answer, where the model decides whether to refuse."""


@dataclass(frozen=True)
class Row:
    """One episode in tokens: prefix ids, and for each branch its ids and their weights in the loss."""

    prefix: list[int]
    branches: list[tuple[list[int], list[float]]]
    passages: list[int]
    """For each token of the prefix its passage's number, 0 outside."""
    looks: list[list[Look]]
    """For each branch the hints where to look."""
    readings: list[Reading]
    """What can be read at values in the prefix."""
    topics: list[tuple[int, int, int, int]]
    """What each branch is about."""


@dataclass(frozen=True)
class Batch:
    """Rows of one layout. `rows` index the flattened stream where something is predicted, `targets` say what."""

    ids: Tensor
    positions: Tensor
    tree: Tree
    rows: Tensor
    targets: Tensor
    weights: Tensor
    passages: Tensor
    looks: Looks
    read_at: Tensor
    read: Tensor
    """Flat positions in the stream, and the four classes that should be read there."""

    def to(self, device: str) -> "Batch":
        """Move the batch to a device."""
        blocked = self.tree.blocked
        tree = Tree(
            self.tree.prefix, self.tree.branches, self.tree.length, None if blocked is None else blocked.to(device)
        )
        looks = Looks(self.looks.where.to(device), self.looks.hint.to(device), self.looks.count)
        parts = (self.rows, self.targets, self.weights, self.passages)
        rows, targets, weights, passages = (part.to(device) for part in parts)
        return Batch(
            self.ids.to(device),
            self.positions.to(device),
            tree,
            rows,
            targets,
            weights,
            passages,
            looks,
            self.read_at.to(device),
            self.read.to(device),
        )


def chat_text(episode: Episode) -> str:
    """Write the conversation up to and without the question of the last user turn."""
    parts = ["<s>"]
    if episode.system:
        parts.append(f"<|im_start|>system\n{episode.system}<|im_end|>\n")
    for asked, replied in episode.history:
        parts.append(f"<|im_start|>user\n{asked}<|im_end|>\n<|im_start|>assistant\n{replied}<|im_end|>\n")
    parts.append("<|im_start|>user\n")
    if episode.passages:
        parts.append(user_turn(episode.passages, "").removesuffix(" "))
    return "".join(parts)


def _weights(branch: Branch, reply: Encoding) -> list[float]:
    """Weigh the reply's tokens: choice, value and citation more than the words around them."""
    start = branch.reply.rfind(branch.value, 0, len(branch.reply) - 3) if branch.source else len(branch.reply)
    stop, number = start + len(branch.value), len(branch.reply) - 2 if branch.source else -1
    weights = [
        CITATION_WEIGHT if left == number else VALUE_WEIGHT if right > start and left < stop else 1.0
        for left, right in reply.offsets
    ]
    weights[-1] = 1.0
    return weights


def encode(tokenizer: Tokenizer, episode: Episode) -> Row:
    """Turn an episode into tokens, weights and hints."""
    text = chat_text(episode)
    prefix = tokenizer.encode(text)
    blocks = hints.spans(text, len(episode.passages))
    lead = " " if episode.passages else ""
    branches, looks = [], []
    for branch in episode.branches:
        ask = tokenizer.encode(f"{lead}{branch.question}<|im_end|>\n<|im_start|>assistant\n").ids
        reply = tokenizer.encode(branch.reply + "<|im_end|>")
        weights = _weights(branch, reply)
        weights[1] = CHOICE_WEIGHT if episode.passages else 1.0
        branches.append((ask + reply.ids, [0.0] * len(ask) + weights))
        looks.append(hints.looks(text, prefix, episode, branch, blocks, len(ask), reply))
    readings = hints.readings(tokenizer, text, prefix, episode, blocks)
    topics = [hints.about(tokenizer, branch.topic) for branch in episode.branches]
    return Row(prefix.ids, branches, hints.labels(prefix, blocks), looks, readings, topics)


def _readings(rows: Sequence[Row], size: int, width: int) -> tuple[Tensor, Tensor]:
    """Return flat positions in a batch and what should be read there: at values in the sources, and in answers."""
    where: list[int] = []
    classes: list[tuple[int, int, int, int]] = []
    for index, row in enumerate(rows):
        for reading in row.readings:
            where.append(index * width + reading.place)
            classes.append(reading.classes)
        for number, looks in enumerate(row.looks):
            for look in looks:
                where.append(index * width + size + number * BRANCH + look.place)
                classes.append(row.topics[number])
    return torch.tensor(where, dtype=torch.long), torch.tensor(classes, dtype=torch.long).view(-1, 4)


def collate(rows: Sequence[Row], text: float, seed: int) -> Batch:
    """Lay rows out side by side; a share `text` of the prefix is predicted too, so that prose is learned."""
    size = -(-max(len(row.prefix) for row in rows) // 32) * 32
    count = len(rows[0].branches)
    shape = (len(rows), size + count * BRANCH)
    ids, weights = torch.zeros(shape, dtype=torch.long), torch.zeros(shape)
    positions = torch.zeros_like(ids)
    blocked, passages = torch.zeros(len(rows), 1, 1, size), torch.zeros(len(rows), size, dtype=torch.long)
    positions[:, :size] = torch.arange(size)
    generator = torch.Generator().manual_seed(seed)
    for index, row in enumerate(rows):
        length = len(row.prefix)
        ids[index, :length] = torch.tensor(row.prefix)
        blocked[index, ..., length:] = -1e4
        passages[index, :length] = torch.tensor(row.passages)
        weights[index, 1:length] = (torch.rand(length - 1, generator=generator) < text).float() * TEXT_WEIGHT
        for number, (tokens, weight) in enumerate(row.branches):
            start = size + number * BRANCH
            ids[index, start : start + len(tokens)] = torch.tensor(tokens)
            positions[index, start : start + BRANCH] = torch.arange(length, length + BRANCH)
            weights[index, start : start + len(tokens)] = torch.tensor(weight)
    where = weights.flatten().nonzero().squeeze(1)
    tree = Tree(size, count, BRANCH, blocked)
    looks = hints.collate([row.looks for row in rows], HEADS, BRANCH, size)
    return Batch(
        ids,
        positions,
        tree,
        where - 1,
        ids.flatten()[where],
        weights.flatten()[where],
        passages,
        looks,
        *_readings(rows, size, shape[1]),
    )


def rows(
    tokenizer: Tokenizer, seed: int, level: int, branches: int, scoring: bool = False, guesses: float = 0.06
) -> Iterator[Row]:
    """Yield endless rows of the curriculum's `level` (the levels below it are mixed in), without too long ones."""
    rng = source(seed, scoring)
    while True:
        if rng.random() < guesses:
            episode = guessing(rng, branches + SPARE, scoring)
        else:
            easier = level if scoring or rng.random() < 0.8 else rng.randint(0, level)
            episode = grounded(rng, LEVELS[easier], branches + SPARE, scoring)
        row = encode(tokenizer, episode)
        fitting = [index for index, branch in enumerate(row.branches) if len(branch[0]) <= BRANCH][:branches]
        if len(row.prefix) <= LONGEST and len(fitting) == branches:
            yield Row(
                row.prefix,
                [row.branches[i] for i in fitting],
                row.passages,
                [row.looks[i] for i in fitting],
                row.readings,
                [row.topics[i] for i in fitting],
            )


def batches(stream: Iterator[Row], count: int, tokens: int, text: float, seed: int) -> Iterator[list[Batch]]:
    """Yield for each step a list of small batches, together `count` rows sorted by length, so little is padding."""
    while True:
        chosen = sorted((next(stream) for _ in range(count)), key=lambda row: len(row.prefix))
        step: list[Batch] = []
        while chosen:
            fit = max(1, tokens // (len(chosen[-1].prefix) + BRANCH * len(chosen[-1].branches)))
            step.append(collate(chosen[-fit:], text, seed := seed + 1))
            chosen = chosen[:-fit]
        yield step
