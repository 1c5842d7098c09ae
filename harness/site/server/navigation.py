"""The site's pages as the navigation lists them, read from the head of each file in ``pages/``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SECTIONS = ("top", "models", "market", "evidence")
"""Sections of the navigation in their order; ``top`` has no heading, the others are called ``nav.<section>``."""
_HEAD = 1000
"""Characters of a page that are read: its docstring; every visit reads all pages."""
_LINE = re.compile(r"^Navigation: (?P<section>\w+) (?P<position>\d+) (?P<icon>\w+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One page: file name without suffix, section, position within it, name of its Material icon."""

    name: str
    section: str
    position: int
    icon: str


def page_entries(folder: Path) -> list[PageEntry]:
    """The pages of a folder in the order of the navigation.

    Each file's docstring has a line ``Navigation: <section> <position> <icon>``.

    Raises:
        ValueError: a page without that line, or of a section that there is not (our own mistake).
    """
    entries = [_entry(path) for path in sorted(folder.glob("*.py"))]
    return sorted(entries, key=lambda entry: (SECTIONS.index(entry.section), entry.position))


def headings(entries: Sequence[PageEntry]) -> dict[int, str]:
    """Sections with a heading, by the position (from 1) of the entry that each begins with."""
    first: dict[str, int] = {}
    for position, entry in enumerate(entries, 1):
        first.setdefault(entry.section, position)
    return {position: section for section, position in first.items() if section != "top"}


def _entry(path: Path) -> PageEntry:
    with path.open(encoding="utf-8") as file:
        head = file.read(_HEAD).split('"""')
    line = _LINE.search(head[1]) if len(head) > 1 else None
    if line is None or line["section"] not in SECTIONS:
        raise ValueError(f"{path.name}: the docstring needs a line 'Navigation: {'|'.join(SECTIONS)} POSITION ICON'")
    return PageEntry(path.stem, line["section"], int(line["position"]), line["icon"])
