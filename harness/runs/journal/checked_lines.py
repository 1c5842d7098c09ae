"""Lines of JSON that end with a checksum of themselves, so that a flipped bit is found where the JSON is still valid.

``{"done":3,"answers":[…],"sum":"0123456789abcdef"}``: ``sum`` is the beginning of the SHA-256 of what stands before it.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

DIGITS = 16
"""Hexadecimal digits of a checksum: 64 bits."""
_END = re.compile(rb',"sum":"([0-9a-f]{%d})"\}\n' % DIGITS)
_BYTES = len(b',"sum":""}\n') + DIGITS


def checked_line(entries: dict[str, Any]) -> str:
    """One line with these entries and its checksum, newline included."""
    body = plain_line(entries)[:-2]
    return f'{body},"sum":"{_sum(body.encode())}"}}\n'


def plain_line(entries: dict[str, Any]) -> str:
    """One line with these entries alone."""
    return json.dumps(entries, ensure_ascii=False, separators=(",", ":")) + "\n"


def parse(raw: bytes, *, checked: bool) -> dict[str, Any] | None:
    """The entries of a line; None where it is torn or, if ``checked``, where its checksum is absent or another."""
    if not raw.endswith(b"\n"):
        return None
    if checked:
        end = _END.fullmatch(raw[-_BYTES:])
        if end is None or end[1].decode() != _sum(raw[:-_BYTES]):
            return None
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def _sum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:DIGITS]
