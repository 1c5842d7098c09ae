"""Where an item of a public benchmark can be read: addresses made of the item's own name."""

from __future__ import annotations

import re

_PULL = re.compile(r"(?P<owner>[A-Za-z0-9][A-Za-z0-9-]*)__(?P<repository>[A-Za-z0-9_.-]+)-(?P<number>[0-9]+)")
PULLS = ("swe-bench", "swt-bench", "multi-swe-bench")
"""Benchmarks (what their ids begin with) whose items are pull requests on GitHub, named ``owner__repository-number``."""


def item_link(task: str, name: object) -> str | None:
    """The address of one item; None where the name does not say it."""
    found = _PULL.fullmatch(name) if isinstance(name, str) and task.startswith(PULLS) else None
    return f"https://github.com/{found['owner']}/{found['repository']}/pull/{found['number']}" if found else None
