"""The number of a ZIP file's members, read before Python's ``zipfile`` makes an object of each."""

from __future__ import annotations

import os
import struct
from typing import BinaryIO

_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_LOCATOR64 = b"PK\x06\x07"
# The end record has 22 bytes and a comment of at most 65,535.
_REACH = 22 + 65_535
# A member's entry in the directory has at least so many bytes.
_ENTRY = 46


def directory(handle: BinaryIO) -> tuple[int, int]:
    """Members and bytes of the directory, as the file states them; zeros where it has no end record.

    The bytes count: ``zipfile`` reads as many entries as fit into them, whatever number is stated.
    """
    size = handle.seek(0, os.SEEK_END)
    handle.seek(max(0, size - _REACH - 20))
    tail = handle.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        return 0, 0
    members, length = struct.unpack_from("<HL", tail, at + 10)
    if at >= 20 and tail[at - 20 : at - 16] == _LOCATOR64:
        (offset,) = struct.unpack_from("<Q", tail, at - 12)
        handle.seek(min(offset, size))
        record = handle.read(56)
        if record.startswith(_END64) and len(record) == 56:
            members, length = struct.unpack_from("<QQ", record, 32)
    return max(members, length // (_ENTRY * 4)), length
