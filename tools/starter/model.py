"""The starter model as plain PyTorch: a Llama (RMSNorm, RoPE, SwiGLU), nothing more.

It is our own module, not transformers', because training asks several questions ("branches") of one set of sources
(the "prefix"): the prefix is computed once, each branch sees the prefix and itself, and logits are wanted at answer
positions only. A plain sequence is a prefix without branches.
"""

# mypy: disable-error-code=misc
# (mypy knows no types of torch here, and so cannot check its base class)

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Config:
    """Shape of the model."""

    vocab: int = 2048
    width: int = 256
    layers: int = 6
    heads: int = 4
    hidden: int = 640
    context: int = 2048
    rope_base: float = 500_000.0
    eps: float = 1e-5

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.width // self.heads

    def as_dict(self) -> dict[str, float]:
        """Return the shape as plain numbers, for a checkpoint."""
        return asdict(self)


@dataclass(frozen=True)
class Tree:
    """Layout of a batch: `prefix` shared tokens, then `branches` pieces of `length` tokens that cannot see each other.

    `blocked` (batch, 1, 1, prefix) is 0 for a token of the prefix and -1e4 where the prefix is padding.
    """

    prefix: int
    branches: int
    length: int
    blocked: Tensor | None = None


class Norm(nn.Module):
    """RMSNorm: divide by the root mean square, multiply by a learned gain."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Normalise the last axis of `x`."""
        wide = x.float()
        scale = torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.eps)
        return (wide * scale * self.gain).to(x.dtype)


def rotary(config: Config, positions: Tensor) -> tuple[Tensor, Tensor]:
    """Return cosines and sines of the rotary angles, (batch, 1, tokens, head_dim), for token `positions`.

    Dimension i and i + head_dim/2 form a pair that turns by position · base^(-2i/head_dim)
    (Su et al., RoFormer, arXiv 2104.09864; the "rotate half" layout of Hugging Face).
    """
    steps = torch.arange(0, config.head_dim, 2, device=positions.device, dtype=torch.float32)
    angles = positions.float().unsqueeze(-1) * config.rope_base ** (-steps / config.head_dim)
    angles = torch.cat((angles, angles), -1).unsqueeze(1)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn the pairs of `x` (batch, heads, tokens, head_dim) by the angles."""
    left, right = x.chunk(2, -1)
    return x * cos + torch.cat((-right, left), -1) * sin


def causal(size: int, like: Tensor) -> Tensor:
    """Return the (size, size) mask that hides later tokens, to be added to attention scores."""
    return torch.full((size, size), -1e4, device=like.device, dtype=like.dtype).triu(1)


def attend(q: Tensor, k: Tensor, v: Tensor, tree: Tree) -> tuple[Tensor, Tensor | None]:
    """Attend within the tree; all arguments and the result are (batch, heads, tokens, head_dim).

    The second result is how much the branches attended to the prefix, (batch, heads, branches, length, prefix).
    Written out as products and a softmax: on CPUs this is more than twice as fast as the fused kernel with a mask.
    """
    batch, heads, _, dim = q.shape
    q = q * dim**-0.5
    size, count, length = tree.prefix, tree.branches, tree.length
    stem = (q[:, :, :size], k[:, :, :size], v[:, :, :size])
    shared = torch.softmax(stem[0] @ stem[1].transpose(-1, -2) + causal(size, q), -1) @ stem[2]
    if not count:
        return shared, None
    ask, key, value = (x[:, :, size:].reshape(batch, heads, count, length, dim) for x in (q, k, v))
    far = q[:, :, size:] @ stem[1].transpose(-1, -2)
    if tree.blocked is not None:
        far = far + tree.blocked
    near = ask @ key.transpose(-1, -2) + causal(length, q)
    weights = torch.softmax(torch.cat((far.view(batch, heads, count, length, size), near), -1), -1)
    looks = weights[..., :size]
    own = (weights[..., size:] @ value).reshape(batch, heads, count * length, dim)
    return torch.cat((shared, looks.reshape(batch, heads, count * length, size) @ stem[2] + own), 2), looks


class Layer(nn.Module):
    """One transformer block: attention, then a gated MLP, each on a normalised copy of the stream."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        self.heads = config.heads
        self.attn_norm = Norm(width, config.eps)
        self.q = nn.Linear(width, width, bias=False)
        self.k = nn.Linear(width, width, bias=False)
        self.v = nn.Linear(width, width, bias=False)
        self.o = nn.Linear(width, width, bias=False)
        self.mlp_norm = Norm(width, config.eps)
        self.gate = nn.Linear(width, config.hidden, bias=False)
        self.up = nn.Linear(width, config.hidden, bias=False)
        self.down = nn.Linear(config.hidden, width, bias=False)

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, tree: Tree, watch: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Return the stream `x` (batch, tokens, width) after this block, and what `attend` saw if that is watched."""
        batch, tokens, width = x.shape
        h = self.attn_norm(x)
        q, k, v = (part(h).view(batch, tokens, self.heads, -1).transpose(1, 2) for part in (self.q, self.k, self.v))
        mixed, looks = attend(rotate(q, cos, sin), rotate(k, cos, sin), v, tree)
        x = x + self.o(mixed.transpose(1, 2).reshape(batch, tokens, width))
        h = self.mlp_norm(x)
        return x + self.down(functional.silu(self.gate(h)) * self.up(h)), looks if watch else None


@dataclass(frozen=True)
class Trace:
    """What training wants to see of one pass: the normalised stream, the stream before the layer that is watched,
    and how that layer's heads attended from the branches to the prefix."""

    stream: Tensor
    middle: Tensor
    looks: Tensor | None


class Starter(nn.Module):
    """Token ids in, normalised stream out; `head` turns chosen rows of it into scores over the vocabulary."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab, config.width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = Norm(config.width, config.eps)
        self.head = nn.Linear(config.width, config.vocab, bias=False)
        self.watched = config.layers - 2

    def trace(self, ids: Tensor, positions: Tensor, tree: Tree, dtype: torch.dtype = torch.float32) -> Trace:
        """Run the model on `ids` and `positions`, both (batch, tokens), with the stream in `dtype`."""
        cos, sin = (part.to(dtype) for part in rotary(self.config, positions))
        x = middle = self.embed(ids).to(dtype)
        looks = None
        for index, layer in enumerate(self.layers):
            if index == self.watched:
                middle = x
                x, looks = layer(x, cos, sin, tree, True)
            else:
                x, _ = layer(x, cos, sin, tree)
        return Trace(self.norm(x), middle, looks)

    def forward(self, ids: Tensor, positions: Tensor, tree: Tree, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return the normalised stream for `ids` and `positions`, both (batch, tokens)."""
        return self.trace(ids, positions, tree, dtype).stream
