"""Size of a model, and the bytes that engines count for it: plain arithmetic that planners and engines share."""

from __future__ import annotations

from dataclasses import dataclass

ONE_CARD = 0.9
"""Share of a card's memory up to which weights stay on it alone; larger models are spread over all cards that are visible."""
GPU_BUDGETS = (2_048, 32_768)
"""Least and most tokens of a forward pass of the packed engine on a card."""
GPU_SLOTS = 128
"""Prompts that the packed engine generates for together on a card."""


VLLM_CARDS = (2, 4, 8)
"""Numbers of cards above one over which vLLM slices layers; it refuses one that does not divide a model's heads."""


@dataclass(frozen=True, slots=True)
class Size:
    """What of a model decides its memory; None where it is not known. ``cache_width`` is how many values a token leaves per layer."""

    params: int | None = None
    vocabulary: int | None = None
    hidden: int | None = None
    widest: int | None = None
    layers: int | None = None
    heads: int | None = None
    cache_width: int | None = None
    gguf: bool = False
    masked: bool = False


def vllm_cards(heads: int | None) -> tuple[int, ...]:
    """Numbers of cards above one on which vLLM can have a model with so many attention heads; none where they are not known."""
    return tuple(n for n in VLLM_CARDS if heads and heads % n == 0)


def value_bytes(dtype: str) -> int:
    """Bytes of one value of ``fp32``, ``bf16`` or ``fp16``."""
    return 4 if dtype == "fp32" else 2


def weight_bytes(params: int, dtype: str) -> int:
    """Bytes of a model's weights in the dtype of the computation."""
    return params * value_bytes(dtype)


def token_bytes(hidden: int, widest: int, value: int) -> int:
    """Bytes that a token's widest layer holds in a forward pass, at so many bytes a value."""
    return (12 * hidden + 4 * widest) * value
