"""Where a vendor stands among others: rank, neighbours, ties, who is first, and its newest figures."""

from __future__ import annotations

import pandas as pd

from harness.catalog.schema import DIMENSIONS
from harness.market.companies.vendor_standing import leaders, newest_figures, places_of

RND = [("a", 1.0, 1, 2), ("b", 2.0, 1, 3), ("c", 2.0, 2, 3), ("d", 4.0, 4, 6), ("e", float("nan"), None, None)]
CAPITAL = [("a", 3.0, 3, 5), ("b", 1.0, 1, 2), ("d", 2.0, 2, 5)]


def places() -> pd.DataFrame:
    rows = [("rnd", *row) for row in RND] + [("capital", *row) for row in CAPITAL]
    out = pd.DataFrame(rows, columns=["dimension", "vendor_id", "rank", "rank_low", "rank_high"])
    return out.assign(placed=out["rank"].notna(), coverage=0.5, score=0.5)


def test_neighbours_are_those_of_the_next_ranks_and_ties_share_theirs() -> None:
    rnd = places_of(places(), "c").set_index("dimension").loc["rnd"]
    assert (rnd["rank"], rnd["of"], rnd["rank_low"], rnd["rank_high"]) == (2.0, 4, 2, 3)
    assert (rnd["above"], rnd["level"], rnd["below"]) == (["a"], ["b"], ["d"])
    below = places_of(places(), "d").set_index("dimension").loc["rnd"]
    assert below["above"] == ["b", "c"] and below["below"] == []


def test_who_is_not_placed_has_no_neighbours() -> None:
    for vendor in ("e", "nobody"):
        rows = places_of(places(), vendor)
        assert not rows["placed"].any() and list(rows["dimension"]) == ["overall", *DIMENSIONS]
        assert all(not ids for side in ("above", "level", "below") for ids in rows[side])


def test_the_first_of_some_leads_alone_and_its_lead_is_doubted_where_intervals_meet() -> None:
    found = leaders(places(), ["b", "c", "d"]).set_index("dimension")
    assert found.loc["rnd", "first"] is None and found.loc["rnd", "placed"] == 3, "b and c share their rank"
    assert found.loc["capital", "first"] == "b" and found.loc["capital", "overlaps"], "d reaches rank 2, as b does"
    apart = leaders(places(), ["a", "d"]).set_index("dimension").loc["rnd"]
    assert apart["first"] == "a" and not apart["overlaps"]
    assert leaders(places(), ["a", "e"]).set_index("dimension").loc["rnd", "first"] is None, "e is not placed"


def test_figures_that_everybody_asks_for_are_named_where_they_are_not_known() -> None:
    inputs = pd.DataFrame(
        {"vendor_id": ["a", "a", "b"], "input": ["revenue", "staff", "valuation"], "value": [5.0, 9.0, 7.0]}
    )
    own = newest_figures(inputs, "a").set_index("input")["value"]
    assert own["revenue"] == 5 and own["staff"] == 9 and pd.isna(own["valuation"])
    assert "revenue_run_rate" not in own, "a full year is known"
    assert pd.isna(newest_figures(inputs, "b").set_index("input").loc["revenue_run_rate", "value"])
