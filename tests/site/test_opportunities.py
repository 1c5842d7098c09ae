"""The Opportunities page: cells of the white space, the order of their levels."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.analysis.opportunities import level_order
from tests.site.conftest import Open, table


@pytest.mark.parametrize("rows", ["Price", "Segment", "Modality"])
def test_the_white_space_is_cut_by_any_two_sides(site: Open, filled: Path, rows: str) -> None:
    at = site(filled, "opportunities", rows=rows)
    assert not at.exception and not at.error
    assert "cells" in at.markdown[0].value


def test_a_cell_counts_its_vendors(site: Open, filled: Path) -> None:
    at = site(filled, "opportunities", rows="Size", columns="Licence")
    assert not at.exception and not at.error
    inside = table(at, "capability")
    metrics = {m.label: m.value for m in at.metric}
    assert metrics["Vendors"] == str(inside["vendor"].nunique()) and metrics["Models"] == str(len(inside))


def test_levels_stand_in_their_natural_order() -> None:
    assert level_order("size", {"above 80B", "up to 3B"}) == ["up to 3B", "above 80B"]
    assert level_order("modality", {"text", "image"}) == ["image", "text"]
