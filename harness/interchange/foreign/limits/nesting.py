"""Depth of a JSON text, counted before it is parsed: parsers and whatever walks their result call themselves once a level."""

from __future__ import annotations

import re

# The deepest honest file seen (logs of agents' tool calls) has some 20 levels; Python gives up at about 1,000.
MAX_DEPTH = 100
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[\]{}]+")


def too_deep(text: str) -> bool:
    """Whether brackets and braces outside strings stand more than ``MAX_DEPTH`` deep."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    brackets = _NO_BRACKET.sub("", _STRING.sub("", text))
    if brackets.count("[") + brackets.count("{") <= MAX_DEPTH:
        return False
    import numpy as np

    codes = np.frombuffer(brackets.encode("ascii"), dtype=np.uint8)
    steps = np.where((codes == ord("[")) | (codes == ord("{")), 1, -1)
    return bool(np.cumsum(steps, dtype=np.int64).max() > MAX_DEPTH)
