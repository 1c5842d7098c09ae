"""Where vendors stand: the map, strengths, the effect of one input, one fact changed; each against a plain count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.analysis.companies.robustness import places_moved
from harness.site.widgets import row_selection
from harness.store.reader import Reader
from tests.site.conftest import Open, table, texts


def test_a_copied_link_ticks_the_same_rows(site: Open, filled: Path) -> None:
    whole = site(filled, "capability", origin="Measured")
    names = list(whole.dataframe[0].value["model"])[1:3]
    at = site(filled, "capability", origin="Measured", ticked=names)
    assert not at.exception and not at.error
    assert at.query_params["ticked"] == names
    links = [link.label for link in at.get("page_link")]
    assert any("2" in label for label in links), links


def test_a_name_that_is_not_there_is_not_ticked() -> None:
    assert row_selection.positions(["a", "b", "a"], ["b", "x", "a", "b"]) == [1, 0]
    assert row_selection.positions(["a", "b"], ["b", "a"], 1) == [1]


@pytest.mark.parametrize("axes", ["Two dimensions", "Principal components"])
def test_the_map_is_drawn_either_way(site: Open, filled: Path, axes: str) -> None:
    at = site(filled, "companies", map=axes)
    assert not at.exception and not at.error


def test_loadings_are_named(site: Open, filled: Path) -> None:
    at = site(filled, "companies", map="Principal components")
    loadings = next(t.value for t in at.dataframe if set(t.value.columns) == {"name", "x", "y"})
    assert len(loadings) == 3, "the dimensions that all vendors of the database have and do not share"
    assert np.allclose((loadings[["x", "y"]] ** 2).sum(), 1) and loadings["name"].is_unique


def test_an_input_moves_as_many_places_as_counted() -> None:
    found = pd.DataFrame(
        {"input": ["a", "a", "a", "b", "b"], "dimension": "rnd", "vendor_id": list("xyzxy"),
         "rank": [2.0, 1.0, float("nan"), 1.0, 2.0], "rank_change": [1.0, -2.0, float("nan"), 0.0, 0.0]}
    )  # fmt: skip
    out = places_moved(found)
    assert out["input"].tolist() == ["a", "b"]
    assert (
        out["mean_places"].tolist() == [1.5, 0.0]
        and out["most_places"].tolist() == [2.0, 0.0]
        and out["moved"].tolist() == [2, 0]
    )


def test_ranks_without_an_input_are_shown(site: Open, filled: Path) -> None:
    at = site(filled, "companies", firm="Without an input")
    assert not at.exception and not at.error
    table = next(t.value for t in at.dataframe if "change" in t.value and "before" in t.value)
    assert len(table) == 12 and (table["before"] - table["rank"] == table["change"]).all()


def test_strengths_lie_above_the_middle_and_weaknesses_below(site: Open, filled: Path) -> None:
    at = site(filled, "companies", view="Big tech and start-ups")
    segments = next(t.value for t in at.dataframe if "side_name" in t.value)
    behind = next(t.value for t in at.dataframe if "vendor" in t.value and "input_title" in t.value)
    assert len(behind) == segments["vendors"].iloc[0] >= 3  # the facts behind are those that the mean is of
    assert set(segments["side_name"]) == {"Strength", "Weakness"}
    assert ((segments["score"] > 0.5) == (segments["side_name"] == "Strength")).all()


def test_a_vendors_profile_names_its_strengths(site: Open, filled: Path) -> None:
    at = site(filled, "companies", view="One vendor", vendor="Gale AI")
    assert not at.exception and not at.error
    assert "Gale AI" in texts(at) and "**Strength**: " in texts(at)


def test_a_changed_fact_stands_in_the_url(site: Open, filled: Path) -> None:
    at = site(filled, "companies", firm="What if")
    field = at.number_input[0]
    key, start = field.key, field.value
    again = site(filled, "companies", firm="What if", **{key: str(start + 1)})
    assert again.number_input[0].value == start + 1


def test_a_chart_without_intervals_claims_none(site: Open, filled: Path) -> None:
    from harness.i18n.translator import Translator
    from harness.site.capability import leaderboard
    from harness.site.server.view import View

    view = View(Translator("en"), lambda: None, False)  # type: ignore[arg-type]
    rows = pd.DataFrame({"low": [0.1, float("nan"), float("nan")]})
    assert leaderboard.bars_note(view, rows[:1], "Bars are x.") == "Bars are x."
    assert leaderboard.bars_note(view, rows[1:], "Bars are x.").startswith("No error bars")
    assert "2 of 3 have no bar" in leaderboard.bars_note(view, rows, "Bars are x.")
    at = site(filled, "capability", origin="Measured")
    assert "Bars are 95% intervals" in texts(at)


def test_the_gap_of_today_is_between_the_best_of_both(site: Open, filled: Path) -> None:
    at = site(filled, "capability", tab="trends")
    gaps = next(t.value for t in at.dataframe if {"behind_model", "ahead_model", "points"} <= set(t.value))
    last = gaps.sort_values("date").iloc[-1]
    scores = site(filled, "capability").dataframe[0].value.groupby("weights")["score"].max()
    assert last["points"] == pytest.approx(scores["Closed"] - scores["Open"])


def test_what_would_settle_a_pair_is_the_textbook_number(site: Open, filled: Path) -> None:
    runs = Reader(filled / "land.duckdb").frame("leading_runs")
    chosen = list(runs.loc[runs["origin"] == "measured", "model_id"].unique()[:2])
    rows = table(site(filled, "head_to_head", models=chosen, view="pairs"), "items_needed").dropna(
        subset=["items_needed"]
    )
    row = rows.iloc[0]
    half = (row["high"] - row["low"]) / 2
    deviation = half / 1.96 * row["n"] ** 0.5
    assert row["items_needed"] == pytest.approx(((1.96 + 0.8416) * deviation / row["difference"]) ** 2, rel=0.1)
