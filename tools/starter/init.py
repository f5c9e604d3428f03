"""Structured initial weights: attention heads that look back and copy from the first step.

A transformer of this size spends most of a short training on discovering that text can be copied. Nothing stops us
from writing the known circuit down as initial weights; training then refines it (Elhage et al., "A mathematical
framework for transformer circuits", 2021; Trockman and Kolter, "Mimetic initialization", arXiv 2305.09828).

The stream is divided into parts: a constant, a flag for digits, the token's identity `E`, and room for what
heads write: the identities one and two tokens back (`P1`, `P2`), a bag of recent tokens (`BAG`), the passage's citation
number (`INDEX`), and what to say next (`OUT`), which is all that the output matrix reads at first.

Looking back without content: let the constant give every query the vector (a, 0) and every key (a cos θ, a sin θ)
in a rotary pair with frequency θ. RoPE turns key j and query i by jθ and iθ, so their product is
a² cos((i - j - 1)θ): largest at the token before, with several θ summed sharply so (`look_back`, offset 1).
"""

# mypy: disable-error-code=untyped-decorator

import math

import torch
from torch import Tensor

from tools.starter.model import Layer, Starter

CONST, FLAG = 0, 1
E, P1, P2 = slice(2, 98), slice(98, 138), slice(138, 162)
BAG, INDEX, OUT = slice(162, 186), slice(186, 196), slice(196, 256)
SHARE = 0.4
"""The constant's share of an embedding's length."""


def _size(part: slice) -> int:
    return int(part.stop - part.start)


