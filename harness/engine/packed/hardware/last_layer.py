"""The last layer of a model, computed only for the rows (tokens) that are scored.

Keys and values are computed for all tokens; attention output and feed-forward network, three quarters of a layer, for
the wanted rows alone. In multiple choice most tokens are context, whose hidden states no score reads. How layout,
last layer and attention work together: ``harness/engine/packed/README.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from harness.engine.packed.attention.attention import KeysCaptured
from harness.engine.packed.attention.layout import PackLayout, current

# Of more rows than this share the saving does not pay for the keys and values that are computed twice.
MOST_ROWS = 0.7


def last_layer(model: Any) -> nn.Module | None:
    """The last of a model's layers, or None where they are not one plain list."""
    count = getattr(model.config.get_text_config(), "num_hidden_layers", None)
    lists = [m for m in model.base_model.modules() if isinstance(m, nn.ModuleList) and len(m) == count]
    return lists[0][-1] if len(lists) == 1 and count else None


@contextmanager
def wanted_rows_only(layer: nn.Module) -> Iterator[None]:
    """While active, the layer computes only the rows in ``layout.wanted``; all rows where that is None."""
    whole: Any = layer.forward
    replaced = "forward" in layer.__dict__

    def forward(hidden: torch.Tensor, *args: Any, **options: Any) -> Any:
        layout = current()
        if not isinstance(layout, PackLayout) or layout.wanted is None:
            return whole(hidden, *args, **options)
        rows, layout.capturing = layout.wanted, True
        try:
            whole(hidden, *args, **options)
        except KeysCaptured:
            pass
        finally:
            layout.capturing = False
        size, layout.rows = hidden.shape[1], rows
        chosen = rows.to(hidden.device)
        picked = [_pick(a, chosen, size) for a in args]
        return whole(hidden[:, chosen], *picked, **{k: _pick(v, chosen, size) for k, v in options.items()})

    layer.forward = forward
    try:
        yield
    finally:
        if replaced:
            layer.forward = whole
        else:
            del layer.forward


def _pick(value: Any, rows: torch.Tensor, size: int) -> Any:
    """The wanted rows of whatever has one entry a token; anything else as it is."""
    if isinstance(value, tuple | list):
        return type(value)(_pick(v, rows, size) for v in value)
    if isinstance(value, dict):
        return {k: _pick(v, rows, size) for k, v in value.items()}
    if not isinstance(value, torch.Tensor) or value.dim() == 0:
        return value
    if value.dim() > 1 and value.shape[0] == 1 and value.shape[1] == size:
        return value[:, rows]
    return value[rows] if value.shape[0] == size else value
