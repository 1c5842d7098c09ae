"""Tensors that hold nothing but zeros: biases that a tool stored for layers without."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from harness.engine.weights import headers

_LARGEST = 1 << 22
"""Values of a tensor that is read; the widest bias has some hundred thousand."""


def zeros_of(files: Sequence[Path], names: Collection[str]) -> set[str]:
    """Those of the tensors that are all zeros; each is read."""
    from safetensors import safe_open

    wanted, zeros = set(names), set[str]()
    for path in files:
        small = [
            name
            for name, entry in headers.header(path).items()
            if name in wanted and all(size <= _LARGEST for size in entry["shape"]) and len(entry["shape"]) <= 1
        ]
        if not small:
            continue
        with safe_open(path, framework="pt") as tensors:
            zeros |= {name for name in small if not tensors.get_tensor(name).any()}
    return zeros
