"""Memory limits of a model on a device, in tokens a forward pass, and the recognition of out-of-memory errors."""

from __future__ import annotations

from typing import Any

import torch

from harness.engine.memory.size import GPU_BUDGETS, GPU_SLOTS, token_bytes
from harness.engine.packed.plan.packing import Limits

# On a CPU more tokens gain nothing (512 to 4096 measured flat) and cost memory; rolling windows do best here.
CPU_BUDGET = 1024

# A narrow model's step is mostly the cost of starting operations: below this width it takes more tokens, up to fourfold.
FULL_WIDTH = 384
MOST_STEPS = 4

# Prompts that generate together. On a CPU a step of 32 costs little more than one of 8; a GPU and narrow models take more.
CPU_SLOTS = 32

# Fixed shapes are padded to the budget, so a smaller one wastes less.
FIXED_CPU_BUDGET = 512

# A batch is what a kill can lose: about this many multiplications, some tens of seconds of two cores.
BATCH_WORK = 1e12


def limits(model: Any, device: torch.device, token_budget: int | None, *, deterministic: bool) -> Limits:
    """Limits for a model on a device: a function of its shape and the device's memory."""
    size = sum(p.numel() for p in model.parameters())
    if device.type != "cuda":
        budget = token_budget or (FIXED_CPU_BUDGET if deterministic else CPU_BUDGET * _narrowness(model))
        least = token_budget or CPU_BUDGET
        batch = min(32 * least, max(4 * least, int(BATCH_WORK / max(size, 1))))
        return Limits(budget=budget, batch=batch)
    budget = token_budget or _gpu_budget(model, device)
    return Limits(budget=budget, min_preamble=32, min_gain=2_048, batch=8 * budget)


def slots(model: Any, device: torch.device) -> int:
    """Prompts that generate together."""
    return GPU_SLOTS if device.type == "cuda" else CPU_SLOTS * _narrowness(model)


def narrow(model: Any) -> bool:
    """Whether a step of a model is mostly the cost of starting operations."""
    return _width(model) < FULL_WIDTH


def _width(model: Any) -> int:
    return int(getattr(model.config.get_text_config(), "hidden_size", None) or FULL_WIDTH)


def _narrowness(model: Any) -> int:
    """How many times as many tokens a step of this model may take as one of full width."""
    return min(MOST_STEPS, max(1, FULL_WIDTH // max(1, _width(model))))


def _gpu_budget(model: Any, device: torch.device) -> int:
    """Half the card beside the weights, at what a token's widest layer holds; a power of two, so that it is stable."""
    config = model.config.get_text_config()
    hidden = int(config.hidden_size)
    widest = int(getattr(config, "intermediate_size", None) or 4 * hidden)
    bytes_per_token = token_bytes(hidden, widest, next(model.parameters()).element_size())
    weights = sum(p.numel() * p.element_size() for p in model.parameters() if p.device.type == "cuda")
    free = max(0, torch.cuda.get_device_properties(device).total_memory - weights) // 2
    low, high = GPU_BUDGETS
    fits = int(min(high, max(low, free // max(bytes_per_token, 1))))
    return 1 << (fits.bit_length() - 1)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out, on the card or the host."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text)


def release(device: torch.device) -> None:
    """Gives cached blocks back before the next try."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
