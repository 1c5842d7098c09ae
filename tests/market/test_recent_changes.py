"""What changed lately: leaders by release, new products of ranked vendors, moves of makers' prices."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from harness.market import recent_changes
from harness.market.headlines import cheapest_at


class Frames:
    """Queries answered from frames."""

    def __init__(self, **frames: pd.DataFrame) -> None:
        self.frames = frames

    def frame(self, query: str, /, **_: Any) -> pd.DataFrame:
        """The frame of a query."""
        return self.frames[query]


BOARD = pd.DataFrame(
    [("first", 100.0, "2024-01-01", "a"), ("second", 110.0, "2024-03-01", "b"), ("weaker", 105.0, "2024-04-01", "a"),
     ("third", 130.0, "2024-06-01", "a"), ("undated", 140.0, None, "b")],
    columns=["model_id", "score", "released", "vendor_id"],
).assign(model=lambda rows: rows["model_id"].str.upper())  # fmt: skip


def test_leaders_are_those_above_all_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def gap(fit: object, rows: pd.DataFrame) -> pd.DataFrame:
        difference = rows["points"].iloc[0] - rows["points"].iloc[1]
        return pd.DataFrame({"difference": [difference], "low": [difference - 12], "high": [difference + 12]})

    monkeypatch.setattr(recent_changes, "ahead", gap)
    found = recent_changes.new_leaders(BOARD, None, 5)  # type: ignore[arg-type]
    assert found["model"].tolist() == ["THIRD", "SECOND"] and found["before"].tolist() == ["SECOND", "FIRST"]
    assert found["difference"].tolist() == [20.0, 10.0] and found["low"].tolist() == [8.0, -2.0]
    assert recent_changes.new_leaders(BOARD, None, 1)["model"].tolist() == ["THIRD"]  # type: ignore[arg-type]


def test_releases_are_of_ranked_vendors_one_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ("new-small", "New small", "a", "2024-06-01"), ("third", "Third", "a", "2024-06-01"),
        ("other", "Other", "b", "2024-05-30"), ("stranger", "Stranger", "z", "2024-06-02"),
        ("old", "Old", "a", "2023-01-01"), ("undated", "Undated", "a", None),
    ]  # fmt: skip
    releases = pd.DataFrame(rows, columns=["model_id", "name", "vendor_id", "released"])
    found = recent_changes.newest_releases(Frames(releases=releases.assign(vendor_en="V", vendor_zh="厂")), BOARD, 9)
    assert found["model"].tolist() == ["Third", "Other"]
    assert found["points"].iloc[0] == 130.0 and pd.isna(found["points"].iloc[1])


def test_price_moves_are_the_makers_own_and_blended() -> None:
    rows = [
        ("a", "third", "a", "2024-06-10", 1.0, 2.0, 10.0, 4.0),
        ("a", "third", "a", "2024-05-10", 9.0, 1.0, 9.0, 10.0),
        ("reseller", "second", "b", "2024-06-11", 1.0, 9.0, 1.0, 9.0),
        ("b", "second", "b", "2024-06-01", 1.0, 0.0, 1.0, 0.0),
        ("b", "speech", "b", "2024-06-01", 1.0, 5.0, 1.0, 50.0),
        ("a", "weaker", "a", "2023-06-01", 1.0, 2.0, 1.0, 2.0),
    ]
    names = [
        "provider_id",
        "model_id",
        "vendor_id",
        "as_of",
        "input_before",
        "input_now",
        "output_before",
        "output_now",
    ]
    changes = pd.DataFrame(rows, columns=names).assign(model=lambda r: r["model_id"], provider="P", before="2024-01-01")
    releases = pd.DataFrame({"model_id": ["third", "second", "weaker"]})
    found = recent_changes.price_moves(Frames(price_changes=changes, releases=releases), 9, 3.0)
    assert found["model_id"].tolist() == ["third"], "no reseller, no free plan, no speech, nothing old, one row a model"
    row = found.iloc[0]
    assert (row["blended_before"], row["blended_now"]) == (3.25, 2.5)
    assert row["change"] == pytest.approx(2.5 / 3.25 - 1)


def test_the_cheapest_that_reaches_a_level() -> None:
    rows = pd.DataFrame({"model_id": ["a", "b", "c"], "x": [1.0, 0.5, 0.5], "y": [160.0, 150.0, 151.0]})
    found = cheapest_at(rows, 150)
    assert found is not None and found["model_id"] == "c"
    assert cheapest_at(rows, 161) is None
