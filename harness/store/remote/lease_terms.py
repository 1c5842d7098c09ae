"""Terms of a lease: how long a silent holder is waited for, by which clock, and whose place is known to be this one."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInput

STALE = 60.0
"""Seconds without a renewal after which a holder is passed over (``LANDSCAPE_LEASE``)."""
RENEWALS = 4
"""Renewals in that time: three may fail."""


@dataclass(frozen=True)
class Terms:
    """How leases are held: seconds until a silent holder is passed over, a clock, and a way to wait.

    ``place`` names what one process at a time works in and this one does (by a lock of the system): a holder of the same
    place is dead. Empty where nothing is known of that. ``say`` is told whom this process waits for.
    """

    stale: float = STALE
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    place: str = ""
    say: Callable[[str], object] = lambda text: None

    @property
    def renew(self) -> float:
        """Seconds from one renewal to the next."""
        return self.stale / RENEWALS


def place_of(folder: Path) -> str:
    """A name of a folder on this machine since it was started, 32 hex digits; empty where the system does not tell."""
    try:
        boot, about = Path("/proc/sys/kernel/random/boot_id").read_text().strip(), folder.stat()
    except OSError:
        return ""
    return hashlib.sha256(f"{boot}|{about.st_dev}|{about.st_ino}".encode()).hexdigest()[:32]


def terms() -> Terms:
    """The terms in use.

    Raises:
        BadInput: ``LANDSCAPE_LEASE`` is no number of seconds from 1 on.
    """
    given = os.environ.get("LANDSCAPE_LEASE", "").strip()
    if not given:
        return Terms()
    try:
        stale = float(given)
    except ValueError:
        stale = 0.0
    if not 1 <= stale <= 86_400:
        raise BadInput(f"LANDSCAPE_LEASE is {given[:40]!r}; give seconds, from 1 to 86400.")
    return Terms(stale)
