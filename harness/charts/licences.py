"""Licences of models as people write them, by the catalog's id."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.i18n.translator import Translator

SPDX = {
    id.lower(): id
    for id in (
        "Apache-2.0", "BSD-3-Clause", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-SA-4.0", "MIT", "OpenMDW-1.1",
        "CC0-1.0",
    )
}  # fmt: skip
"""Licences of SPDX's list by their ids in lower case, which are the same in every language; the messages ``spelt`` hold others."""


def spelt(say: Translator, licence: object) -> str | None:
    """The licence's name in the language; as the catalog has it where nothing names it; None where it is unknown."""
    if not isinstance(licence, str):
        return None
    return SPDX.get(licence.lower()) or say.known("spelt", licence)
