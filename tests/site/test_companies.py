"""The Companies page: its parts, the claims, one vendor's profile, how firm the order of vendors is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pandas as pd
import pytest

from harness.analysis.companies import positioning
from harness.i18n.translator import Translator, slug
from harness.site.companies.against import against, figure_text, measure_rows
from harness.site.server.view import View
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
    from harness.analysis.companies.claims.claim_list import CLAIMS

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


def test_the_chart_of_claims_marks_what_its_title_counts() -> None:
    from harness.site.companies.claims import claims

    def row(name: str, verdict: str, low: float, high: float) -> dict[str, object]:
        return {"claim_name": name, "verdict": verdict, "difference": (low + high) / 2, "percentile": (low + high) / 2,
                "low": low, "high": high, "n_first": 9, "n_second": 9, "remark": ""}  # fmt: skip

    rows = pd.DataFrame([
        row("open", "undecided", -0.1, 0.2), row("few", "undecided", 0.1, 0.4), row("example", "contradicted", -0.2, 0.1),
        row("borne", "borne out", 0.1, 0.3), row("against", "contradicted", -0.3, -0.1),
        row("alike", "undecided", 0.1, 0.2) | {"percentile": None}, row("untold", "not measurable", 0, 0) | {"percentile": None},
    ])  # fmt: skip
    view = cast(View, SimpleNamespace(say=Translator("en")))
    drawn = claims.drawn(view, rows, "title")
    assert [trace.name for trace in drawn.figure.data] == ["Borne out (1)", "Contradicted (2)", "Undecided (2)"]
    assert list(drawn.data["label"]) == ["borne", "example", "against", "few", "open"]
    hollow = [trace.marker.symbol.endswith("-open") for trace in drawn.figure.data]
    assert hollow == [False, False, True]
    asides = ("One of the contradicted ones", "One stays undecided", "One claim about how alike")
    assert all(text in drawn.note for text in asides)


@pytest.mark.parametrize(("language", "said"), [("en", ["100M", "1B", "100B"]), ("zh", ["1 亿", "10 亿", "1,000 亿"])])
def test_amounts_at_the_axis_are_written_in_the_language_shown(language: str, said: list[str]) -> None:
    from harness.site.companies.standing import afford

    assert [afford.amount(Translator(language), usd) for usd in (1e8, 1e9, 1e11)] == said


@pytest.mark.parametrize(("language", "said"), [("en", ["Beijing", "Atlantis"]), ("zh", ["北京", "Atlantis"])])
def test_cities_have_their_names_in_the_language_shown(language: str, said: list[str]) -> None:
    from harness.site.capability import leaderboard

    frame = pd.DataFrame({"vendor_en": ["A", "B", "C"], "vendor_zh": "", "segment": "lab", "country": "CN",
                          "city": ["Beijing", "Atlantis", None]})  # fmt: skip
    shown = leaderboard.named(cast(View, SimpleNamespace(say=Translator(language))), frame)
    assert list(shown["city"][:2]) == said and shown["city"].isna()[2]


def test_a_years_money_is_not_ranked_against_all_funds_ever_raised() -> None:
    from harness.analysis.companies.affordability import RunCost
    from harness.site.companies.standing import afford

    known = pd.DataFrame(
        {"vendor_id": ["spender", "both", "raiser"], "vendor": ["Spender", "Both", "Raiser"], "segment": "startup",
         "means": [9e9, 2e9, 5e10], "yearly": [True, True, False], "raised": [None, 8e10, 5e10], "kind_name": "k",
         "class": ["easily", "in part", "easily"], "as_of": pd.Timestamp("2026-01-01"), "raised_as_of": "2026-06-01"}
    )  # fmt: skip
    day = dt.date(2026, 1, 1)
    view = cast(View, SimpleNamespace(say=Translator("en")))
    shown = afford.drawn(view, known, {"both": "raiser", "spender": "elsewhere"})
    assert shown.groupby("group", sort=False)["label"].agg(list).to_dict() == {
        "A year’s spending": ["Spender", "Both"],
        "All funds ever raised": ["Both (before Raiser)", "Raiser"],
    }
    said = afford.finding(view, known, RunCost(day, 5e8, 4e8, 6e8, "m", 1e8, day))
    assert said.startswith("Of 2 vendors with a known year’s spending, 1 spent") and "of 1 known by their funds" in said


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
    searched = int(shown["searched_on"].notna().sum())
    counts = f"{len(shown)} are missing or old; {searched} of them were searched for, {len(shown) - searched} not yet"
    assert counts in texts(at)


def test_every_value_behind_a_claim_has_its_vendor_and_unit(site: Open, filled: Path) -> None:
    at = site(filled, "companies", view="Claims", claim="Start-ups open more of their weights")
    assert not at.exception and not at.error
    behind = table(at, "input_title")
    assert len(behind) and behind["vendor"].notna().all() and set(behind["segment_name"]) <= {"Big tech", "Start-up"}
    sizes = table(at, "effect_name")
    assert len(sizes) == 1 and int(sizes["n_first"].iloc[0] + sizes["n_second"].iloc[0]) == len(behind)


def test_an_effect_says_its_unit_and_begins_with_no_sign() -> None:
    from harness.i18n.translator import Translator
    from harness.site.companies.claims.claim_words import in_unit

    say = Translator("en")
    ratio = {"effect": 167.9, "low": 13.85, "high": 1304.0, "ratio": True}
    assert in_unit(say, ratio, "USD") == "170× (14 to 1,300)"
    share = {"effect": -0.125, "low": -0.3, "high": 0.05, "ratio": False}
    assert in_unit(say, share, "fraction") == "Difference −12 percentage points (−30 to +5)"
    assert in_unit(say, share | {"effect": float("nan")}, "points") == "–"


def test_every_topic_and_verdict_has_words_in_both_languages() -> None:
    from harness.analysis.companies.claims.claim_list import TOPICS
    from harness.analysis.companies.claims.claims import VERDICTS
    from harness.i18n.translator import messages

    keys = {f"topic.{slug(t)}" for t in TOPICS} | {f"claim_verdict.{slug(v)}" for v in VERDICTS}
    assert keys <= set(messages())


def test_a_profile_shows_ranks_figures_releases_and_every_fact(site: Open, filled: Path) -> None:
    at = site(filled, "companies", view="One vendor", vendor="Gale AI")
    assert not at.exception and not at.error
    facts = rows(filled, "SELECT key FROM fact WHERE vendor_id = 'gale'")
    tables = [t.value for t in at.dataframe if "key_name" in t.value]
    assert sum(len(t) for t in tables) == len(facts) > 0
    assert all(t["source"].notna().all() and t["as_of"].notna().all() for t in tables)
    inputs = max((t.value for t in at.dataframe if "input_title" in t.value), key=len)
    assert inputs["percentile"].dropna().between(0, 1).all() and len(inputs) > 3
    assert list(table(at, "rank_text")["dimension_name"])[:2] == ["Over all", "Research"]
    figures = table(at, "figure").set_index("figure")["told"]
    assert figures["Monthly users"] == "not known" and "–" not in set(figures)
    newest = rows(filled, "SELECT max(released) AS day FROM model")["day"].iloc[0]
    released = rows(filled, "SELECT name, released FROM model WHERE vendor_id = 'gale' AND model_id = product_id")
    expected = set(released.loc[released["released"] > newest - pd.DateOffset(months=12), "name"])
    shown = [t.value for t in at.dataframe if "output_text" in t.value]
    assert {name for t in shown for name in t["name"]} == expected
    assert "What is not known" in texts(at)


@pytest.mark.parametrize("lang", ["English", "中文"])
def test_vendors_side_by_side_have_a_row_a_measure_and_say_what_is_not_known(
    site: Open, filled: Path, lang: str
) -> None:
    view, unknown, chosen = {
        "English": ("Vendor against vendor", "not known", ["Gale AI", "Borealis", "Heron"]),
        "中文": ("厂商对比", "未知", ["Gale AI", "北辰智能", "苍鹭科技"]),
    }[lang]
    at = site(filled, "companies", view=view, vendors=chosen, lang=lang)
    assert not at.exception and not at.error
    fronts = [t.value for t in at.dataframe if "measure" in t.value]
    assert len(fronts) == 4 and all(list(t.columns) == ["measure", *chosen] for t in fronts)
    cells = pd.concat(fronts)
    assert (
        cells["measure"].is_unique and cells.notna().all(axis=None) and "–" not in set(cells[chosen].to_numpy().ravel())
    )
    assert unknown in set(cells[chosen].to_numpy().ravel())
    facts = table(at, "key_name")
    held = rows(filled, "SELECT count(*) AS n FROM fact WHERE vendor_id IN ('gale', 'borealis', 'heron')")["n"].iloc[0]
    assert len(facts) == held and set(facts["vendor"]) <= set(chosen) and facts["url"].notna().all()


def test_one_vendor_alone_is_compared_with_nobody(site: Open, filled: Path) -> None:
    at = site(filled, "companies", view="Vendor against vendor", vendors=["Gale AI"])
    assert not at.exception and "Choose at least two vendors." in texts(at)


def test_the_title_says_who_is_first_where() -> None:
    found = pd.DataFrame(
        {"dimension": ["rnd", "ecosystem", "capital", "business"], "first": ["a", "a", "b", None]}, dtype=object
    )
    names = {"a": "Alder", "b": "Birch", "c": "Cedar"}
    seen = SimpleNamespace(say=Translator("en"))
    told = against.finding(seen, found, names)  # type: ignore[arg-type]
    assert told == "Alder ranks above Birch and Cedar in Research and Ecosystem; Birch in Capital"
    nobody = against.finding(seen, found.assign(first=None), names)  # type: ignore[arg-type]
    assert nobody == "None of them ranks above the others on any dimension"


def test_a_figure_side_by_side_says_what_it_is_of_whose_and_how_old() -> None:
    seen = SimpleNamespace(say=Translator("en"))
    row = {"value": 1.5e9, "unit": "USD", "stated": 1.07e10, "stated_unit": "CNY", "group_id": "g", "note": "market value; low",
           "as_of": pd.Timestamp("2020-03-01"), "too_old": True}  # fmt: skip
    told = measure_rows.cell(seen, "valuation", row, {"g": "Group"})  # type: ignore[arg-type]
    assert told == "$1.5B (CNY 10.7 billion; of its group, Group; 2020-03-01; too old to count)"
    share = row | {"value": 0.23, "unit": "fraction", "stated_unit": "fraction", "group_id": None, "too_old": False,
                   "note": "of tokens through one gateway; confidence low"}  # fmt: skip
    told = measure_rows.cell(seen, "market_share", share, {})  # type: ignore[arg-type]
    assert told == "23% (of tokens through one gateway; 2020-03-01)"


def test_figures_are_told_with_their_unit() -> None:
    say, zh = Translator("en"), Translator("zh")
    assert figure_text.value(say, "revenue", 1.291e10, "USD") == "$12.9B"
    assert figure_text.value(say, "net_income", -6.7e8, "USD") == "−$670M"
    assert figure_text.value(say, "monthly_users", 145e6, "people") == "145 million people"
    assert figure_text.value(zh, "monthly_users", 145e6, "people") == "1.45 亿人"
    assert figure_text.value(zh, "revenue", 1.291e10, "USD") == "129 亿美元"
    assert figure_text.value(zh, "net_income", -6.7e8, "USD") == "−6.7 亿美元"
    assert figure_text.value(zh, "price", 9_999, "USD") == "$10k"
    assert figure_text.value(say, "staff", 300.0, "people") == "300 people"
    assert figure_text.value(say, "market_share", 0.23, "fraction") == "23%"
    assert figure_text.value(say, "valuation", None, "USD") == "not known"


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
