"""Foreign files, read within bounds: size, number of lines, nesting, what unpacks to how much.

Every refusal is a ``BadInput`` that says which bound was met. Nothing is ever written, and no name
found in a file or archive is used as a path.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import os
import struct
import sys
import zlib
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from harness.errors import BadInput
from harness.interchange.foreign.limits import nesting, zip_directory
from harness.interchange.foreign.limits.plain_files import opened

# Python's own zipfile knows Zstandard from 3.14 on.
if sys.version_info >= (3, 14):
    import zipfile

    from compression.zstd import ZstdError
else:
    from backports.zstd import ZstdError, zipfile

MB = 1 << 20
# One JSON document is parsed whole; Python objects take up to twenty times the text's size.
MAX_JSON = 64 * MB
# One line of a JSON-lines file; the longest real one seen (few-shot prompts, long contexts) has 0.4 MB.
MAX_LINE = 16 * MB
# A JSON-lines file, unpacked. Read as a stream: bounds time, not memory.
MAX_LINES_BYTES = 512 * MB
MAX_LINES = 400_000
MAX_CSV = 64 * MB
MAX_YAML_DEPTH = 40
MAX_MEMBERS = 50_000
MAX_UNPACKED = 512 * MB
# The name and comment of a gzip file.
MAX_GZIP_NAME = 1 << 16
# LZMA and bzip2 are not read: no tool writes them, and each takes memory of its own.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_ZSTANDARD)
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ZstdError, struct.error, OSError, EOFError, ValueError, OverflowError,
    NotImplementedError, RuntimeError, MemoryError,
)  # fmt: skip
_POINTERS = (b"version https://git-lfs", b"/annex/objects/", b"../.git/annex/objects/")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a JSON-lines file: its number from 1, its hash, its value or what is wrong with it."""

    number: int
    digest: str
    value: Any
    problem: str | None


def read_bytes(path: Path, limit: int, *, follow: bool = False) -> bytes:
    """The whole file, if it is no larger than ``limit`` and no pointer to a file kept elsewhere."""
    try:
        with opened(path, follow=follow) as handle:
            data = handle.read(limit + 1)
    except OSError as error:
        raise BadInput(f"cannot be read: {os.strerror(error.errno or 0)}") from None
    if len(data) > limit:
        raise BadInput(_too_large(limit))
    refuse_pointer(data)
    return data


def _too_large(limit: int) -> str:
    size = f"{limit // MB} MB" if limit >= MB else f"{limit:,} bytes"
    return f"is larger than {size}, the most that is read of such a file"


def check(path: Path, limit: int) -> None:
    """Refuse a file that is larger than ``limit`` or a pointer, without reading it whole."""
    try:
        with opened(path) as handle:
            size = os.fstat(handle.fileno()).st_size
            head = handle.read(200)
    except OSError as error:
        raise BadInput(f"cannot be read: {os.strerror(error.errno or 0)}") from None
    if size > limit:
        raise BadInput(_too_large(limit))
    refuse_pointer(head)


def refuse_pointer(data: bytes) -> None:
    """Refuse what git keeps in place of a large file."""
    if data.startswith(_POINTERS):
        raise BadInput("is a Git LFS or git-annex pointer, not the file itself; fetch the file (`git lfs pull`) first")


