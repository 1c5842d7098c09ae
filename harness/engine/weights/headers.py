"""Headers of safetensors files: names, shapes and sizes of tensors, read within bounds and without the values."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.limits.plain_files import opened

# A safetensors header names every tensor: some 20 MB for the largest models; the format's own limit is 100 MB.
MAX_HEADER = 100_000_000
METADATA = "__metadata__"


def header(path: Path) -> dict[str, Any]:
    """Entry of every tensor of a file by name.

    Raises:
        BadInput: the file is truncated, a pointer, or no safetensors file.
    """
    try:
        with opened(path, follow=True) as handle:
            size = os.fstat(handle.fileno()).st_size
            head = handle.read(8)
            if len(head) < 8:
                raise BadInput(f"{path} is truncated: {size} bytes are no safetensors file. Fetch it again.")
            (length,) = struct.unpack("<Q", head)
            if head.startswith(b"version "):
                raise BadInput(f"{path} is a Git LFS pointer, not the weights. Fetch the real file (git lfs pull).")
            if length > size - 8 or length > MAX_HEADER:
                raise BadInput(
                    f"{path} is truncated or no safetensors file (header of {length} bytes, file of {size}). Fetch it again."
                )
            raw = handle.read(length)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {os.strerror(error.errno or 0)}.") from None
    try:
        tensors: dict[str, Any] = bounded.parse_json(raw, unique=True)
        tensors.pop(METADATA, None)
        end = max((_end(entry) for entry in tensors.values()), default=0)
    except (BadInput, ValueError, LookupError, TypeError, AttributeError):
        raise BadInput(f"{path} has a broken safetensors header. Fetch it again.") from None
    if size != 8 + length + end:
        raise BadInput(f"{path} is truncated: it should have {8 + length + end} bytes and has {size}. Fetch it again.")
    return tensors


def parameters_of(weights: Iterable[Path]) -> tuple[int, dict[str, int]]:
    """Number of parameters and of values by dtype."""
    total, by_dtype = 0, dict[str, int]()
    for path in weights:
        for entry in header(path).values():
            count = math.prod(entry["shape"])
            total += count
            by_dtype[entry["dtype"]] = by_dtype.get(entry["dtype"], 0) + count
    return total, by_dtype


def whole_numbers(weights: Iterable[Path]) -> list[str]:
    """Names of matrices (`….weight`) that are stored as whole numbers: of a quantisation, whose scales they need."""
    entries = ((name, entry) for path in weights for name, entry in header(path).items())
    return [
        name
        for name, entry in entries
        if name.endswith(".weight") and len(entry["shape"]) > 1 and entry["dtype"].startswith(("I", "U", "BOOL"))
    ]


def tensors_of(weights: Iterable[Path]) -> dict[str, tuple[int, ...]]:
    """Shape of every tensor by name."""
    return {name: tuple(entry["shape"]) for path in weights for name, entry in header(path).items()}


def _end(entry: dict[str, Any]) -> int:
    """The byte after a tensor's last, with its entry of the header checked."""
    start, end = entry["data_offsets"]
    sizes = [start, end, *entry["shape"]]
    if (
        not isinstance(entry["dtype"], str)
        or not all(type(s) is int and 0 <= s < 1 << 62 for s in sizes)
        or end < start
    ):
        raise ValueError
    return int(end)
