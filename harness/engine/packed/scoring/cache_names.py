"""What a model calls its key-value cache: transformers renames it from release to release, and old names warn."""

from __future__ import annotations

import inspect
from typing import Any

NAMES = ("cache", "cache_params", "past_key_values")
"""Names of the argument and of the output's entry, the present one first (transformers 5.23; state-space models; earlier)."""


def argument(model: Any) -> str:
    """The name under which the model's forward takes a cache."""
    parameters = inspect.signature(model.forward).parameters
    return next((name for name in NAMES if name in parameters), NAMES[-1])


def held(output: Any) -> Any:
    """The cache that a model's output holds; None where it holds none."""
    for name in NAMES:
        cache = getattr(output, name, None)
        if cache is not None:
            return cache
    return None
