"""Linear layers and gated feed-forward networks of a CPU pass, computed by oneDNN (fp32).

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
LEAST_ROWS = 64

# Rows by which a gated network is tried: enough to tell it from another, few enough to cost nothing.
TRIED_ROWS = 4

# A fused gate sums in another order; two right ways agree far within this (relative, fp32).
TOLERANCE = 1e-5

AVAILABLE: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]

Forward = Callable[[torch.Tensor], torch.Tensor]


class Products:
    """The layers of a model that oneDNN can compute, each with its replacement of ``forward``."""

    def __init__(self, model: nn.Module, device: torch.device) -> None:
        self._replacements: list[tuple[nn.Module, Forward]] = []
        if device.type != "cpu" or not AVAILABLE:
            return
        tried: dict[object, bool] = {}
        for module in model.modules():
            if _is_plain(module):
                self._replacements.append((module, _linear(module)))
            elif _looks_gated(module):
                build = _build(module)
                if build not in tried:
                    tried[build] = _is_gated(module)
                if tried[build]:
                    self._replacements.append((module, _gated(module)))

    @property
    def kind(self) -> str:
        """Library that multiplies: ``oneDNN`` or ``torch``."""
        return "oneDNN" if self._replacements else "torch"

    @contextmanager
    def by_onednn(self) -> Iterator[None]:
        """Temporarily run linear layers through oneDNN; restore on exit."""
        for module, forward in self._replacements:
            module.forward = forward
        try:
            yield
        finally:
            for module, _ in self._replacements:
                del module.forward


def product(
    x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None, then: str = "none"
) -> torch.Tensor:
    """``x @ weight.T + bias`` of ``[…, rows, in]`` by ``[out, in]``, and SiLU after it with ``then="swish"``."""
    result: torch.Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, then, [], "")
    return result


def suits(x: torch.Tensor, weight: torch.Tensor, least: int = LEAST_ROWS) -> bool:
    """Whether oneDNN computes a product faster than torch: fp32, on a CPU, at least ``least`` rows."""
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


def _looks_gated(module: Any) -> bool:
    """Whether a network has the parts of ``down(silu(gate(x)) * up(x))`` and no others."""
    parts = [getattr(module, name, None) for name in ("gate_proj", "up_proj", "down_proj")]
    if "forward" in module.__dict__ or not all(isinstance(p, nn.Linear) and _is_plain(p) for p in parts):
        return False
    return not set(dict(module.named_children())) - {"gate_proj", "up_proj", "down_proj", "act_fn"}


def _build(module: Any) -> object:
    """Everything of a network but its weights: those of one build, the layers of a model, follow one rule."""
    own = tuple(sorted((k, v if isinstance(v, int | float | str | None) else id(v)) for k, v in _plain_state(module)))
    activation = getattr(module, "act_fn", None)
    state = tuple(sorted((k, repr(v)) for k, v in _plain_state(activation)))
    shapes = tuple((name, tuple(p.shape), p.dtype) for name, p in module.named_parameters())
    return type(module), own, type(activation), state, shapes


def _plain_state(module: Any) -> list[tuple[str, object]]:
    return [(k, v) for k, v in getattr(module, "__dict__", {}).items() if not k.startswith("_") and k != "training"]


def _is_gated(module: Any) -> bool:
    """Whether trying shows a feed-forward network to be ``down(silu(gate(x)) * up(x))``."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, TRIED_ROWS, module.gate_proj.in_features, generator=generator)
    try:
        with torch.inference_mode():
            own, fused = module(x), _fused(module, x)
    except Exception:  # whatever an unknown network raises, it keeps its own way
        return False
    return bool((own - fused).abs().max() <= TOLERANCE * own.abs().max())


def _fused(module: Any, x: torch.Tensor) -> torch.Tensor:
    gate, up, down = module.gate_proj, module.up_proj, module.down_proj
    gated = product(x, gate.weight, gate.bias, "swish")
    gated = torch.ops.mkldnn._linear_pointwise.binary(x, gated, up.weight, up.bias, "mul")
    return product(gated, down.weight, down.bias)


def _gated(module: Any) -> Forward:
    own: Forward = module.forward

    def forward(x: torch.Tensor) -> torch.Tensor:
        return _fused(module, x) if suits(x, module.gate_proj.weight) else own(x)

    return forward
