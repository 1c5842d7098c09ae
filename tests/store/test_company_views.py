"""What the views say of companies: money in dollars of its day, and the inputs of positions, each worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from harness.store.reader import Reader
from tests.store.conftest import CATALOG, make_catalog, make_run, publish_sources

FX = "currency,usd_per_unit,as_of,source_id\n"
RATES = "EUR,1.10,2025-01-01,s1\nEUR,1.20,2025-04-11,s1\nJPY,0.006,2020-01-01,s1\nJPY,0.010,2025-01-01,s1\n"
FACTS = CATALOG["facts.csv"].splitlines()[0] + "\n"


def _figure(db: Path, catalog: Path, day: str, currency: str = "EUR") -> float:
    """100 units of a currency on a day, in dollars; NaN where there is no rate."""
    facts = FACTS + f"acme,capital,revenue,100,{currency},,{day},s1\n"
    publish_sources(db, catalog=make_catalog(catalog, fx=FX + RATES, facts=facts))
    row = Reader(db).sql("SELECT value, stated, unit, value_unit FROM fact_figure").iloc[0]
    assert (row["stated"], row["unit"], row["value_unit"]) == (100, currency, "USD")
    return float(row["value"])


@pytest.mark.parametrize(
    ("day", "dollars"),
    [
        ("2025-01-01", 110.0),
        ("2025-02-20", 115.0),  # half of the hundred days between the two rates
        ("2025-04-11", 120.0),
        ("2026-04-11", 120.0),  # a year after the last rate
        ("2026-04-12", math.nan),
        ("2024-01-02", 110.0),  # within a year before the first
        ("2023-12-31", math.nan),
    ],
)
def test_money_has_the_rate_of_its_day_and_none_beyond_a_year(
    db: Path, catalog: Path, day: str, dollars: float
) -> None:
    assert _figure(db, catalog, day) == pytest.approx(dollars, nan_ok=True)


@pytest.mark.parametrize(
    ("day", "dollars"), [("2020-12-30", 0.6), ("2022-06-30", math.nan), ("2024-06-30", 1.0), ("2025-01-01", 1.0)]
)
def test_rates_years_apart_are_not_interpolated(db: Path, catalog: Path, day: str, dollars: float) -> None:
    assert _figure(db, catalog, day, "JPY") == pytest.approx(dollars, nan_ok=True)


def test_dollars_are_dollars_on_any_day_and_people_are_people(db: Path, catalog: Path) -> None:
    facts = FACTS + "acme,capital,revenue,7,USD,,1999-12-31,s1\nacme,rnd,staff,30,people,,1999-12-31,s1\n"
    publish_sources(db, catalog=make_catalog(catalog, facts=facts))
    rows = Reader(db).sql("SELECT key, value, value_unit FROM fact_figure").set_index("key")
    assert rows["value"].to_dict() == {"revenue": 7, "staff": 30}
    assert rows["value_unit"].to_dict() == {"revenue": "USD", "staff": "people"}


def test_a_deals_amount_is_in_dollars_of_its_day(db: Path, catalog: Path) -> None:
    text = (
        CATALOG["relations.csv"].splitlines()[0]
        + "\nbigco,acme,invested,100,EUR,,2025-02-20,s1\nacme,bigco,partnered,,,,2025-02-20,s1\n"
    )
    publish_sources(db, catalog=make_catalog(catalog, fx=FX + RATES, relations=text))
    rows = Reader(db).sql("SELECT from_id, usd FROM relation_amount").set_index("from_id")["usd"]
    assert rows["bigco"] == pytest.approx(115.0) and math.isnan(rows["acme"])


def _inputs(db: Path) -> dict[tuple[str, str], float]:
    rows = Reader(db).sql("SELECT vendor_id, input, value FROM vendor_position")
    assert not rows.duplicated(["vendor_id", "input"]).any()
    return {(v, i): x for v, i, x in rows.values.tolist()}


def test_positions_have_raw_inputs_and_nothing_for_the_unknown(db: Path, runs: Path, catalog: Path) -> None:
    publish_sources(db, [make_run(runs, 1)], catalog=catalog)
    values = _inputs(db)
    assert values["acme", "funding"] == 250  # the newer of two facts
    assert ("acme", "channel") not in values and values["acme", "channels"] == 1
    assert (
        values["bigco", "hosts"] == 0 and values["bigco", "releases_per_year"] == 0
    )  # nothing in two years: none, not unknown
    assert values["acme", "releases_per_year"] == 1.0 and values["bigco", "derived_products"] == 0
    assert values["acme", "modalities"] == 2 and values["acme", "hosts"] == 1
    assert values["acme", "median_list_price"] == 1.5
    assert ("acme", "measured_index:tiny") in values


def test_releases_are_products_and_derived_are_those_of_other_groups(db: Path, catalog: Path) -> None:
    head, *rows = CATALOG["models.csv"].splitlines()
    vendors = CATALOG["vendors.csv"] + "child,Child,,startup,,CN,,2024,acme,,2026-01-01,s1\n"
    rows += [
        "acme-one-latest,acme-one,acme,One latest,multimodal,,2025-05-01,1,,4096,text,text,true,MIT,,,2026-01-01,s1",
        "acme-mini-latest,acme-mini-latest,acme,Mini latest,text,,2025-05-01,1,,4096,text,text,true,MIT,,,2026-01-01,s1",
        "acme-embed,acme-embed,acme,Embed,embedding,,2025-05-01,1,,4096,text,text,true,MIT,,,2026-01-01,s1",
        "big-tune,big-tune,bigco,Tune,text,,2025-05-01,1,,4096,text,text,true,MIT,,acme-one,2026-01-01,s1",
        "child-tune,child-tune,child,Tune,text,,2025-05-01,1,,4096,text,text,true,MIT,,acme-one,2026-01-01,s1",
    ]
    models = "\n".join([head, *rows]) + "\n"
    publish_sources(db, catalog=make_catalog(catalog, models=models, vendors=vendors))
    values = _inputs(db)
    assert (
        values["acme", "releases_per_year"] == 1.0
    )  # two products in two years: no alias, no moving name, no embedding model
    assert values["acme", "derived_products"] == 1.0  # Bigco's, not its own subsidiary's
    assert values["acme", "open_products"] == 2.0


def test_funds_are_the_rounds_or_a_larger_stated_total(db: Path, catalog: Path) -> None:
    rounds = "acme,capital,funding_round,100,EUR,,2025-01-01,s1\nacme,capital,funding_round,40,USD,,2024-01-01,s1\n"
    publish_sources(db, catalog=make_catalog(catalog, fx=FX + RATES, facts=FACTS + rounds))
    assert _inputs(db)["acme", "funds_raised"] == pytest.approx(150)
    total = "acme,capital,funding_total,900,USD,as counted by a bank,2025-06-01,s1\n"
    publish_sources(db, catalog=make_catalog(catalog, fx=FX + RATES, facts=FACTS + rounds + total))
    assert _inputs(db)["acme", "funds_raised"] == 900
    assert ("acme", "funding_round") not in _inputs(db)
    later = "acme,capital,funding_round,60,USD,,2025-12-01,s1\n"
    publish_sources(db, catalog=make_catalog(catalog, fx=FX + RATES, facts=FACTS + rounds + total + later))
    assert _inputs(db)["acme", "funds_raised"] == 960  # the total did not know of it


def test_the_cost_of_training_is_that_of_the_dearest_model_and_other_figures_are_the_newest(
    db: Path, catalog: Path
) -> None:
    facts = "".join(
        f"acme,{dimension},{key},{value},USD,{note},{day},s1\n"
        for dimension, key, value, note, day in (
            ("capital", "training_cost", 16000000, "Large", "2024-02-15"),
            ("capital", "training_cost", 745, "Diffusion toy", "2025-11-20"),
            ("capital", "revenue", 90, "", "2024-12-31"),
            ("capital", "revenue", 80, "", "2025-12-31"),
        )
    )
    publish_sources(db, catalog=make_catalog(catalog, facts=FACTS + facts))
    assert _inputs(db)["acme", "training_cost"] == 16e6 and _inputs(db)["acme", "revenue"] == 80
    row = Reader(db).sql("FROM vendor_position WHERE input = 'training_cost'").iloc[0]
    assert row["note"] == "Large" and str(row["as_of"])[:10] == "2024-02-15"


def test_hosts_are_those_that_sell_it_today_and_are_trusted(db: Path, catalog: Path) -> None:
    head, *offers = CATALOG["prices.csv"].splitlines()
    providers = (
        CATALOG["providers.csv"] + "cloudy,Cloudy,cloud,,US,,2026-01-01,s1\ngrey,Grey,reseller,,US,,2026-01-01,s1\n"
    )
    offers += [
        "cloudy,one,acme-one,standard,token,USD,1,3,,,2025-06-01,s1",  # its own list of 2026 no longer has it
        "cloudy,other,bigco-max,standard,token,USD,1,3,,,2026-01-01,s1",
        "grey,one,acme-one,standard,token,USD,1,3,,,2026-01-01,s1",
    ]
    prices = "\n".join([head, *offers]) + "\n"
    publish_sources(db, catalog=make_catalog(catalog, prices=prices, providers=providers))
    assert _inputs(db)["acme", "hosts"] == 1
