"""Money between vendors on rows written by hand: which amounts an arrow sums, in dollars, and what it keeps apart."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from harness.market.companies import money_between
from tests.market.companies.catalog_by_hand import SOURCE, reader, relation, vendor


def _rows(folder: Path) -> pd.DataFrame:
    return money_between.money_between(
        reader(
            folder,
            source=[SOURCE],
            vendor=[vendor(v) for v in ("alpha", "beta", "gamma")],
            fx=[{"currency": "CNY", "usd_per_unit": 0.125, "as_of": "2026-01-01", "source_id": "page"}],
            relation=[
                relation("alpha", "beta", "invested", 2e9, "2024-02-01", "in two parts"),
                relation("alpha", "beta", "invested", 8e9, "2026-03-01", currency="CNY"),
                relation("alpha", "beta", "invested", None, "2020-01-01", "one of several"),
                relation("alpha", "beta", "partnered", 2.5e9, "2026-04-01", "2.5 billion a year for servers"),
                relation("beta", "alpha", "acquired", 1e9, "2019-01-01", "up to; the second half on targets"),
                relation("gamma", "beta", "distributes", None, "2021-01-01"),
                relation("gamma", "beta", "invested", None, "2022-01-01"),
                relation("gamma", "alpha", "invested", 5e9, "2016-01-01", "committed", currency="CNY"),
            ],
        )
    )  # fmt: skip


def test_an_amount_keeps_what_its_note_says_of_it(tmp_path: Path) -> None:
    rows = _rows(tmp_path)
    assert len(rows) == 8 and set(rows["url"]) == {"https://example.org/page"}
    said = rows[rows["said"] != ""].set_index("kind")["said"].to_dict()
    assert said == {"partnered": "yearly", "acquired": "up_to"}, "an amount without a rate of its day says nothing"


def test_an_arrow_sums_one_kind_and_says_how_many_amounts(tmp_path: Path) -> None:
    arrows = money_between.arrows(_rows(tmp_path)).set_index(["from_id", "to_id"])
    pair = arrows.loc[("alpha", "beta")]
    assert (pair["kind"], pair["amounts"], pair["relations"]) == ("invested", 2, 4)
    assert pair["usd"] == pytest.approx(3e9), (
        "2 billion dollars and 8 billion yuan at 0.125; the yearly amount is apart"
    )
    assert [f"{pair[day]:%Y-%m-%d}" for day in ("first", "last")] == ["2024-02-01", "2026-03-01"]
    back = arrows.loc[("beta", "alpha")]
    assert (back["usd"], back["said"]) == (1e9, "up_to")


def test_a_pair_without_an_amount_in_dollars_has_none(tmp_path: Path) -> None:
    arrows = money_between.arrows(_rows(tmp_path)).set_index(["from_id", "to_id"])
    silent = arrows.loc[("gamma", "beta")]
    assert silent.isna()["usd"] and (silent["amounts"], silent["kind"]) == (0, "invested")
    assert arrows.isna().loc[("gamma", "alpha"), "usd"], "no rate within a year of that day"


def test_investments_are_summed_by_whom_they_went_to(tmp_path: Path) -> None:
    (only,) = money_between.invested_in(_rows(tmp_path)).to_dict("records")
    assert only == {"to_id": "beta", "usd": pytest.approx(3e9), "amounts": 2, "givers": 1}


def test_no_relations_are_no_arrows(tmp_path: Path) -> None:
    rows = money_between.money_between(reader(tmp_path))
    assert money_between.arrows(rows).empty and money_between.invested_in(rows).empty
