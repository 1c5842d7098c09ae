"""The table of reported capability: who is ranked, who is not and why, and how many new releases are not placed."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from harness.analysis.scale.fit import ScaleFit, fit_scale
from harness.analysis.scale.preparation import Reported, prepare_reported
from harness.market import scale_table as market
from harness.market.scale_table import Releases, newest_unplaced, reason_text, scale_table, without_score
from harness.store.reader import Reader
from tests.market import published_scores as truth


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(truth.build(tmp_path_factory.mktemp("scale") / "land.duckdb"))


@pytest.fixture(scope="module")
def prepared(reader: Reader) -> Reported:
    return prepare_reported(reader.frame("reported"))


@pytest.fixture(scope="module")
def fit(prepared: Reported) -> ScaleFit:
    return fit_scale(prepared.scores)


@pytest.fixture(scope="module")
def table(reader: Reader, prepared: Reported, fit: ScaleFit) -> pd.DataFrame:
    return scale_table(reader, fit, prepared.left_out).set_index("product_id", drop=False)


def test_ranked_products_come_first_in_the_order_of_their_true_capability(table: pd.DataFrame) -> None:
    best_first = sorted(truth.CAPABILITY, key=lambda name: -truth.CAPABILITY[name])
    ranked = table[table["ranked"]]
    assert list(ranked["product_id"]) == list(table["product_id"])[: len(ranked)]
    assert list(ranked["rank"]) == list(range(1, len(ranked) + 1)) and set(ranked["product_id"]) == set(best_first)
    places = {name: place for place, name in enumerate(best_first, start=1)}
    assert all(low <= places[name] <= high for name, low, high in zip(
        ranked["product_id"], ranked["rank_low"], ranked["rank_high"], strict=True))  # fmt: skip
    true = pd.Series({name: 130 + 10 * c for name, c in truth.CAPABILITY.items()})
    assert (ranked["points"] - true[ranked["product_id"]]).abs().max() < 4
    assert ranked["low"].le(true + 1e-6).mean() >= 0.85 and ranked["high"].ge(true - 1e-6).mean() >= 0.85


def test_every_reason_not_to_be_ranked(table: pd.DataFrame) -> None:
    for name, (tests, code, words) in truth.UNRANKED.items():
        row = table.loc[name]
        assert (row["reason"], reason_text(row)) == (code, words), name
        assert not row["ranked"] and not row["within_leader"] and pd.isna(row["rank"])
        assert row["benchmarks"] == len(tests)
    assert (table.loc["listed", "only"], table.loc["agentic", "only"]) == ("livebench", "coding_agents")
    assert table.loc[["four", "agentic", "listed"], "points"].notna().all()
    assert table.loc[["solo", "isle-1", "rare"], "points"].isna().all()
    assert reason_text(table.loc["m15"]) is None and table.loc["m15", "reason"] == ""


def test_the_words_can_be_those_of_another_language(table: pd.DataFrame) -> None:
    words = reason_text(table.loc["listed"], {"one_battery": "nur {only}: {benchmarks}"}, {"livebench": "das Brett"})
    assert words == "nur das Brett: 5 benchmarks"
    codes = {code for _, code, _ in truth.UNRANKED.values()}
    assert codes == set(market.REASONS)


def test_a_row_is_a_product_with_what_the_catalog_says(table: pd.DataFrame) -> None:
    assert table["product_id"].is_unique and {"m15-high", "voice", "unscored"}.isdisjoint(table["product_id"])
    row = table.loc["m15"]
    assert (row["name"], row["vendor_en"], row["country"], row["segment"]) == ("M15", "Acme", "FR", "startup")
    assert (row["benchmarks"], row["domains"]) == (9, 4), "two set-ups of one test are one, the variant's is one more"
    assert row["newest"] == pd.Timestamp("2026-02-05") and table.loc["m14", "newest"] == pd.Timestamp(truth.FIRST)
    assert list(table.columns) == market.COLUMNS


def test_more_evidence_can_be_asked_for(reader: Reader, prepared: Reported, fit: ScaleFit) -> None:
    table = scale_table(reader, fit, prepared.left_out, least=9).set_index("product_id")
    assert set(table.index[table["ranked"]]) == {f"m{i:02}" for i in (*range(6), 15)}
    assert reason_text(table.loc["m10"]) == "8 benchmarks; 9 are needed"
    assert reason_text(table.loc["rare"]) == "5 benchmarks; 9 are needed"
    few = scale_table(reader, fit, prepared.left_out, least=1).set_index("product_id")
    assert few.loc["four", "ranked"] and reason_text(few.loc["solo"]) == "1 benchmark; 4 are needed"


def test_without_a_fit_there_is_no_row(reader: Reader, prepared: Reported) -> None:
    table = scale_table(reader, None, prepared.left_out)
    assert table.empty and list(table.columns) == market.COLUMNS


def test_new_releases_that_are_not_placed(reader: Reader, table: pd.DataFrame) -> None:
    """Of the newest day, M15 is ranked and UNSCORED is not; VOICE is no language model, M15 HIGH no product."""
    day = truth.NEWEST
    assert newest_unplaced(reader, table) == Releases(date(2026, 3, 3), 2, 1)
    assert newest_unplaced(reader, table, day) == Releases(day, 2, 1)
    all_of_them = newest_unplaced(reader, table, truth.FIRST)
    assert all_of_them is not None and all_of_them.released == len(table) + 1
    assert all_of_them.unplaced == (~table["ranked"]).sum() + 1


def test_new_releases_without_a_score_are_listed_apart(reader: Reader, table: pd.DataFrame) -> None:
    """Among the newest only UNSCORED has no score that may enter; with those of the table it is who is not placed."""
    bare = without_score(reader, table)
    assert list(bare["product_id"]) == ["unscored"] and bare["name"].notna().all()
    with_it = pd.concat([table, bare.assign(ranked=False)])
    assert without_score(reader, with_it).empty
