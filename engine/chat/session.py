"""One context and what is in it: sequences under a single adapter state, shared prefixes evaluated once.

A session never changes its adapter, so whatever it remembers was computed by the weights it answers with: a stale
prefix cannot be reused. Between requests it keeps the sequences of the last one; the next request takes over the
longest prefix it can, which makes the second turn of a chat quick.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import pairwise

from engine.chat import canary, llama
from engine.chat.context import Context
from engine.errors import Cancelled

MOST_ARMS = 4
"""Most prompts that one request may hold."""
_Work = tuple[int, int, Sequence[int], int | None]
"""A token to evaluate: id, position, sequences, and the number of the prompt that it completes."""
_ANEW = 8
"""Tokens at the end of a prompt that are always evaluated: the last one's logits are needed, and see ``_chunks``."""
_SMALLEST = 512  # cells; a context grows by doubling, so that a long chat seldom loses its cache to growth


class Session:
    """The evaluation state of a model under one adapter state.

    Args:
        model: the weights.
        adapter: the LoRA that is on, None: none.
        digest: SHA-256 of the adapter's file.
    """

    def __init__(self, model: llama.Model, adapter: llama.Adapter | None, digest: str | None) -> None:
        self.model, self.adapter, self.digest = model, adapter, digest
        self.context: Context | None = None
        self._held: dict[int, list[int]] = {}  # sequence → its tokens
        self._proof: canary.Proof | None = None

    @property
    def proof(self) -> canary.Proof:
        """The canary logits of this session's context."""
        if self._proof is None:
            self.make_room(_SMALLEST)
        assert self._proof is not None
        return self._proof

    def begin(
        self,
        prompts: Sequence[Sequence[int]],
        answers: Sequence[int],
        ready: Callable[[int, int], None],
        stopped: Callable[[], object],
    ) -> list[int]:
        """Evaluate prompts: what they share once, what is left of the last request not at all.

        Args:
            prompts: token ids of each, at least one.
            answers: room to keep for each one's answer, in tokens.
            ready: called with a prompt's index and the output index of its logits, as soon as they are there.
            stopped: looked at during evaluation; anything true stops it.

        Returns:
            The sequence of each prompt, for ``step``.

        Raises:
            Cancelled: ``stopped`` said so. Nothing is held then.
        """
        shared = _common(prompts) if self.model.divisible else 0
        self.make_room(shared + sum(len(p) - shared for p in prompts) + sum(answers))
        targets, starts = self._place(prompts)
        work: list[_Work] = []
        if min(starts) < shared:  # then all start at the same place: they are the same up to ``shared``
            work += [(prompts[0][i], i, targets, None) for i in range(min(starts), shared)]
        for number, (tokens, sequence, start) in enumerate(zip(prompts, targets, starts, strict=True)):
            last = len(tokens) - 1
            work += [
                (tokens[i], i, (sequence,), number if i == last else None) for i in range(max(start, shared), last + 1)
            ]
        self._evaluate(work, ready, stopped)
        self._held = {sequence: list(tokens) for sequence, tokens in zip(targets, prompts, strict=True)}
        return targets

    def _evaluate(
        self, work: Sequence[_Work], ready: Callable[[int, int], None], stopped: Callable[[], object]
    ) -> None:
        context = self._open()
        context.use_free_cores()
        context.stop_when(stopped)
        try:
            for chunk in _chunks(work, context.batch_size):
                if stopped():
                    raise Cancelled
                context.evaluate([(token, at, owners, done is not None) for token, at, owners, done in chunk])
                for index, (_, _, _, done) in enumerate(chunk):
                    if done is not None:
                        ready(done, index)
        except BaseException:
            context.clear()
            raise
        finally:
            context.stop_when(None)

    def step(self, tokens: Sequence[tuple[int, int]]) -> None:
        """Append one token to each of some sequences, ``(sequence, token)``, in one batch; each has logits then."""
        self._open().evaluate([(token, len(self._held[at]), (at,), True) for at, token in tokens])
        for sequence, token in tokens:
            self._held[sequence].append(token)

    def close(self) -> None:
        """Free its memory; it opens again when it is used."""
        if self.context:
            self.context.close()
        self.context, self._held, self._proof = None, {}, None

    def _open(self) -> Context:
        assert self.context
        return self.context

    def make_room(self, cells: int) -> None:
        """Have room for that many tokens; a context that is too small is made anew, empty."""
        if self.context and self.context.cells >= cells:
            return
        self.close()
        size = _SMALLEST
        while size < cells:
            size *= 2
        self.context = Context(self.model, size, 2 * MOST_ARMS, adapter=self.adapter)
        self._proof = canary.take(self.context)

    def _place(self, prompts: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
        """A free sequence for each prompt, and how many of its tokens are in it already (never the last ones)."""
        context = self._open()
        free = [sequence for sequence in range(2 * MOST_ARMS) if sequence not in self._held]
        starts = []
        for prompt, target in zip(prompts, free, strict=False):
            known = {at: min(_same(tokens, prompt), len(prompt) - _ANEW) for at, tokens in self._held.items()}
            source = max(known, key=known.__getitem__, default=None)
            start = max(0, known[source]) if source is not None and self.model.divisible else 0
            if source is not None and start:
                context.copy(source, target, start)
            starts.append(start)
        for old in self._held:
            context.cut(old, 0)
        self._held = {}
        return free[: len(prompts)], starts


def _chunks(work: Sequence[_Work], size: int) -> list[Sequence[_Work]]:
    """Pieces of nearly equal length, so that none is tiny: a few tokens are computed by other code than many."""
    count = -(-len(work) // size)
    edges = [len(work) * i // count for i in range(count + 1)]
    return [work[start:end] for start, end in pairwise(edges)]


def _common(prompts: Sequence[Sequence[int]]) -> int:
    """Length of the prefix that all have in common, without the last token of any."""
    shortest = min(len(prompt) for prompt in prompts) - 1
    return reduce(lambda length, prompt: min(length, _same(prompts[0], prompt)), prompts[1:], shortest)


def _same(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the common prefix of two lists, by halving (comparing slices is far quicker than items)."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
