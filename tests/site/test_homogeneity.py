"""The Homogeneity page: agreement of answers, concentration of models among vendors."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site.conftest import Open, rows, texts


@pytest.mark.parametrize("agreement", ["Right or wrong", "Probabilities (CAPA)"])
@pytest.mark.parametrize("groups", ["Segments", "Countries"])
def test_agreement_is_shown_both_ways(site: Open, filled: Path, agreement: str, groups: str) -> None:
    at = site(filled, "homogeneity", origin="Measured", agreement=agreement, groups=groups)
    assert not at.exception and not at.error
    assert "err most alike" in texts(at)


def test_concentration_is_one_over_the_sum_of_squared_shares(site: Open, filled: Path) -> None:
    at = site(filled, "homogeneity")
    counts = rows(filled, "SELECT count(*) FROM model GROUP BY vendor_id").to_numpy().ravel()
    effective = counts.sum() ** 2 / (counts**2).sum()
    metric = next(m for m in at.metric if m.label == "Models")
    assert metric.value.startswith(f"{effective:.1f}")
