"""Names, dates and hashes of items and answers in others' files, in the forms that this project uses."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from datetime import UTC, datetime

from harness.interchange.foreign.bounded import text
from harness.interchange.foreign.owners import public_name
from harness.interchange.foreign.privacy import without_paths
from harness.scrub import scrub


def model_name(value: object, fallback: str = "unknown") -> str:
    """A model's name as it may be shown: no local folders, never empty."""
    raw = text(value)
    name = without_paths(public_name(scrub(raw))) if raw else ""
    return re.sub(r"[\x00-\x1f]+", " ", name).strip() or fallback


def slug(value: str, limit: int = 60) -> str:
    """A name as part of a folder's name: letters, digits, dot, dash and underscore."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", value.rsplit("/", 1)[-1]).strip("-._")[:limit].strip("-._") or "unknown"


def moment(seconds: float | None) -> datetime | None:
    """A time from Unix seconds between 2015 and 2100."""
    return datetime.fromtimestamp(int(seconds), UTC) if seconds is not None and 1.42e9 < seconds < 4.1e9 else None


def parse_date(value: object) -> datetime | None:
    """A time from ISO text (also with dashes for colons, as in file names) or Unix seconds."""
    raw = text(value, 40)
    if raw is None:
        return None
    if re.fullmatch(r"\d{9,10}(\.\d+)?", raw):
        return moment(float(raw))
    match = re.match(
        r"(\d{4})-?(\d\d)-?(\d\d)(?:[T _](\d\d)[:-]?(\d\d)[:-]?(\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?", raw
    )
    if not match:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    iso = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}"
    offset = "+00:00" if zone in (None, "Z") else zone
    try:
        return datetime.fromisoformat(iso + offset).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def document_hash(document: object) -> str:
    """lm-eval's hash of an item's document, so that items pair with runs of lm-eval and of this harness."""
    return hashlib.sha256(json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def item_hash(*parts: str) -> str:
    """SHA-256 that names an item where the file has no hash of its own: the same parts, the same item."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


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
    return value if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{16}", value) else None