def decode(data: bytes) -> str:
    """UTF-8 text, with or without a byte-order mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"is not UTF-8 text (byte {error.start})") from None


def parse_json(data: bytes | str, *, unique: bool = False) -> Any:
    """A JSON value; bare NaN and Infinity become floats. ``unique`` refuses a key that an object has twice."""
    text = decode(data) if isinstance(data, bytes) else data
    if nesting.too_deep(text):
        raise BadInput(f"is nested too deeply (more than {nesting.MAX_DEPTH} levels)")
    try:
        return json.loads(text, object_pairs_hook=_unique if unique else None)
    except RecursionError:
        raise BadInput("is nested too deeply") from None
    except ValueError as error:
        raise BadInput(f"is not valid JSON: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(value := dict(pairs)) < len(pairs):
        raise BadInput("has a key twice")
    return value


def read_yaml(path: Path, *, follow: bool = False) -> Any:
    """One small YAML document; aliases (which unfold without bound) and deep nesting are refused while it is read."""
    return parse_yaml(decode(read_bytes(path, MB, follow=follow)))


def parse_yaml(source: str) -> Any:
    """The value of a YAML text, read as ``read_yaml`` reads a file's."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    try:
        for event in yaml.parse(source, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or depth > MAX_YAML_DEPTH:
                raise BadInput("has YAML aliases or is nested too deeply")
        return yaml.load(source, Loader=loader)  # nosec B506  # a safe loader, of C where there is one
    except (
        yaml.YAMLError,
        RecursionError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        # the library's constructors fail on odd values (!!timestamp x, !!bool maybe) with whatever Python raises
        raise BadInput(f"is no readable YAML: {' '.join(str(error).split())[:200]}") from None


def read_json(path: Path, limit: int = MAX_JSON, *, follow: bool = False) -> Any:
    """One JSON document from a file."""
    return parse_json(read_bytes(path, limit, follow=follow))


def read_json_object(path: Path, limit: int = MAX_JSON, *, follow: bool = False) -> dict[str, Any]:
    """One JSON object from a file."""
    value = read_json(path, limit, follow=follow)
    if not isinstance(value, dict):
        raise BadInput("holds no JSON object")
    return value


def read_lines(path: Path, *, unique: bool = False) -> Iterator[Line]:
    """The objects of a JSON-lines file (gzip where the name ends so), one at a time; ``unique`` as of ``parse_json``.

    A file that holds one list over many lines instead (lm-eval 0.4.0 to 0.4.2) gives the list's values.
    """
    total = 0
    try:
        with opened(path) as plain, _unpacked(plain, path) as handle:
            for number in range(1, MAX_LINES + 2):
                raw = handle.readline(MAX_LINE + 1)
                if not raw:
                    return
                total += len(raw)
                if len(raw) > MAX_LINE:
                    raise BadInput(f"has a line longer than {MAX_LINE // MB} MB (line {number})")
                if total > MAX_LINES_BYTES or number > MAX_LINES:
                    raise BadInput(f"is larger than {MAX_LINES_BYTES // MB} MB or {MAX_LINES:,} lines")
                if number == 1:
                    refuse_pointer(raw)
                if number == 1 and raw.strip() == b"[" and path.suffix != ".gz":
                    yield from _listed(path, unique)
                    return
                if raw.strip():
                    yield _line(number, raw, unique)
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"cannot be read: {error}") from None


def _listed(path: Path, unique: bool) -> Iterator[Line]:
    for number, value in enumerate(sequence(parse_json(read_bytes(path, MAX_JSON), unique=unique)), 1):
        digest = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
        yield Line(number, digest, value, None)


def _unpacked(plain: IO[bytes], path: Path) -> IO[bytes]:
    if path.suffix != ".gz":
        return plain
    head = plain.read(MAX_GZIP_NAME)
    plain.seek(0)
    # Flags for a name and a comment; Python reads each byte by byte up to a zero, which may never come.
    if len(head) > 3 and head[3] & 0b11000 and head.count(b"\0", 10) < bool(head[3] & 8) + bool(head[3] & 16):
        raise BadInput("is no readable gzip file: its name or comment does not end")
    return cast("IO[bytes]", gzip.open(plain, "rb"))


def _line(number: int, raw: bytes, unique: bool) -> Line:
    digest = hashlib.sha256(raw.strip()).hexdigest()
    try:
        return Line(number, digest, parse_json(raw, unique=unique), None)
    except BadInput as problem:
        return Line(number, digest, None, str(problem))


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    sha = hashlib.sha256()
    try:
        with opened(path) as handle:
            while block := handle.read(MB):
                sha.update(block)
    except OSError as error:
        raise BadInput(f"cannot be read: {os.strerror(error.errno or 0)}") from None
    return sha.hexdigest()


class Archive:
    """The members of a ZIP file by name, stored, deflated or Zstandard; read within bounds, never unpacked to disk."""

    def __init__(self, path: Path) -> None:
        self._budget = MAX_UNPACKED
        check(path, MAX_UNPACKED)
        self._file = opened(path)
        try:
            members, length = zip_directory.directory(self._file)
            if members > MAX_MEMBERS:
                raise BadInput(f"holds more than {MAX_MEMBERS:,} members ({length:,} bytes of directory)")
            self._zip = zipfile.ZipFile(self._file)
            self._members = {info.filename: info for info in self._zip.infolist()}
        except BadInput:
            self._file.close()
            raise
        except (*_DAMAGED, zipfile.LargeZipFile) as error:
            self._file.close()
            raise BadInput(f"is no readable ZIP file: {error}") from None
        if len(self._members) > MAX_MEMBERS:
            raise BadInput(f"holds more than {MAX_MEMBERS:,} members")

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    def names(self) -> list[str]:
        """The members' names; only ever compared, never used as paths."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """One member's bytes."""
        info = self._members.get(name)
        if info is None:
            raise BadInput(f"lacks the member {name}")
        if info.flag_bits & 1:
            raise BadInput(f"its member {name} is encrypted")
        if info.compress_type not in _METHODS:
            raise BadInput(f"its member {name} is compressed by a method that is not read ({info.compress_type})")
        limit = min(MAX_JSON, self._budget)
        data = b"" if info.file_size > limit else self._bytes(info, limit)
        if info.file_size > limit or len(data) > limit:
            raise BadInput(f"its member {name} unpacks to more than {limit // MB} MB")
        self._budget -= len(data)
        return data

    def _bytes(self, info: zipfile.ZipInfo, limit: int) -> bytes:
        """A member's bytes, at most one more than ``limit``, checked against their checksum where they are whole."""
        unsized = copy(info)
        unsized.file_size = sys.maxsize  # zipfile would stop at the directory's figure, which may be a lie
        try:
            with self._zip.open(unsized) as member:
                return member.read(limit + 1)
        except _DAMAGED as error:
            raise BadInput(f"its member {info.filename} is damaged: {error}") from None


def number(value: object) -> float | None:
    """A finite number, also from text (``"-11.02"``, ``"True"``); else none."""
    if isinstance(value, str):
        text = value.strip()
        if text in ("True", "False"):
            return float(text == "True")
        try:
            value = float(text)
        except ValueError:
            return None
    if not isinstance(value, (int, float)):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def numbers(values: Sequence[object]) -> tuple[float, ...] | None:
    """Finite numbers, all of them; none where there are none or one is not a number (the others would move up)."""
    parsed = [number(value) for value in values]
    return tuple(v for v in parsed if v is not None) if parsed and None not in parsed else None


def whole(value: object, limit: int = 2**31 - 1) -> int | None:
    """A whole number from 0 to ``limit``; else none."""
    result = number(value)
    return int(result) if result is not None and result.is_integer() and 0 <= result <= limit else None


def text(value: object, limit: int = 200) -> str | None:
    """Non-empty text without control characters that cannot be stored, cut at ``limit`` characters."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    raw = str(value) if not isinstance(value, int) else format(value, "d") if abs(value) < 10**300 else ""
    clean = raw[:limit].encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    return clean or None


def mapping(value: object) -> dict[str, Any]:
    """The value where it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """The value where it is a JSON list, else an empty one."""
    return value if isinstance(value, list) else []
