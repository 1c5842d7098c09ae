"""A column of numbers has the same decimals in every row."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st

from harness.site.widgets.tables import decimals
from harness.site.widgets.tables.cell_text import cell_text

ROOT = Path(__file__).resolve().parents[2]


def _shown(values: list[float | None], form: str) -> list[str]:
    frame = pd.DataFrame({"x": values})
    columns = decimals.aligned(frame, {"x": st.column_config.NumberColumn("X", format=form)})
    factor = 100 if decimals.shares({"x": st.column_config.NumberColumn("X", format=form)}, ["x"]) else 1
    return [cell_text(v if v is None else factor * v, columns["x"]) for v in values]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([0.5, 0.979, 10], ["$0.500", "$0.979", "$10.00".ljust(7, "0")]),
        ([5, 25, 180], ["$5.00", "$25.00", "$180.00"]),
        ([5.625, 0.15], ["$5.625", "$0.150"]),
        ([0.0004, 0.02], ["$0.0004", "$0.0200"]),
        ([0.05396, 1488.351], ["$0.054", "$1,488.351"]),
        ([60e9, 4e9], ["$60,000,000,000", "$4,000,000,000"]),
        ([0.1, None], ["$0.10", "–"]),
        ([None, None], ["–", "–"]),
        ([0.0, 1.5], ["$0.00", "$1.50"]),
    ],
)
def test_a_column_of_prices_has_the_decimals_that_its_smallest_statement_needs(
    values: list[float | None], said: list[str]
) -> None:
    assert _shown(values, decimals.MONEY) == said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([57.6, 56, 51], ["57.6", "56.0", "51.0"]),
        ([1450, 1470], ["1,450", "1,470"]),
        ([0.8125, 0.9], ["0.812", "0.900"]),
    ],
)
def test_scores_of_one_unit_stand_below_each_other(values: list[float | None], said: list[str]) -> None:
    assert _shown(values, decimals.ONE_UNIT) == said


def test_shares_have_one_decimal_in_all_rows_or_in_none() -> None:
    assert _shown([0.6915, 0.7, 1.0], decimals.SHARE) == ["69.2%", "70.0%", "100.0%"]
    assert _shown([0.5, 0.25, None], decimals.SHARE) == ["50%", "25%", "–"]


def test_amounts_as_text_have_the_decimals_of_the_column() -> None:
    assert decimals.dollars([0.1875, 2.0, float("nan")]) == ["$0.188", "$2.000", ""]


def test_columns_of_other_formats_are_left_alone() -> None:
    frame = pd.DataFrame({"a": [1.0], "b": ["x"], "c": [0.5]})
    columns = {"a": st.column_config.NumberColumn("A", format="%.1f"), "b": st.column_config.TextColumn("B"),
               "c": st.column_config.ProgressColumn("C", format="percent"), "gone": st.column_config.NumberColumn("G", format=decimals.MONEY)}  # fmt: skip
    assert decimals.aligned(frame, columns) == columns and decimals.shares(columns, ["a", "b", "c"]) == []


def test_every_column_of_prices_follows_the_rule() -> None:
    own = re.compile(r'format="\$%[.,]')
    sources = [*(ROOT / "pages").glob("*.py"), *(ROOT / "harness/site").rglob("*.py")]
    found = {path.name for path in sources if own.search(path.read_text(encoding="utf-8"))}
    assert found <= {"money.py"}  # sums of whole dollars
