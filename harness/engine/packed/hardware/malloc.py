"""glibc's malloc: freed blocks stay in the process for the next tensors, or go back to the system.

A forward pass allocates and frees the same few megabytes hundreds of times. glibc gives such blocks back to the system,
which then clears every page again: at 100M parameters a tenth to a fifth of the time (docs/decisions/0010).
"""

from __future__ import annotations

import ctypes
import sys

# Parameters of glibc's mallopt(3).
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3

# The largest block that glibc lets the heap hold; larger ones are always mapped by themselves.
LARGEST = 32 * 1024 * 1024
_NEVER = 2**31 - 1


def keep_freed_blocks() -> bool:
    """Keep freed blocks of up to ``LARGEST`` bytes in the process; false where the C library is not glibc."""
    return _set(_NEVER)


def restore_trim_threshold() -> bool:
    """Restore glibc's adaptive trim threshold: after large blocks, twice the largest one."""
    return _set(2 * LARGEST)


def trim() -> None:
    """Give free memory back to the system."""
    library = _library()
    if library is not None:
        library.malloc_trim(0)


def _set(trim_threshold: int) -> bool:
    library = _library()
    if library is None:
        return False
    return bool(library.mallopt(_MMAP_THRESHOLD, LARGEST)) and bool(library.mallopt(_TRIM_THRESHOLD, trim_threshold))


def _library() -> ctypes.CDLL | None:
    """The C library where it is glibc: musl and macOS have no mallopt that does this."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") and hasattr(library, "mallopt") else None
