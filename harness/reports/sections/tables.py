"""Full tables: what the sections show in part, row by row, with the ids of the runs. They come from the sections' details."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.reports.document import Section

if TYPE_CHECKING:
    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 85
"""Place of the section in the report: the first of the appendix."""


def tables(material: Material, words: Words) -> Section:
    """The section Full tables, still empty: ``build`` puts the other sections' details into it."""
    return replace(words.section("tables"), kind="appendix")
