"""The header of a GGUF file: what it states about the model, and where its tensors lie. Read within bounds, nothing built.

The file comes from others. Its counts and lengths are held against limits and against its size before anything of that size is
read, so that the libraries which read it afterwards find a whole file.
"""

from __future__ import annotations

import hashlib
import math
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from harness.errors import BadInput
from harness.interchange.foreign.limits.plain_files import opened

MAGIC = b"GGUF"
VERSIONS = (2, 3)
# Published files have some 40 entries; the largest vocabulary 262,144 tokens and 500,000 merges; the largest chat template 0.1 MB.
MAX_ENTRIES, MAX_ELEMENTS, MAX_TEXT = 4_096, 8_000_000, 16 << 20
MAX_TENSORS, MAX_DIMENSIONS = 100_000, 8
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
# Values and bytes of one block, by the number of ggml's type.
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98),
    19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8),
    28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S",
    22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS",
    31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE",
}  # fmt: skip


class Tensor(NamedTuple):
    """A tensor's name, shape (in torch's order) and ggml type."""

    name: str
    shape: tuple[int, ...]
    kind: int


@dataclass(frozen=True)
class Header:
    """``metadata`` holds scalars and texts; of an array its length. ``tokenizer_hash`` is of the tokenizer's entries."""

    metadata: dict[str, Any]
    tensors: tuple[Tensor, ...]
    tokenizer_hash: str

    @property
    def architecture(self) -> str:
        """llama.cpp's name of the architecture."""
        return str(self.metadata["general.architecture"])

    @property
    def params(self) -> int:
        """Number of parameters."""
        return sum(math.prod(t.shape) for t in self.tensors)

    @property
    def quantisation(self) -> str | None:
        """``Q4_K_M`` and the like, as the file states it; None where it states none that is known."""
        stated = self.metadata.get("general.file_type")
        return _FILE_TYPES.get(stated) if isinstance(stated, int) else None


class _Broken(Exception):
    """The file is none, or not whole; the text says how."""


class _Cursor:
    """Reads forward in a file of ``size`` bytes, and never beyond its end."""

    def __init__(self, handle: IO[bytes], size: int) -> None:
        self.handle, self.size, self.place = handle, size, 0
        self.elements = 0

    def take(self, count: int) -> bytes:
        data = self.handle.read(count) if count <= self.size - self.place else b""
        if len(data) != count:
            raise _Broken(f"is truncated: its GGUF header goes on after byte {self.size:,}, where the file ends")
        self.place += count
        return data

    def skip(self, count: int) -> None:
        if count > self.size - self.place:
            self.take(count)
        self.place += count
        self.handle.seek(self.place)

    def number(self, form: str) -> Any:
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))[0]

    def text(self) -> str:
        length = self.number("Q")
        if length > MAX_TEXT:
            raise _Broken(f"states a text of {length:,} bytes, which no model has")
        try:
            return self.take(length).decode()
        except UnicodeDecodeError:
            raise _Broken("holds a text that is not UTF-8") from None

    def count(self, most: int, what: str) -> int:
        number = int(self.number("Q"))
        if number > most:
            raise _Broken(f"states {number:,} {what}, which no model has")
        return number


def is_gguf(path: Path) -> bool:
    """Whether a file is a GGUF by its name or its first bytes."""
    if path.suffix.lower() == ".gguf":
        return True
    with opened(path, follow=True) as handle:
        return handle.read(4) == MAGIC


def read(path: Path) -> Header:
    """The header of a GGUF file.

    Raises:
        BadInput: it is none, is truncated, or states what no model has.
    """
    try:
        with opened(path, follow=True) as handle:
            return _read(_Cursor(handle, os.fstat(handle.fileno()).st_size), path)
    except _Broken as problem:
        raise BadInput(
            f"{path} {problem}. Fetch it again; a whole GGUF file runs as --model FILE.gguf, or serve it (llama-server -m FILE) "
            "and use --engine api."
        ) from None
    except BadInput as problem:
        raise BadInput(f"{path} {problem}.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {os.strerror(error.errno or 0)}.") from None


