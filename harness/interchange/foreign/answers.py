"""Answers as hashes: whether two models gave the same answer to an item, without the answer."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_HASH = re.compile(r"[0-9a-f]{16}")


def answer_hash(answer: str) -> str:
    """The first 64 bits of an answer's SHA-256, 16 hex digits.

    Of the answer as its source extracted it, with composed characters alone (Unicode NFC): space, case and the way a number is
    written count, as they do where the source compares it with the right one; what it took for another answer is one here. A
    short answer can be found again by trying: the hash keeps texts out, not secrets.
    """
    text = unicodedata.normalize("NFC", answer).encode("utf-8", "replace")
    return hashlib.sha256(text).hexdigest()[:16]


def known_answer(value: object) -> str | None:
    """A hash of an answer as ``answer_hash`` writes it; none for everything else."""
    return value if isinstance(value, str) and _HASH.fullmatch(value) else None
