"""Content hashes of a model's files; nothing is normalised."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from harness.interchange.foreign.limits.plain_files import opened

_BLOCK = 1 << 22


def hash_folder(folder: Path, files: Sequence[Path]) -> str:
    """SHA-256 over the paths below ``folder``, sizes and contents of ``files``, in their order."""
    digest = hashlib.sha256()
    for path in files:
        with opened(path, follow=True) as handle:
            size = os.fstat(handle.fileno()).st_size
            digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
            while block := handle.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def hash_files(files: Sequence[Path]) -> str:
    """SHA-256 over names and contents, in the order of the names."""
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda p: p.name):
        digest.update(path.name.encode() + b"\0")
        with opened(path, follow=True) as handle:
            while block := handle.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def hash_content(files: Sequence[Path]) -> str:
    """SHA-256 over contents alone."""
    digest = hashlib.sha256()
    for path in files:
        with opened(path, follow=True) as handle:
            while block := handle.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()
