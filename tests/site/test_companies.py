"""The Companies page: its parts, the claims, one vendor's profile, how firm the order of vendors is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from harness.analysis.companies import positioning
from harness.i18n.translator import slug
from tests.site.conftest import Open, rows, table, texts

PARTS = [
    "Market map",
    "Releases",
    "Money between vendors",
    "Value chain",
    "One vendor",
    "Vendor against vendor",
    "Claims",
    "Gaps",
    "Big tech and start-ups",
    "Who can afford a base model",
]


@pytest.mark.parametrize("view", PARTS)
def test_every_part_of_companies_opens(site: Open, filled: Path, view: str) -> None:
    at = site(filled, "companies", view=view)
    assert not at.exception and not at.error


def test_the_claims_are_those_of_the_analysis(site: Open, filled: Path) -> None:
    from harness.analysis.companies.claims import CLAIMS

    at = site(filled, "companies", view="Claims")
    assert not at.exception and not at.error
    shown = table(at, "finding_name")
    assert list(shown["claim_name"]) == [c.text.replace("Startups", "Start-ups") for c in CLAIMS]
    untold = shown[shown["input_names"] == "–"]
    assert len(untold) and untold["difference"].isna().all()
    assert set(untold["finding_name"]) == {"Not measurable from what we have"}
    known = shown.dropna(subset=["difference"])
    assert ((known["low"] <= known["difference"]) & (known["difference"] <= known["high"])).all()
    capital = known.set_index("claim_name").loc["Big tech has more capital"]
    assert (capital["finding_name"] == "Supported") == (capital["low"] > 0)


def test_the_gaps_are_those_of_the_frame_each_with_its_row_of_facts(site: Open, filled: Path) -> None:
    from harness.catalog.vocabulary import FACTS_BY_KEY

    at = site(filled, "companies", view="Gaps", gaps_of="All")
    assert not at.exception and not at.error
    shown = table(at, "fill")
    staffed = set(rows(filled, "SELECT DISTINCT vendor_id FROM fact WHERE key = 'staff'")["vendor_id"])
    vendors = rows(filled, "SELECT vendor_id FROM vendor WHERE segment <> 'reference'")["vendor_id"]
    staff = shown.loc[shown["measure_name"] == "Staff", "line"]
    assert {line.split(",")[0] for line in staff} >= set(vendors) - staffed
    lines = [line.split(",") for line in shown["line"].dropna()]
    assert len(lines) and all((dimension, unit) == (FACTS_BY_KEY[key].dimension, FACTS_BY_KEY[key].unit)
                              for _, dimension, key, _, unit, *_ in lines)  # fmt: skip
    assert f"{len(shown)} figures are missing or old" in texts(at)


def test_every_claim_has_words_in_both_languages() -> None:
    from harness.analysis.companies.claims import CLAIMS
    from harness.i18n.translator import messages

    keys = {f"claim.{slug(c.text)}" for c in CLAIMS} | {f"front.{c.front}" for c in CLAIMS}
    assert keys <= set(messages())


def test_a_profile_shows_each_dimension_with_its_coverage_and_every_fact(site: Open, filled: Path) -> None:
    at = site(filled, "companies", view="One vendor", vendor="Gale AI")
    assert not at.exception and not at.error
    facts = rows(filled, "SELECT key FROM fact WHERE vendor_id = 'gale'")
    tables = [t.value for t in at.dataframe if "key_name" in t.value]
    assert sum(len(t) for t in tables) == len(facts) > 0
    assert all(t["source"].notna().all() and t["as_of"].notna().all() for t in tables)
    inputs = max((t.value for t in at.dataframe if "input_title" in t.value), key=len)
    assert inputs["percentile"].dropna().between(0, 1).all() and len(inputs) > 3


def test_coverage_counts_the_ranking_inputs_that_a_vendor_has() -> None:
    rows = pd.DataFrame(
        {"vendor_id": ["a", "b", "a", "a"], "dimension": ["rnd", "rnd", "rnd", "capital"],
         "input": ["staff", "citations", "datasets_released", "revenue"], "ranks": [True, True, False, True]}
    )  # fmt: skip
    found = positioning.coverage(rows, "a").set_index("dimension")
    assert found.loc["rnd"].tolist() == [1, 2] and found.loc["capital"].tolist() == [1, 1]


@pytest.mark.parametrize("firm", ["What if", "What moves it", "Coherence"])
def test_the_firmness_of_the_order_is_shown(site: Open, filled: Path, firm: str) -> None:
    at = site(filled, "companies", firm=firm)
    assert not at.exception and not at.error
    assert "How firm is this order?" in texts(at)


def test_a_changed_fact_moves_its_vendor(site: Open, filled: Path) -> None:
    at = site(filled, "companies", firm="What if")
    vendor = at.selectbox(key="if_vendor").value
    name = at.selectbox(key="if_input").value
    before = {m.label: m.value for m in at.metric}
    assert before["Rank as it is"] == before["Rank then"]
    field = at.number_input(key=f"if_{slug(f'{vendor} {name}')}")
    worse = 1e9 if name == "price_position" else 1e-3
    field.set_value(worse).run()
    after = {m.label: m.value for m in at.metric}
    assert not at.exception and after["Rank as it is"] == before["Rank as it is"]
    assert int(after["Rank then"]) > int(before["Rank then"])