def _read(cursor: _Cursor, path: Path) -> Header:
    head = cursor.take(min(4, cursor.size))
    if head != MAGIC:
        pointer = ", but a Git LFS pointer (git lfs pull)" if head == b"vers" else ""
        raise _Broken(f"is no GGUF file{pointer}")
    version = cursor.number("I")
    if version not in VERSIONS:
        raise _Broken(f"is GGUF version {version}; versions {VERSIONS[0]} and {VERSIONS[1]} are read")
    tensor_count = cursor.count(MAX_TENSORS, "tensors")
    metadata: dict[str, Any] = {}
    spans: list[tuple[int, int]] = []
    for _ in range(cursor.count(MAX_ENTRIES, "entries")):
        start, key = cursor.place, cursor.text()
        if key in metadata:
            raise _Broken(f"states {key[:80]} twice")
        metadata[key] = _value(cursor, cursor.number("I"))
        if key.startswith("tokenizer."):
            spans.append((start, cursor.place))
    if not isinstance(metadata.get("general.architecture"), str):
        raise _Broken("names no architecture (general.architecture)")
    tensors = _tensors(cursor, tensor_count, metadata.get("general.alignment", 32))
    return Header(metadata, tensors, _hash(path, spans))


def _value(cursor: _Cursor, kind: int) -> Any:
    if kind in _SCALARS:
        return cursor.number(_SCALARS[kind])
    if kind == _STRING:
        return cursor.text()
    if kind != _ARRAY:
        raise _Broken(f"holds a value of the unknown type {kind}")
    of = cursor.number("I")
    length = cursor.count(MAX_ELEMENTS, "elements of an array")
    cursor.elements += length
    if cursor.elements > MAX_ELEMENTS:
        raise _Broken("states more elements of arrays than any model has")
    if of in _SCALARS:
        cursor.skip(length * struct.calcsize(f"<{_SCALARS[of]}"))
    elif of == _STRING:
        for _ in range(length):
            cursor.skip(cursor.number("Q"))
    else:
        raise _Broken(f"holds an array of the unknown type {of}")
    return length


def _tensors(cursor: _Cursor, count: int, alignment: Any) -> tuple[Tensor, ...]:
    if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20 or alignment & (alignment - 1):
        raise _Broken("states an alignment that is no power of two")
    tensors, end = [], 0
    for _ in range(count):
        name, dimensions = cursor.text(), cursor.number("I")
        if dimensions > MAX_DIMENSIONS:
            raise _Broken(f"states {dimensions:,} dimensions of {name[:80]}")
        shape = tuple(cursor.number("Q") for _ in range(dimensions))[::-1]
        kind, offset = cursor.number("I"), cursor.number("Q")
        if kind not in _BLOCKS:
            raise _Broken(f"holds {name[:80]} in a format that is not known (type {kind})")
        values, size = _BLOCKS[kind]
        if not shape or shape[-1] % values or math.prod(shape) >= 1 << 62:
            raise _Broken(f"states a shape of {name[:80]} that its format cannot have")
        end = max(end, offset + math.prod(shape) // values * size)
        tensors.append(Tensor(name, shape, kind))
    if not tensors:
        raise _Broken("holds no tensors")
    if len({t.name for t in tensors}) < len(tensors):
        raise _Broken("holds two tensors of one name")
    whole = -(-cursor.place // alignment) * alignment + end
    if cursor.size < whole:
        raise _Broken(f"is truncated: it should have {whole:,} bytes and has {cursor.size:,}")
    return tuple(tensors)


def _hash(path: Path, spans: list[tuple[int, int]]) -> str:
    digest = hashlib.sha256()
    with opened(path, follow=True) as handle:
        for start, end in spans:
            handle.seek(start)
            digest.update(handle.read(end - start))
    return digest.hexdigest()
