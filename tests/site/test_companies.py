"""The Companies page: its parts, the claims, one vendor's profile, how firm the order of vendors is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from harness.analysis.companies import positioning
from harness.i18n.translator import slug
from tests.site.conftest import Open, rows, table, texts


@pytest.mark.parametrize("view", ["Market map", "One vendor", "Vendor against vendor", "Claims"])
def test_every_part_of_companies_opens(site: Open, filled: Path, view: str) -> None:
    at = site(filled, "companies", view=view)
    assert not at.exception and not at.error


def test_the_claims_are_those_of_the_analysis(site: Open, filled: Path) -> None:
    from harness.analysis.companies.claim_list import CLAIMS

    at = site(filled, "companies", view="Claims")
    assert not at.exception and not at.error
    shown = table(at, "verdict_name")
    assert list(shown["claim_name"]) == [c.text_en for c in CLAIMS]
    assert set(shown["verdict_name"]) <= {"Borne out", "Contradicted", "Undecided", "Not measurable"}
    counted = shown["verdict_name"].value_counts()
    assert f"Of {len(CLAIMS)} claims {counted.get('Borne out', 0)} are borne out" in texts(at)
    untold = shown[shown["verdict_name"] == "Not measurable"]
    assert len(untold) and untold["percentile"].isna().all() and untold["remark"].ne("").all()
    known = shown.dropna(subset=["percentile"])
    assert ((known["percentile_low"] <= known["percentile"]) & (known["percentile"] <= known["percentile_high"])).all()
    borne = known[known["verdict_name"] == "Borne out"]
    assert (borne["percentile_low"] > 0).all()


def test_every_value_behind_a_claim_has_its_vendor_and_unit(site: Open, filled: Path) -> None:
    at = site(filled, "companies", view="Claims", claim="Start-ups open more of their weights")
    assert not at.exception and not at.error
    behind = table(at, "input_title")
    assert len(behind) and behind["vendor"].notna().all() and set(behind["segment_name"]) <= {"Big tech", "Start-up"}
    sizes = table(at, "effect_name")
    assert len(sizes) == 1 and int(sizes["n_first"].iloc[0] + sizes["n_second"].iloc[0]) == len(behind)


def test_an_effect_says_its_unit_and_begins_with_no_sign() -> None:
    from harness.i18n.translator import Translator
    from harness.site.companies.claim_words import in_unit

    say = Translator("en")
    ratio = {"effect": 167.9, "low": 13.85, "high": 1304.0, "ratio": True}
    assert in_unit(say, ratio, "USD") == "170× (14 to 1,300)"
    share = {"effect": -0.125, "low": -0.3, "high": 0.05, "ratio": False}
    assert in_unit(say, share, "fraction") == "Difference -12 percentage points (-30 to +5)"
    assert in_unit(say, share | {"effect": float("nan")}, "points") == "–"


def test_every_topic_and_verdict_has_words_in_both_languages() -> None:
    from harness.analysis.companies.claim_list import TOPICS
    from harness.analysis.companies.claims import VERDICTS
    from harness.i18n.translator import messages

    keys = {f"topic.{slug(t)}" for t in TOPICS} | {f"claim_verdict.{slug(v)}" for v in VERDICTS}
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
    worse = 1e9 if name == "median_list_price" else 1e-3
    field.set_value(worse).run()
    after = {m.label: m.value for m in at.metric}
    assert not at.exception and after["Rank as it is"] == before["Rank as it is"]
    assert int(after["Rank then"]) > int(before["Rank then"])
