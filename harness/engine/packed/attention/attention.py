"""The attention function that transformers calls, once a layer: each document under its tree mask, after its preamble."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
from torch.nn import functional

from harness.engine.packed.attention import flex
from harness.engine.packed.attention.layout import DecodeLayout, PackLayout, current
from harness.engine.packed.plan.packing import Document

NAME = "landscape_packed"

# Queries of the fixed layout come in blocks of this many positions; 64 fills a vector kernel's tile.
BLOCK = 64

# torch's kernel for CPUs computes all of a query's keys up to the next multiple of 512, seen or not. Queries in steps of
# this many, each with no more keys than its last one sees, cost a fifth less at 256 tokens and a third less at 512.
STEP = 64

# What a layer may pass besides these is not understood, and the model falls back.
_KNOWN = {"is_causal", "output_attentions", "position_ids", "position_embeddings", "cache_position", "use_cache"}


class NotUnderstood(RuntimeError):
    """A layer asks for something that packed attention cannot do."""


def register() -> None:
    """Makes the function known to transformers under ``NAME``."""
    from transformers import AttentionInterface

    AttentionInterface.register(NAME, packed_attention)


def packed_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    softcap: float | None = None,
    sliding_window: int | None = None,
    s_aux: torch.Tensor | None = None,
    **others: Any,
) -> tuple[torch.Tensor, None]:
    """Attention of one layer over the current layout: ``[1, heads, tokens, size]`` in, tokens first out."""
    strange = [k for k, v in others.items() if k not in _KNOWN and isinstance(v, torch.Tensor)]
    if strange or attention_mask is not None or query.shape[0] != 1:
        raise NotUnderstood(f"attention with {', '.join(strange) or 'a mask or batch of its own'}")
    layout = current()
    if isinstance(layout, PackLayout) and layout.capturing:
        layout.captured = key, value
        raise KeysCaptured
    form = _Form(scaling if scaling is not None else query.shape[-1] ** -0.5, softcap, s_aux)
    run = _decode if isinstance(layout, DecodeLayout) else _fixed if layout.fixed else _pack
    result = run(layout, query, key, value, form, sliding_window)  # type: ignore[arg-type]
    layout.call += 1
    return result, None


class KeysCaptured(Exception):
    """The keys and values of a layer are taken, and nothing more is wanted of this call."""


class _Form:
    """How scores are scaled, capped and normalised."""

    __slots__ = ("scale", "sinks", "softcap")

    def __init__(self, scale: float, softcap: float | None, sinks: torch.Tensor | None) -> None:
        self.scale, self.softcap, self.sinks = scale, softcap, sinks

    def causal(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, result: torch.Tensor) -> None:
        """Plain causal attention of ``[1, heads, tokens, size]`` into ``result``, tokens first."""
        count = q.shape[2]
        if not self.plain or q.device.type != "cpu" or count <= STEP:
            result.copy_(self(q, k, v, None).transpose(1, 2))
            return
        size = -(-count // 1024) * 1024
        mask = _diagonal(size, q.dtype)
        for low in range(0, count, STEP):
            high = min(low + STEP, count)
            own = mask[: high - low, size - low : size - low + high]
            result[:, low:high] = self(q[:, :, low:high], k[:, :, :high], v[:, :, :high], own).transpose(1, 2)

    def later(
        self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor, result: torch.Tensor
    ) -> None:
        """Attention of the last tokens of ``k`` under a mask by which none sees a later one, into ``result``."""
        count, ahead = q.shape[2], k.shape[2] - q.shape[2]
        step = STEP if self.plain and q.device.type == "cpu" else count
        for low in range(0, count, step):
            high = min(low + step, count)
            seen = ahead + high
            own = self(q[:, :, low:high], k[:, :, :seen], v[:, :, :seen], mask[low:high, :seen])
            result[:, low:high] = own.transpose(1, 2)

    @property
    def plain(self) -> bool:
        return self.softcap is None and self.sinks is None

    def __call__(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Attention of ``[1, heads, …]``; without a mask it is causal."""
        if self.plain:
            grouped = q.shape[1] != k.shape[1]
            return functional.scaled_dot_product_attention(
                q, k, v, attn_mask=mask, is_causal=mask is None, scale=self.scale, enable_gqa=grouped
            )
        groups = q.shape[1] // k.shape[1]
        k, v = k.repeat_interleave(groups, dim=1), v.repeat_interleave(groups, dim=1)
        if mask is None:
            mask = torch.full((q.shape[2], k.shape[2]), float("-inf"), dtype=q.dtype, device=q.device).triu_(1)
        return torch.matmul(self.weights(torch.matmul(q, k.transpose(2, 3)), mask), v)

    def weights(self, scores: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Softmax in fp32 of raw scores ``[…, heads, queries, keys]``."""
        scores = scores * self.scale
        if self.softcap is not None:
            scores = torch.tanh(scores / self.softcap) * self.softcap
        scores = scores + mask
        if self.sinks is None:
            return torch.softmax(scores, dim=-1, dtype=torch.float32).to(scores.dtype)
        sink = self.sinks.to(scores.dtype).reshape(1, -1, 1, 1).expand(*scores.shape[:-1], 1)
        return torch.softmax(torch.cat([scores, sink], dim=-1), dim=-1, dtype=torch.float32)[..., :-1].to(scores.dtype)


@lru_cache(maxsize=8)
def _diagonal(size: int, dtype: torch.dtype) -> torch.Tensor:
    """Causal masks of all steps ``[STEP, size + STEP]``: row ``i`` sees up to column ``size + i``.

    A view that begins ``n`` columns before ``size`` is the mask of a step whose first query is the ``n``-th token.
    """
    return torch.full((STEP, size + STEP), float("-inf"), dtype=dtype).triu_(size + 1)


def _empty(query: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    return query.new_empty((1, query.shape[2], query.shape[1], value.shape[3]))


def _pack(
    layout: PackLayout, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, form: _Form, window: int | None
) -> torch.Tensor:
    if window is not None:
        layout.windows.add(window)
    if layout.store:
        layout.stored.append((key, value))
    if layout.fused and form.sinks is None:
        return _fused(layout, query, key, value, form, window)
    if layout.rows is not None and layout.captured is not None:
        return _wanted_rows(layout, layout.rows, query, layout.captured, form, window)
    result = _empty(query, value)
    for index, block in enumerate(layout.blocks):
        part = slice(block.start, block.stop)
        q, k, v = query[:, :, part], key[:, :, part], value[:, :, part]
        plain = layout.causal(block, window)
        if plain:
            into = result[:, block.start : block.start + plain]
            form.causal(q[:, :, :plain], k[:, :, :plain], v[:, :, :plain], into)
        if plain < len(block.ends):
            if layout.prefix is not None:
                k, v = layout.prefix.joined(layout.call, k, v)
            into = result[:, block.start + plain : block.stop]
            form.later(q[:, :, plain:], k, v, layout.mask(index, window, query), into)
    return result


def _fused(
    layout: PackLayout, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, form: _Form, window: int | None
) -> torch.Tensor:
    """All documents in one FlexAttention call; its mask is made once for all layers of a window."""
    few = layout.rows is not None and layout.captured is not None
    if layout.rows is not None and layout.captured is not None:
        key, value = layout.captured
    name = window, few
    if name not in layout.fused_masks:
        rows = layout.rows.tolist() if layout.rows is not None and few else range(key.shape[2])
        layout.fused_masks[name] = flex.block_mask(layout.documents, rows, layout.shared, window, query.device)
    if layout.prefix is not None:
        keys, values = layout.prefix.layers[layout.call]
        key = torch.cat([keys[:, :, : layout.shared], key], dim=2)
        value = torch.cat([values[:, :, : layout.shared], value], dim=2)
    return flex.attend(query, key, value, layout.fused_masks[name], form.scale, form.softcap).transpose(1, 2)


def _wanted_rows(
    layout: PackLayout,
    rows: torch.Tensor,
    query: torch.Tensor,
    captured: tuple[torch.Tensor, torch.Tensor],
    form: _Form,
    window: int | None,
) -> torch.Tensor:
    """Attention of the wanted rows alone, over the keys and values of all tokens."""
    key, value = captured
    result = _empty(query, value)
    bounds = torch.searchsorted(
        rows, torch.tensor([b.start for b in layout.blocks] + [layout.blocks[-1].stop])
    ).tolist()
    for block, low, high in zip(layout.blocks, bounds, bounds[1:], strict=False):
        if low == high:
            continue
        k, v = key[:, :, block.start : block.stop], value[:, :, block.start : block.stop]
        if layout.prefix is not None:
            k, v = layout.prefix.joined(layout.call, k, v)
        mask = layout.mask_of(block, rows[low:high] - block.start, window, query)
        result[:, low:high] = form(query[:, :, low:high], k, v, mask).transpose(1, 2)
    return result


def _fixed(
    layout: PackLayout, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, form: _Form, window: int | None
) -> torch.Tensor:
    """The same in shapes that only a token's own path and position fix.

    A block of 64 positions queries all positions up to its end, each position at its own place,
    whatever else is in the pack, and wherever preamble, context and continuation meet.
    """
    if window is not None:
        layout.windows.add(window)
    if layout.store:
        layout.stored.append((key, value))
    result, start = _empty(query, value).zero_(), 0
    for document in layout.documents:
        stop = start + len(document.tokens)
        parts = query[:, :, start:stop], key[:, :, start:stop], value[:, :, start:stop]
        for segment in range(len(document.segments)):
            _fixed_segment(layout, document, segment, parts, result[:, start:stop], form, window)
        start = stop
    return result


def _fixed_segment(
    layout: PackLayout,
    document: Document,
    segment: int,
    parts: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    result: torch.Tensor,
    form: _Form,
    window: int | None,
) -> None:
    query, key, value = parts
    first, last, _ = document.segments[segment]
    if first == last:
        return
    begin, end = document.positions[first], document.positions[last - 1] + 1
    whole = -(-end // BLOCK) * BLOCK
    path = _path(document, segment)
    keys, values = (key.new_zeros((1, t.shape[1], whole, t.shape[3])) for t in (key, value))
    if layout.prefix is not None:
        own = layout.prefix.layers[layout.call]
        keys[:, :, : layout.shared] = own[0][:, :, : layout.shared]
        values[:, :, : layout.shared] = own[1][:, :, : layout.shared]
    keys[:, :, layout.shared : end] = key[:, :, path]
    values[:, :, layout.shared : end] = value[:, :, path]
    for low in range(begin // BLOCK * BLOCK, end, BLOCK):
        high = low + BLOCK
        a, b = max(low, begin), min(high, end)
        block = query.new_zeros((1, query.shape[1], BLOCK, query.shape[3]))
        block[:, :, a - low : b - low] = query[:, :, first + a - begin : first + b - begin]
        at = torch.arange(low, high, device=query.device)[:, None]
        past = torch.arange(high, device=query.device)[None, :]
        hidden = (past > at) if window is None else (past > at) | (at - past >= window)
        mask = torch.zeros(hidden.shape, dtype=query.dtype, device=query.device).masked_fill_(hidden, float("-inf"))
        out = form(block, keys[:, :, :high], values[:, :, :high], mask).transpose(1, 2)
        result[:, first + a - begin : first + b - begin] = out[:, a - low : b - low]


def _path(document: Document, segment: int) -> list[int]:
    runs: list[range] = []
    while segment >= 0:
        first, last, parent = document.segments[segment]
        runs.append(range(first, last))
        segment = parent
    return [i for run in reversed(runs) for i in run]


def _decode(
    layout: DecodeLayout, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, form: _Form, window: int | None
) -> torch.Tensor:
    """One query a slot; the preamble's keys are read once for all slots."""
    slots = query.shape[2]
    keys, values = layout.slots[layout.call]
    heads, size = key.shape[1], key.shape[3]
    rows = torch.arange(slots, device=key.device)
    keys[rows, :, layout.lengths] = key[0].transpose(0, 1)
    values[rows, :, layout.lengths] = value[0].transpose(0, 1)
    longest = layout.longest
    grouped = query[0].transpose(0, 1).reshape(slots, heads, -1, size)  # [slots, kv heads, group, size]
    scores = torch.matmul(grouped, keys[:slots, :, :longest].transpose(2, 3))
    group, shared = grouped.shape[2], layout.shared
    if layout.prefix is not None:
        before, _ = layout.prefix.layers[layout.call]
        flat = grouped.transpose(0, 1).reshape(heads, slots * group, size)
        early = torch.matmul(flat, before[0, :, :shared].transpose(1, 2))
        early = early.reshape(heads, slots, group, shared).transpose(0, 1)
        scores = torch.cat([early, scores], dim=-1)
    flat_scores = scores.reshape(slots, heads * group, 1, scores.shape[-1])
    weights = form.weights(flat_scores, layout.mask(window, query)).reshape(scores.shape)
    result = torch.matmul(weights[..., shared:], values[:slots, :, :longest])
    if layout.prefix is not None:
        _, before = layout.prefix.layers[layout.call]
        flat = weights[..., :shared].transpose(0, 1).reshape(heads, slots * group, shared)
        early = torch.matmul(flat, before[0, :, :shared])
        result = result + early.reshape(heads, slots, group, -1).transpose(0, 1)
    return result.reshape(1, slots, heads * group, -1)
