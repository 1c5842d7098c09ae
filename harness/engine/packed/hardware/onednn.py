"""Matrix products of a CPU pass in oneDNN's hands, with what follows them fused where that is known to be the same.

torch gives fp32 products to MKL. Of a pass's tall products oneDNN makes a tenth less (measured on a processor with AVX2;
benchmarks/RESULTS.md), and it applies SiLU and the gate's multiplication while a tile is still in the cache, where torch
reads and writes the largest tensor of a layer twice more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

# Products of fewer rows stay with torch: oneDNN packs the weights anew in every call, which only many rows repay.
LEAST_ROWS = 128

# A fused gate sums in another order; two right ways agree far within this (relative, fp32).
TOLERANCE = 1e-5

AVAILABLE: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]

Forward = Callable[[torch.Tensor], torch.Tensor]


class Products:
    """A model's linear layers and gated feed-forward networks, as they are computed within ``fast``."""

    def __init__(self, model: nn.Module, device: torch.device) -> None:
        self._ways: list[tuple[nn.Module, Forward]] = []
        if device.type != "cpu" or not AVAILABLE:
            return
        for module in model.modules():
            if _is_plain(module):
                self._ways.append((module, _linear(module)))
            elif _is_gated(module):
                self._ways.append((module, _gated(module)))

    @property
    def kind(self) -> str:
        """Who multiplies."""
        return "oneDNN" if self._ways else "torch"

    @contextmanager
    def fast(self) -> Iterator[None]:
        """The model's products by oneDNN; its own come back afterwards."""
        for module, way in self._ways:
            module.forward = way
        try:
            yield
        finally:
            for module, _ in self._ways:
                del module.forward


def product(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None, then: str = "none"
) -> torch.Tensor:
    """``x @ weight.T + bias`` of ``[…, rows, in]`` by ``[out, in]``, and SiLU after it with ``then="swish"``."""
    result: torch.Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, then, [], "")
    return result


def suits(x: torch.Tensor, weight: torch.Tensor, least: int = LEAST_ROWS) -> bool:
    """Whether a product is one of those that oneDNN makes faster: fp32, on a CPU, of at least so many rows."""
    tall = x.numel() >= least * x.shape[-1]
    return AVAILABLE and tall and weight.dtype == x.dtype == torch.float32 and weight.device.type == "cpu"


def _is_plain(module: nn.Module) -> bool:
    """A linear layer as torch has it, unchanged by whoever loaded the model."""
    return type(module) is nn.Linear and "forward" not in module.__dict__ and module.weight.dtype == torch.float32


def _linear(module: Any) -> Forward:
    def forward(x: torch.Tensor) -> torch.Tensor:
        if suits(x, module.weight):
            return product(x, module.weight, module.bias)
        return nn.functional.linear(x, module.weight, module.bias)

    return forward


def _is_gated(module: Any) -> bool:
    """A feed-forward network that is ``down(silu(gate(x)) * up(x))``: by its parts, then by trying."""
    parts = [getattr(module, name, None) for name in ("gate_proj", "up_proj", "down_proj")]
    if "forward" in module.__dict__ or not all(isinstance(p, nn.Linear) and _is_plain(p) for p in parts):
        return False
    if set(dict(module.named_children())) - {"gate_proj", "up_proj", "down_proj", "act_fn"}:
        return False
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, LEAST_ROWS, module.gate_proj.in_features, generator=generator)
    try:
        with torch.inference_mode():
            own, fused = module(x), _gated(module)(x)
    except Exception:  # whatever an unknown network raises, it keeps its own way
        return False
    return bool((own - fused).abs().max() <= TOLERANCE * own.abs().max())


def _gated(module: Any) -> Forward:
    gate, up, down = module.gate_proj, module.up_proj, module.down_proj
    own: Forward = module.forward

    def forward(x: torch.Tensor) -> torch.Tensor:
        if not suits(x, gate.weight):
            return own(x)
        gated = product(x, gate.weight, gate.bias, "swish")
        gated = torch.ops.mkldnn._linear_pointwise.binary(x, gated, up.weight, up.bias, "mul")
        return product(gated, down.weight, down.bias)

    return forward
