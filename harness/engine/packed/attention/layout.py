"""The layout of one forward pass: which tokens see which, and where their keys and values are stored.

The model's layers call the attention function one after another, without saying which pass they are in. It reads
the layout from a context variable (``active`` sets it, ``current`` reads it); ``layout.call`` counts the layers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import torch

from harness.engine.packed.plan.packing import Document

KeyValue = tuple[torch.Tensor, torch.Tensor]


@dataclass(slots=True)
class Prefix:
    """Keys and values of a preamble, one pair an attention call, each ``[1, heads, room, size]``.

    Behind the first ``length`` places there is room for a document's own keys and values, so that
    they need not be joined by copying the preamble; without room they are, and several threads may read it at once.
    """

    length: int
    layers: list[KeyValue]

    def joined(self, call: int, key: torch.Tensor, value: torch.Tensor) -> KeyValue:
        """The preamble's keys and values followed by these. Valid until the next call."""
        stop = self.length + key.shape[2]
        keys, values = self.layers[call]
        if keys.shape[2] < stop:
            joined = [torch.cat([a[:, :, : self.length], b], dim=2) for a, b in ((keys, key), (values, value))]
            return joined[0], joined[1]
        keys[:, :, self.length : stop] = key
        values[:, :, self.length : stop] = value
        return keys[:, :, :stop], values[:, :, :stop]


def grown(tensor: torch.Tensor, places: int, used: int) -> torch.Tensor:
    """A copy with room for ``places`` along the third axis, the first ``used`` of them filled."""
    larger = tensor.new_zeros((*tensor.shape[:2], places, tensor.shape[3]))
    larger[:, :, :used] = tensor[:, :, :used]
    return larger


# Small documents share one attention call, kept apart by its mask, up to this many tokens: a call costs some tens of
# microseconds whatever its size, the masked products of strangers are cheap below it.
BLOCK_TOKENS = 192


@dataclass(frozen=True, slots=True)
class Block:
    """Documents of one attention call: ``ends`` and ``positions`` as in ``Document``, counted from ``start``."""

    start: int
    ends: tuple[int, ...]
    positions: tuple[int, ...]
    causal: int  # first tokens that see just all tokens before them

    @property
    def stop(self) -> int:
        """The place after the last token."""
        return self.start + len(self.ends)


def blocks(documents: Sequence[Document]) -> list[Block]:
    """Neighbouring documents joined up to ``BLOCK_TOKENS``; a larger one stands alone."""
    groups: list[list[Document]] = []
    room = 0
    for document in documents:
        size = len(document.tokens)
        if not groups or size > room:
            groups.append([])
            room = BLOCK_TOKENS
        groups[-1].append(document)
        room -= size
    joined_blocks, start = [], 0
    for group in groups:
        ends: list[int] = []
        for document in group:
            shift = len(ends)
            ends.extend(shift + end for end in document.ends)
        positions = tuple(p for d in group for p in d.positions)
        joined_blocks.append(Block(start, tuple(ends), positions, group[0].root if len(group) == 1 else 0))
        start += len(ends)
    return joined_blocks


@dataclass(slots=True)
class PackLayout:
    """Documents side by side in one row, each after the same preamble.

    ``wanted`` are the tokens whose hidden states are scored, ascending, where they are few: the last layer computes no
    others (``harness.engine.packed.hardware.last_layer``). In its second call they are ``rows``, and the keys and values
    of all tokens, from its first call, are ``captured``.
    """

    documents: Sequence[Document]
    prefix: Prefix | None = None
    store: bool = False  # keys and values of every layer into ``stored``
    fused: bool = False  # one FlexAttention call for the whole pack
    fixed: bool = False  # fixed shapes: a token's numbers do not depend on its neighbours
    call: int = 0
    stored: list[KeyValue] = field(default_factory=list)
    capturing: bool = False
    captured: KeyValue | None = None
    wanted: torch.Tensor | None = None
    rows: torch.Tensor | None = None
    blocks: list[Block] = field(default_factory=list)
    masks: dict[tuple[int, int | None, torch.device], torch.Tensor] = field(default_factory=dict)
    fused_masks: dict[tuple[int | None, bool], Any] = field(default_factory=dict)
    windows: set[int] = field(default_factory=set)  # sliding windows that the layers asked for

    @property
    def shared(self) -> int:
        """Tokens of the preamble."""
        return self.prefix.length if self.prefix else 0

    def causal(self, block: Block, window: int | None) -> int:
        """First tokens of a block that plain causal attention over themselves serves."""
        narrow = window is not None and window <= max(block.positions, default=0)
        return 0 if self.shared or narrow else block.causal

    def mask(self, index: int, window: int | None, like: torch.Tensor) -> torch.Tensor:
        """Additive mask of a block's tokens after the plainly causal ones, against preamble and block."""
        name = index, window, like.device
        if name not in self.masks:
            block = self.blocks[index]
            rows = torch.arange(self.causal(block, window), len(block.ends))
            self.masks[name] = self.mask_of(block, rows, window, like)
        return self.masks[name]

    def mask_of(self, block: Block, rows: torch.Tensor, window: int | None, like: torch.Tensor) -> torch.Tensor:
        """Additive mask ``[rows, preamble + block]`` of some of a block's tokens."""
        place, ends = torch.arange(len(block.ends)), torch.tensor(block.ends)
        seen = (place[None, :] <= rows[:, None]) & (rows[:, None] < ends[None, :])
        seen = torch.cat([torch.ones(len(rows), self.shared, dtype=torch.bool), seen], dim=1)
        if window is not None:
            at = torch.tensor(block.positions)
            seen &= at[rows][:, None] - torch.cat([torch.arange(self.shared), at])[None, :] < window
        return torch.zeros(seen.shape, dtype=like.dtype).masked_fill_(~seen, float("-inf")).to(like.device)


@dataclass(slots=True)
class DecodeLayout:
    """One new token for each of the first slots, after a shared preamble and the slot's own past."""

    slots: list[KeyValue]  # one pair a call, each [slots, heads, room, size]
    lengths: torch.Tensor  # tokens in each active slot before this pass
    longest: int  # the most tokens in a slot after this pass
    prefix: Prefix | None = None
    call: int = 0
    masks: dict[int | None, torch.Tensor] = field(default_factory=dict)

    @property
    def shared(self) -> int:
        """Tokens of the preamble."""
        return self.prefix.length if self.prefix else 0

    def mask(self, window: int | None, like: torch.Tensor) -> torch.Tensor:
        """Additive mask ``[slots, 1, 1, preamble + longest]``."""
        if window not in self.masks:
            own = torch.arange(self.longest, device=like.device)[None, :]
            hidden = own > self.lengths[:, None]
            if self.shared:
                hidden = torch.cat([hidden.new_zeros((len(self.lengths), self.shared)), hidden], dim=1)
            if window is not None:
                at = self.lengths[:, None] + self.shared
                hidden |= at - torch.arange(hidden.shape[1], device=like.device)[None, :] >= window
            mask = torch.zeros(hidden.shape, dtype=like.dtype, device=like.device)
            self.masks[window] = mask.masked_fill_(hidden, float("-inf"))[:, None, None, :]
        return self.masks[window]


Layout = PackLayout | DecodeLayout
_current: ContextVar[Layout | None] = ContextVar("layout", default=None)


@contextmanager
def active(layout: Layout) -> Iterator[None]:
    """While active, ``current()`` is ``layout``."""
    token = _current.set(layout)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Layout:
    """The layout of the forward pass that is under way."""
    layout = _current.get()
    assert layout is not None, "packed attention outside a packed forward pass"
    return layout
