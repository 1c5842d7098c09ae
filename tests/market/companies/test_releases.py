"""Releases on rows written by hand: products only, the year's count, the best and the newest of each lane."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from harness.market.companies import releases
from tests.market.companies.catalog_by_hand import model, reader, vendor

BOARD = pd.DataFrame({"model_id": ["a1", "a2", "b1"], "score": [120.0, 140.0, 90.0]})


def _rows(folder: Path) -> pd.DataFrame:
    return releases.releases(
        reader(
            folder,
            vendor=[vendor("alpha"), vendor("beta"), vendor("idle")],
            model=[
                model("a1", "alpha", "2026-06-01"), model("a2", "alpha", "2025-12-01"), model("a3", "alpha", "2026-06-01"),
                model("a2-alias", "alpha", "2026-05-01", product_id="a2"), model("a-old", "alpha", "2025-06-01"),
                model("a-undated", "alpha", None), model("a-image", "alpha", "2026-05-01", kind="image"),
                model("b1", "beta", "2023-01-01"), model("i1", "idle", None),
            ],
        ),
        BOARD,
    )  # fmt: skip


def test_an_alias_and_another_kind_are_no_releases(tmp_path: Path) -> None:
    rows = _rows(tmp_path)
    assert set(rows["model_id"]) == {"a1", "a2", "a3", "a-old", "a-undated", "b1", "i1"}
    assert rows.set_index("model_id")["score"].dropna().to_dict() == {"a1": 120.0, "a2": 140.0, "b1": 90.0}


def test_a_year_ends_with_the_newest_release_of_all(tmp_path: Path) -> None:
    counts = releases.recent(_rows(tmp_path)).set_index("vendor_id")["releases"]
    assert counts.to_dict() == {"alpha": 3, "beta": 0, "idle": 0}, "the release of the day one year before is not in it"


def test_each_lane_names_its_best_and_its_newest_once(tmp_path: Path) -> None:
    rows = _rows(tmp_path)
    shown = releases.lanes(rows, ["beta", "alpha"], None)
    assert list(shown["vendor_id"].unique()) == ["beta", "alpha"]
    assert list(shown.loc[shown["best"], "model_id"]) == ["b1", "a2"]
    assert list(shown.loc[shown["newest"], "model_id"]) == ["b1", "a3"]
    quarter = releases.lanes(rows, ["beta", "alpha"], 3)
    assert list(quarter["model_id"]) == ["a1", "a3"] and list(quarter.loc[quarter["best"], "model_id"]) == ["a1"]


def test_without_a_board_no_release_has_points(tmp_path: Path) -> None:
    rows = releases.releases(
        reader(tmp_path, vendor=[vendor("v")], model=[model("m", "v", "2026-01-01")]), pd.DataFrame()
    )
    assert rows["score"].isna().all() and not releases.lanes(rows, ["v"], 12)["best"].any()
