"""Repeated draws of one prompt: the option that tells them apart, and the seed of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

OPTION = "draw"
"""Name of the option that a sampled request carries beside its generation arguments: 0 for the first draw, 1 for the next."""
SEED = 1234
"""lm-eval's own seed of torch; draw 0 of every prompt begins with it, draw 1 with the next number."""


def without_draw(options: Sequence[tuple[str, object]]) -> tuple[dict[str, Any], int | None]:
    """Generation arguments as transformers takes them, and the seed of the request's draw (None: nothing is sampled)."""
    arguments: dict[str, Any] = dict(options)
    draw = arguments.pop(OPTION, None)
    return arguments, None if draw is None else SEED + int(str(draw))
