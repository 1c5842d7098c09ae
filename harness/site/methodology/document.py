"""The document of all formulas as chapters that a page can show."""

from __future__ import annotations

import re

_OWN_LINES = re.compile(r"^\$\$(.+?)\$\$[ ]*$", re.MULTILINE | re.DOTALL)


def chapters(text: str) -> tuple[str, dict[str, str]]:
    """What stands before the first chapter, without the document's title, and the chapters' texts by their names.

    A formula that fills its lines stands on lines of its own, as Streamlit wants it.
    """
    shown = _OWN_LINES.sub(r"\n$$\n\1\n$$\n", text)
    lead, *parts = re.split(r"^## ", shown, flags=re.MULTILINE)
    named = (part.partition("\n") for part in parts)
    return re.sub(r"^# .*\n", "", lead), {name.strip(): body for name, _, body in named}


def anchor(name: str) -> str:
    """A chapter's name in addresses: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