class _Weaver:
    """Writes single heads into the weight matrices of a model."""

    def __init__(self, model: Starter, generator: torch.Generator) -> None:
        self.model, self.generator = model, generator
        self.dim = model.config.head_dim
        self.unit = math.sqrt(model.config.width) * SHARE
        """What the constant dimension holds after the norm."""
        self.angles = model.config.rope_base ** (-torch.arange(self.dim // 2) * 2 / self.dim)

    def rows(self, head: int) -> slice:
        """Return the rows of q, k and v that belong to `head`."""
        return slice(head * self.dim, (head + 1) * self.dim)

    def project(self, rows: int, columns: int) -> Tensor:
        """Return a random matrix (rows, columns) with orthonormal rows, or columns where there are fewer of them."""
        noise = torch.randn(max(rows, columns), min(rows, columns), generator=self.generator)
        basis = torch.linalg.qr(noise)[0]
        return basis if rows >= columns else basis.T

    def look_back(
        self, layer: Layer, head: int, offset: int, pairs: slice, strength: float, source: int = CONST
    ) -> None:
        """Let `head` attend `offset` tokens back; `strength` is the score that each rotary pair adds at the peak.

        With `source` FLAG only digits have keys: the nearest of them wins.
        """
        amount = math.sqrt(strength * math.sqrt(self.dim)) / self.unit
        base, half = head * self.dim, self.dim // 2
        for pair in range(pairs.start, pairs.stop):
            turn = float(self.angles[pair]) * offset
            layer.q.weight[base + pair, CONST] = amount
            layer.k.weight[base + pair, source] = amount * math.cos(turn)
            layer.k.weight[base + half + pair, source] = amount * math.sin(turn)

    def carry(self, layer: Layer, head: int, read: slice, write: slice, gain: float, how: Tensor) -> None:
        """Let `head` move part `read` of what it attends to into part `write`, through matrix `how` (write, read)."""
        inner = min(self.dim, how.shape[0])
        rows = slice(head * self.dim, head * self.dim + inner)
        layer.v.weight[rows, read] = how[:inner]
        layer.o.weight[write, rows] = torch.eye(_size(write), inner) * gain


def _plain(model: Starter, generator: torch.Generator) -> None:
    """Fill all matrices with small noise; outputs of blocks are smaller, as deep sums need."""
    width, layers = model.config.width, model.config.layers
    for name, weight in model.named_parameters():
        if weight.ndim < 2:
            continue
        scale = 0.5 / math.sqrt(width)
        if name.endswith(("o.weight", "down.weight")):
            scale = 0.25 / math.sqrt(width * layers)
        weight.copy_(torch.randn(weight.shape, generator=generator) * scale)


def _embeddings(model: Starter, digits: list[int], generator: torch.Generator) -> Tensor:
    """Write the embeddings (length 1) and return the identities, (vocab, size of E)."""
    vocab = model.config.vocab
    identity = torch.nn.functional.normalize(torch.randn(vocab, _size(E), generator=generator), dim=-1)
    weight = torch.randn(vocab, model.config.width, generator=generator) * 0.01
    weight[:, CONST] = SHARE
    weight[:, FLAG] = 0.0
    weight[digits, FLAG] = SHARE
    weight[:, E] = identity * math.sqrt(1 - SHARE**2)
    model.embed.weight.copy_(weight)
    return identity


@torch.no_grad()
def structured(model: Starter, digits: list[int], bracket: int, seed: int) -> None:
    """Initialise `model` with looking-back heads in layer 0, copying heads in layer 1, matching heads above."""
    generator = torch.Generator().manual_seed(seed)
    _plain(model, generator)
    identity = _embeddings(model, digits, generator)
    weave = _Weaver(model, generator)
    layers: list[Layer] = list(model.layers)
    one, two = weave.project(_size(P1), _size(E)), weave.project(_size(P2), _size(E))
    bag, index = weave.project(_size(BAG), _size(E)), weave.project(_size(INDEX), _size(E))
    out = weave.project(_size(OUT), _size(E))
    for head in range(model.config.heads):
        layers[0].q.weight[weave.rows(head)] *= 0.1
        layers[0].k.weight[weave.rows(head)] *= 0.1
    first = layers[0]
    gain = 0.06
    weave.look_back(first, 0, 1, slice(0, 8), 8.0)
    weave.carry(first, 0, E, P1, gain, one)
    weave.look_back(first, 1, 2, slice(0, 8), 8.0)
    weave.carry(first, 1, E, P2, gain, two)
    weave.look_back(first, 2, 0, slice(5, 10), 1.5)
    weave.carry(first, 2, E, BAG, 3 * gain, bag)
    _passage(weave, layers[1], one @ identity[bracket])
    weave.carry(layers[1], 3, E, INDEX, 1.4 * gain, index)
    _copying(weave, layers[1], one, two, out, gain)
    _matching(weave, layers[2:], out, gain)
    model.head.weight.mul_(0.1)
    model.head.weight[:, OUT] = identity @ out.T


def _passage(weave: _Weaver, layer: Layer, bracket: Tensor) -> None:
    """Let head 3 find the header `[n]` of the passage: the nearest digit that has an opening bracket before it.

    A key has one part from the digit's flag and an equal part from the bracket in `P1`; only a header has both. The
    rotary pairs are so slow that their cosine falls steadily over the length of a prompt, so the nearest header wins.
    """
    weave.look_back(layer, 3, 0, slice(14, 16), 20.0, FLAG)
    rows = [3 * weave.dim + pair for pair in (14, 15)]
    layer.k.weight[rows, P1] += layer.k.weight[rows, FLAG].unsqueeze(1) * (bracket / bracket.norm())


def _copying(weave: _Weaver, layer: Layer, one: Tensor, two: Tensor, out: Tensor, gain: float) -> None:
    """Write the induction heads: find where the current token stood before, and say what followed it there."""
    slow, end = 16, weave.dim // 2
    size = 2 * (end - slow)
    narrow = weave.project(size, one.shape[0])
    base, half = 0, weave.dim // 2
    places = [base + p for p in range(slow, end)] + [base + half + p for p in range(slow, end)]
    for head in (0, 1):
        rows = [head * weave.dim + place for place in places]
        layer.q.weight[rows, E] = narrow @ one * 1.4
        layer.k.weight[rows, P1] = narrow * 2.2
        weave.carry(layer, head, E, OUT, 2 * gain, out)
    pair = weave.project(size, two.shape[0])
    rows = [weave.dim + place for place in places]
    onto = two @ torch.linalg.pinv(one)
    layer.q.weight[rows, P1] += pair @ onto * 1.4
    layer.k.weight[rows, P2] += pair * 2.2
    weave.look_back(layer, 2, 0, slice(5, 10), 1.5)


def _matching(weave: _Weaver, layers: list[Layer], out: Tensor, gain: float) -> None:
    """Let heads of the upper layers attend to places with a similar context, and pass identities on to the output."""
    slow, end = 16, weave.dim // 2
    size = 2 * (end - slow)
    for layer in layers:
        for head in range(2):
            shared = weave.project(size, weave.model.config.width) * 0.7
            base = head * weave.dim
            places = [base + p for p in range(slow, end)] + [base + weave.dim // 2 + p for p in range(slow, end)]
            layer.q.weight[places] += shared
            layer.k.weight[places] += shared
            layer.q.weight[places, CONST] = 0
            layer.k.weight[places, CONST] = 0
            weave.carry(layer, head, E, OUT, gain, out)
