"""The claims on a database: what was known on a day, releases without aliases, since when, and borderline vendors."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from harness import places
from harness.analysis.companies.claims.claim_list import CLAIMS
from harness.analysis.companies.claims.claims import VERDICTS
from harness.analysis.companies.vendor_inputs import RECENT_YEARS
from harness.market import claims as market
from harness.market.positions import position_inputs
from harness.store.reader import Reader
from harness.store.rebuild import rebuild
from tests.store.conftest import CATALOG, make_catalog, publish_sources

SHIPPED = places.asset("data/catalog")
FACTS = """\
acme,business,position,base-model,,,2025-01-01,s1
acme,business,position,application,,,2025-02-01,s1
acme,business,position,compute,,,2025-08-01,s1
acme,capital,training_compute,2e25,FLOP,One,2025-03-01,s1
acme,capital,training_compute,5e24,FLOP,Two,2025-09-01,s1
acme,rnd,staff,500,people,,2024-01-01,s1
acme,rnd,staff,1000,people,,2025-08-01,s1
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A database of the small catalog with ``FACTS``."""
    folder = tmp_path_factory.mktemp("claims")
    facts = CATALOG["facts.csv"].splitlines()[0] + "\n" + FACTS
    publish_sources(folder / "land.duckdb", catalog=make_catalog(folder / "catalog", facts=facts))
    return Reader(folder / "land.duckdb")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A database of the shipped catalog alone."""
    folder = tmp_path_factory.mktemp("shipped")
    rebuild(folder / "land.duckdb", SHIPPED, folder / "public", folder / "runs")
    return Reader(folder / "land.duckdb")


def _values(reader: Reader, day: str | None) -> dict[str, float]:
    rows = market.claim_inputs(reader, pd.DataFrame(), day)
    rows = rows[rows["vendor_id"] == "acme"]
    return dict(zip(rows["input"], rows["value"], strict=True))


def test_a_day_knows_no_later_fact_and_no_later_release(small: Reader) -> None:
    now, then = _values(small, None), _values(small, "2025-02-28")
    assert (now["stages"], then["stages"]) == (3, 2)
    assert (now["base_and_application_share"], then["base_and_application_share"]) == (pytest.approx(2 / 3), 1)
    assert now["trained_at_1e25"] == 1 and "trained_at_1e25" not in then
    assert (now["staff"], then["staff"]) == (1000, 500)
    assert (now["releases_per_year"], then["releases_per_year"]) == (1, 0.5)  # two models, one of them later
    assert (now["releases_per_employee"], then["releases_per_employee"]) == (1, 1)
    assert (now["open_weights_share"], then["open_weights_share"]) == (0.5, 0)
    assert "median_list_price" in now and not {"median_list_price", "hosts"} & set(then)


def test_the_far_future_knows_what_now_does(shipped: Reader) -> None:
    now = position_inputs(shipped, pd.DataFrame())
    then = position_inputs(shipped, pd.DataFrame(), market.NOW)
    now = now[~now["input"].isin(["hosts", "median_list_price"])]
    keys = ["vendor_id", "input", "value"]
    assert then[keys].sort_values(keys).to_numpy().tolist() == now[keys].sort_values(keys).to_numpy().tolist()


def test_releases_count_products_and_no_alias(shipped: Reader) -> None:
    with (SHIPPED / "models.csv").open(encoding="utf-8", newline="") as file:
        models = list(csv.DictReader(file))
    newest = max(row["released"] for row in models)
    start = f"{int(newest[:4]) - RECENT_YEARS}{newest[4:]}"  # the view's window is that of vendor_inputs
    first = {row["model_id"]: row["released"] for row in models}
    counted: dict[str, set[str]] = {}
    for row in models:
        moving = row["product_id"].endswith("-latest")  # a moving name is no release
        if row["kind"] in ("text", "multimodal") and not moving and start < first[row["product_id"]]:
            counted.setdefault(row["vendor_id"], set()).add(row["product_id"])
    rows = market.claim_inputs(shipped, pd.DataFrame())
    heads = rows[rows["input"].isin(["releases_per_employee", "releases_per_researcher"])]
    people = rows.set_index(["vendor_id", "input"])["value"]
    assert len(heads) > 5
    for row in heads.to_dict("records"):
        of = "staff" if row["input"] == "releases_per_employee" else "researchers"
        products = counted.get(row["vendor_id"], set())
        assert row["value"] == pytest.approx(1000 * len(products) / 2 / people[row["vendor_id"], of])
    assert any(len(products) < sum(m["vendor_id"] == v and m["released"] > start for m in models)
               for v, products in counted.items())  # fmt: skip  # there are aliases to be left out


def test_the_reason_why_inherited_faults_are_not_measured_holds() -> None:
    runs, outcomes = (places.asset("data/public_runs") / f"public.{name}.parquet" for name in ("run", "outcome"))
    answered = duckdb.sql(
        f"SELECT DISTINCT model_id, suite, suite_version FROM '{runs}' "
        f"WHERE model_id IS NOT NULL AND run_id IN (SELECT run_id FROM '{outcomes}')"
    ).fetchall()
    with (SHIPPED / "models.csv").open(encoding="utf-8", newline="") as file:
        base = {row["model_id"]: row["derived_from"] for row in csv.DictReader(file)}
    assert len(answered) > 100 and sum(bool(value) for value in base.values()) > 100
    pairs = {row[0] for row in answered if (base.get(row[0]), *row[1:]) in answered}
    assert pairs == {
        "codellama-34b-instruct", "codeqwen1-5-7b-chat", "deepseek-coder-1-3b-instruct", "deepseek-coder-6-7b-instruct",
    }  # fmt: skip


def test_half_years_end_before_the_newest_row() -> None:
    assert market.half_years(dt.date(2025, 6, 30)) == [dt.date(2024, 6, 30), dt.date(2024, 12, 31)]
    assert market.half_years(dt.date(2024, 1, 1)) == []


def test_every_claim_is_tested_with_its_history(shipped: Reader) -> None:
    found = market.tested_claims(shipped, pd.DataFrame())
    assert found["claim"].tolist() == [claim.key for claim in CLAIMS] and set(found["verdict"]) <= set(VERDICTS)
    by = found.set_index("claim")
    held = by[by["since"].notna()]
    assert len(held) and held["verdict"].ne("not measurable").all()
    assert set(by.loc[[c.key for c in CLAIMS if c.unknown_en], "verdict"]) == {"not measurable"}
    stages = by.loc["more_stages"]
    with (SHIPPED / "facts.csv").open(encoding="utf-8", newline="") as file:
        first = sorted(row["as_of"] for row in csv.DictReader(file) if row["key"] == "position")[0]
    assert str(stages["since"].date()) > first  # no verdict before there were facts


def test_a_small_database_measures_nothing_and_says_so(small: Reader, tmp_path: Path) -> None:
    found = market.tested_claims(small, pd.DataFrame())
    assert set(found["verdict"]) == {"not measurable"} and found["since"].isna().all()
    assert not any(found["moved_by"])
