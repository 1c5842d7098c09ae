"""A whole pack in one fused attention call: FlexAttention with the tree as its mask (for graphics cards).

Dong et al. (2024), "Flex Attention: A Programming Model for Generating Optimized Attention Kernels", arXiv 2412.05496.
Compiled, it never holds a mask: which tiles of 128 × 128 tokens meet follows from where documents begin and end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch

from harness.engine.packed.plan.packing import Document

TILE = 128

Tiles = tuple[list[list[int]], list[list[int]]]


def tiles(documents: Sequence[Document], rows: Sequence[int], shared: int, *, windowed: bool) -> Tiles:
    """Tiles of keys that each tile of query rows meets: those under a mask, and those that all of its rows see whole.

    ``rows`` are the queries' places in the pack, ascending; keys are ``shared`` tokens of preamble, then the pack.
    """
    begins: list[int] = []
    for document in documents:
        begins.extend([len(begins)] * len(document.tokens))
    whole = 0 if windowed else shared // TILE
    masked, full = [], []
    for low in range(0, len(rows), TILE):
        first, last = rows[low], rows[min(low + TILE, len(rows)) - 1]
        own = range((shared + begins[first]) // TILE, (shared + last) // TILE + 1)
        before = range(whole, -(-shared // TILE))
        full.append(list(range(whole)))
        masked.append(sorted({*own, *before} - set(range(whole))))
    return masked, full


def block_mask(
    documents: Sequence[Document], rows: Sequence[int], shared: int, window: int | None, device: torch.device
) -> Any:
    """The pack's mask as FlexAttention takes it."""
    from torch.nn.attention.flex_attention import BlockMask

    size = sum(len(d.tokens) for d in documents)
    ends: list[int] = [shared + size] * shared
    for document in documents:
        shift = len(ends)
        ends.extend(shift + end for end in document.ends)
    # No number is captured, only tensors: the compiler would make a kernel for each preamble and window.
    at, limit = torch.tensor(rows, device=device) + shared, torch.tensor(ends, device=device)

    def in_tree(batch: Any, head: Any, query: Any, key: Any) -> Any:
        return (key <= at[query]) & (at[query] < limit[key])

    seen = in_tree
    if window is not None:
        place = torch.tensor([*range(shared), *(p for d in documents for p in d.positions)], device=device)
        before = place[at] - window

        def in_window(batch: Any, head: Any, query: Any, key: Any) -> Any:
            return (key <= at[query]) & (at[query] < limit[key]) & (before[query] < place[key])

        seen = in_window

    masked, full = tiles(documents, rows, shared, windowed=window is not None)
    width = -(-(shared + size) // TILE)
    return BlockMask.from_kv_blocks(
        *_table(masked, width, device),
        *_table(full, width, device),
        BLOCK_SIZE=TILE,
        mask_mod=seen,
        seq_lengths=(len(rows), shared + size),
        compute_q_blocks=False,
    )


def _table(lists: list[list[int]], width: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Counts ``[1, 1, tiles]`` and indices ``[1, 1, tiles, width]``, filled up with zeros.

    ``width`` is the number of all tiles of keys: the compiled kernel finds its row in both tables by the stride of the
    first, so they must be equally wide.
    """
    counts = torch.tensor([len(row) for row in lists], dtype=torch.int32)
    indices = torch.zeros((len(lists), width), dtype=torch.int32)
    for line, row in zip(indices, lists, strict=True):
        line[: len(row)] = torch.tensor(row, dtype=torch.int32)
    return counts.to(device)[None, None], indices.to(device)[None, None]


# Devices on which the call is compiled. ``benchmarks/gpu.py`` adds the CPU, to rehearse; elsewhere that costs more than it gains.
COMPILED_ON = {"cuda"}

# Shapes that are compiled for: a model's heads and sizes, with and without a preamble, one tile or more. Beyond torch's
# own limit of 8 it would run uncompiled, which holds every score of a pack at once.
SHAPES = 64


@cache
def kernel(compiled: bool, *, dynamic: bool = True) -> Callable[..., torch.Tensor]:
    """FlexAttention, compiled once for all shapes, or for each (``dynamic`` false); plain (slow, any device) for tests.

    torch 2.13's compiler for CPUs confuses the names of dynamic sizes (``ks1`` within ``ks17``) and can compute wrong
    numbers with them, so a CPU compiles for each shape.
    """
    from torch.nn.attention.flex_attention import flex_attention

    call: Callable[..., torch.Tensor] = flex_attention
    if not compiled:
        return call
    import torch._dynamo.config as dynamo

    dynamo.recompile_limit = max(dynamo.recompile_limit, SHAPES)
    return torch.compile(call, dynamic=dynamic, fullgraph=True)


def attend(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: Any, scale: float, softcap: float | None
) -> torch.Tensor:
    """Attention ``[1, heads, rows, size]`` under a block mask; heads of keys may be fewer than those of queries."""

    cap = softcap or 1.0

    def capped(score: torch.Tensor, *_: Any) -> torch.Tensor:
        return torch.tanh(score / cap) * cap

    run = kernel(query.device.type in COMPILED_ON, dynamic=query.device.type != "cpu")
    return run(
        query,
        key,
        value,
        score_mod=None if softcap is None else capped,
        block_mask=mask,
        scale=scale,
        enable_gqa=query.shape[1] != key.shape[1],
        # Not the kernel for few queries: it is made for as many as its first call has, and dynamic shapes bring more.
        kernel_options={"BACKEND": "TRITON"} if query.device.type == "cuda" else None,
    )
