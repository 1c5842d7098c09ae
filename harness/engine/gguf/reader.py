"""One fast parse of a GGUF file for all that transformers asks of it.

transformers parses the whole file anew for the configuration, the tokenizer and the tensors, each time through ``GGUFReader``,
which takes some 150 µs for every token of the vocabulary. Here the same class reads each array at once, and each file once.
"""

from __future__ import annotations

import contextlib
import functools
import struct
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from gguf import GGUFReader, GGUFValueType


class FastReader(GGUFReader):
    """``GGUFReader`` with the same fields and tensors; arrays are taken apart in one go."""

    _plain: Any = None

    def _get(self, offset: int, dtype: Any, count: int = 1, override_order: Any = None) -> Any:
        if self._plain is None:
            self._plain = self.data.view(np.ndarray)
        kind = np.dtype(dtype)
        data = self._plain[offset : offset + kind.itemsize * int(count)].view(kind)
        order = self.byte_order if override_order is None else override_order
        return data if order in ("I", "<") else data.view(kind.newbyteorder(order))

    def _get_field_parts(self, orig_offs: int, raw_type: int) -> Any:
        if raw_type != GGUFValueType.ARRAY or self.byte_order != "I":
            return super()._get_field_parts(orig_offs, raw_type)
        of, count = self._get(orig_offs, np.uint32), self._get(orig_offs + 4, np.uint64)
        start, length, kind = orig_offs + 12, int(count[0]), GGUFValueType(of[0])
        types = [GGUFValueType.ARRAY, kind] if length else [GGUFValueType.ARRAY]
        if kind == GGUFValueType.STRING:
            parts, end = self._strings(start, length)
            return end - orig_offs, [of, count, *parts], list(range(3, 3 + 2 * length, 2)), types
        values = self._get(start, self.gguf_scalar_to_np[kind], length)
        return 12 + values.nbytes, [of, count, *values.reshape(-1, 1)], list(range(2, 2 + length)), types

    def _strings(self, start: int, count: int) -> tuple[list[Any], int]:
        """Length and bytes of each string in turn, and the offset behind the last."""
        plain, parts, place = self._plain, [], start
        buffer = memoryview(plain)
        for _ in range(count):
            (length,) = struct.unpack_from("<Q", buffer, place)
            parts.append(plain[place : place + 8].view(np.uint64))
            parts.append(plain[place + 8 : place + 8 + length])
            place += 8 + length
        return parts, place


@contextlib.contextmanager
def parsed_once() -> Iterator[None]:
    """Let transformers, inside, parse a file once, and ask for the names of an architecture's tensors once."""
    import gguf
    from transformers import modeling_gguf_pytorch_utils as loader

    places = ((gguf, "GGUFReader"), (gguf, "get_tensor_name_map"), (loader, "load_gguf_checkpoint"))
    before = [getattr(module, name) for module, name in places]
    _, names, checkpoint = before
    for (module, name), once in zip(
        places, (functools.cache(FastReader), functools.cache(names), _metadata_once(checkpoint)), strict=True
    ):
        setattr(module, name, once)
    try:
        yield
    finally:
        for (module, name), original in zip(places, before, strict=True):
            setattr(module, name, original)


def _metadata_once(checkpoint: Callable[..., Any]) -> Callable[..., Any]:
    """transformers' function with its answers of metadata alone (no tensors) kept; each caller gets a copy of its own."""
    answers: dict[str, Any] = {}

    @functools.wraps(checkpoint)
    def read(path: Any, return_tensors: bool = False, **options: Any) -> Any:
        if return_tensors:
            return checkpoint(path, return_tensors=True, **options)
        if str(path) not in answers:
            answers[str(path)] = checkpoint(path, return_tensors=False)
        groups = answers[str(path)].items()
        return {group: {k: list(v) if isinstance(v, list) else v for k, v in d.items()} for group, d in groups}

    return read
