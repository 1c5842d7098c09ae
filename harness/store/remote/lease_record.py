"""What the holders of a name write at a URL: an object a holder, by number; the highest number holds."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
from datetime import UTC, datetime
from typing import Any

from harness.errors import StoreAway, StoreRefused
from harness.store.remote.objects import Objects

FOLDER = ".locks"
MOST_BYTES = 4096
"""Of a record that is read."""
LAST = 99_999_999
"""The highest number that a process of ours gives."""
_NUMBER = re.compile(r"\d{8}")


def newest(objects: Objects, name: str) -> tuple[int, dict[str, Any]]:
    """The highest number of a name and what its holder wrote; 0 where nobody ever held it."""
    for _ in range(10):
        numbers = [int(n) for n in objects.names(f"{FOLDER}/{name}").objects if _NUMBER.fullmatch(n)]
        if not numbers:
            return 0, {}
        raw = objects.read(_path(name, max(numbers)), MOST_BYTES)
        if raw is not None:
            return max(numbers), _parsed(raw)
    raise StoreAway(f"{objects.shown}/{FOLDER}/{name} names holders that cannot be read.")


def new(place: str) -> dict[str, Any]:
    """What this process writes as it takes a name; ``place`` as in ``Terms``."""
    return {
        "token": secrets.token_hex(16),
        "process": os.getpid(),
        "host": socket.gethostname(),
        "place": place,
        "since": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "renewals": 0,
        "released": False,
    }


def make(objects: Objects, name: str, number: int, record: dict[str, Any]) -> bool:
    """Write the record of a number that nobody has; False where another was first."""
    if number > LAST:
        raise StoreRefused(f"{objects.shown}/{FOLDER}/{name} has a number that no process of ours gives.")
    return objects.make(_path(name, number), json.dumps(record).encode())


def write(objects: Objects, name: str, number: int, record: dict[str, Any]) -> None:
    """Write the record of a number again."""
    objects.write(_path(name, number), json.dumps(record).encode())


def remove_before(objects: Objects, name: str, number: int) -> None:
    """Remove the records of lower numbers."""
    for old in objects.names(f"{FOLDER}/{name}").objects:
        if _NUMBER.fullmatch(old) and int(old) < number:
            objects.remove(f"{FOLDER}/{name}/{old}")


def holder_words(record: dict[str, Any]) -> str:
    """``: process P on host H since T`` as far as the record says so."""
    try:
        return f": process {int(record['process'])} on {str(record['host'])[:80]} since {str(record['since'])[:20]}"
    except (ValueError, LookupError, TypeError):
        return ""


def _path(name: str, number: int) -> str:
    return f"{FOLDER}/{name}/{number:08d}"


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        record = json.loads(raw)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
