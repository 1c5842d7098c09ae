"""Licences of models as people write them, by the catalog's id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.reports.messages import Words

SPELT = {
    "mit": "MIT", "apache-2.0": "Apache 2.0", "bsd-3-clause": "BSD 3-Clause", "cc-by-nc-4.0": "CC BY-NC 4.0",
    "cc-by-nc-sa-4.0": "CC BY-NC-SA 4.0", "cc-by-sa-4.0": "CC BY-SA 4.0", "openmdw-1.1": "OpenMDW 1.1",
}  # fmt: skip
"""Names that are the same in every language; the messages ``spelt`` hold those that are not."""


def spelt(words: Words, licence: Any) -> str | None:
    """The licence's name in the language; as the catalog has it where nothing names it; None where it is unknown."""
    if not isinstance(licence, str):
        return None
    return SPELT.get(licence.lower()) or words.known("spelt", licence)
