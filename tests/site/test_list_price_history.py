"""What the title of a list price's history says, against prices of which each kind's course is known."""

from __future__ import annotations

import pandas as pd
import pytest

from harness.i18n.translator import Translator
from harness.site.product.list_price_history import title


def rows(*days: tuple[str, float]) -> pd.DataFrame:
    """Days of a month each, as ``history`` gives them."""
    return pd.DataFrame(
        {"x": pd.date_range("2025-01-01", periods=len(days), freq="MS"), "basis": [b for b, _ in days],
         "y": [price for _, price in days]}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([("maker", 2.0), ("maker", 1.0)], "fell from $2.00 (2025-01-01) to $1.00 (2025-02-01)"),
        ([("median", 0.5), ("median", 0.5)], "stayed at $0.50 from 2025-01-01 to 2025-02-01"),
        ([("median", 0.4), ("median", 0.3), ("median", 0.4)], "moved between $0.30 and $0.40"),
        ([("maker", 3.0), ("median", 0.8), ("maker", 3.0)], "stayed at $3.00"),
        ([("maker", 0.2), ("median", 0.6), ("median", 0.9)], "rose from $0.60 (2025-02-01) to $0.90 (2025-03-01)"),
    ],
)
def test_only_prices_of_one_kind_are_compared(days: list[tuple[str, float]], said: str) -> None:
    text = title(Translator("en"), "Wisp", rows(*days))
    assert said in text
    mixed = len({basis for basis, _ in days}) > 1
    assert ("; only" in text) is mixed, "a reader is told that days are left out"


def test_the_step_from_a_makers_price_to_the_hosts_is_no_change_of_price() -> None:
    text = title(Translator("en"), "Wisp", rows(("maker", 0.175), ("median", 0.825)))
    assert "$0.825 (2025-02-01)" in text and "rose" not in text and "0.175" not in text
    chinese = title(Translator("zh"), "Wisp", rows(("maker", 0.175), ("median", 0.825)))
    assert "涨" not in chinese and "另一类卖方" in chinese
