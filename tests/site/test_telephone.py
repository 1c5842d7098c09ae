"""On a telephone a table of three columns still has the one that it is read for."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.site.widgets.tables import screen
from tests.site.conftest import Open, rows

CASES: list[tuple[str, dict[str, str], tuple[str, ...]]] = [
    ("model", {"about": "prices"}, ("provider", "input_per_mtok", "output_per_mtok")),
    ("companies", {"view": "money"}, ("giver", "taker", "usd")),
    ("companies", {"view": "gaps"}, ("vendor", "measure_name", "state_name")),
    ("companies", {"view": "market"}, ("vendor", "models", "latest_release")),
    ("capability", {"tab": "runs"}, ("ranks", "model", "score")),
    ("opportunities", {}, ("name", "capability", "price")),
    ("runs_and_samples", {}, ("model", "suite_name", "verdict_short")),
    ("reports", {}, ("model", "input_per_mtok", "output_per_mtok")),
]


def with_price(folder: Path) -> str:
    """A model that somebody sells."""
    return str(rows(folder, "SELECT min(model_id) AS model_id FROM price WHERE tier = 'standard'")["model_id"].iloc[0])


@pytest.mark.parametrize(("page", "start", "read"), CASES, ids=["-".join([c[0], *c[1].values()]) for c in CASES])
def test_what_a_table_is_read_for_is_in_sight(
    page: str, start: dict[str, str], read: tuple[str, ...], site: Open, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "window", lambda: 420)
    at = site(filled, page, **(start | {"model": with_price(filled)} if page == "model" else start))
    assert not at.exception and not at.error
    tables = [element for element in at.dataframe if set(read) <= set(element.value.columns)]
    assert tables
    for element in tables:
        assert [name for name in element.proto.column_order if name in read] == list(read)
