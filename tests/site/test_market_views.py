"""The market's four views on the Companies page: what their titles, charts and tables say of the seeded database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from harness.charts.text import dollars
from harness.i18n.translator import Translator
from tests.site.conftest import Open, rows, table, texts


def _figure(at: AppTest) -> dict[str, Any]:
    """The first chart of a page, as plotly's JSON."""
    spec: dict[str, Any] = json.loads(at.get("plotly_chart")[0].proto.spec)
    return spec


def _hovers(figure: dict[str, Any]) -> list[str]:
    return [str(custom[0]) for trace in figure["data"] for custom in trace.get("customdata", [])]


def test_the_map_has_a_mark_for_every_vendor_and_says_who_holds_what(site: Open, filled: Path) -> None:
    at = site(filled, "companies")
    values = rows(filled, "SELECT country, sum(value::DOUBLE) AS usd FROM fact JOIN vendor USING (vendor_id) "
                          "WHERE key = 'valuation' GROUP BY country").set_index("country")["usd"]  # fmt: skip
    shown = texts(at)
    assert f"{dollars(values.sum())} of company value".replace("$", "\\$").replace(".", "\\.") in shown
    assert f"China {values['CN'] / values.sum():.0%}" in shown
    hovers = _hovers(_figure(at))
    assert len(hovers) == rows(filled, "SELECT count(*) AS n FROM vendor")["n"].item()
    assert sum("Company filings" in h for h in hovers) == rows(filled, "FROM fact WHERE key = 'valuation'").shape[0]
    assert any("Krill &lt;b&gt;AI&lt;/b&gt;" in h for h in hovers)


def test_the_map_follows_the_filters_and_counts_models(site: Open, filled: Path) -> None:
    at = site(filled, "companies", segment="Lab", size="New language models")
    hovers = _hovers(_figure(at))
    assert len(hovers) == rows(filled, "SELECT count(*) AS n FROM vendor WHERE segment = 'lab'")["n"].item()
    assert "new language models on this map" in texts(at)


def test_the_timeline_shows_the_chosen_vendors(site: Open, filled: Path) -> None:
    at = site(filled, "companies", view="Releases", lanes=["Aurora Systems", "Borealis"], period="All")
    assert not at.exception
    figure = _figure(at)
    expected = rows(filled, "SELECT vendor_id, count(*) AS n FROM model WHERE vendor_id IN ('aurora', 'borealis') "
                            "GROUP BY vendor_id").set_index("vendor_id")["n"]  # fmt: skip
    dots = {t["name"]: len(t["customdata"]) for t in figure["data"]}
    assert dots == {"Aurora Systems": expected["aurora"], "Borealis": expected["borealis"]}


def test_at_first_the_timeline_shows_six_vendors(site: Open, filled: Path) -> None:
    assert len(_figure(site(filled, "companies", view="Releases"))["data"]) == 6


def test_money_has_an_arrow_for_each_pair_and_a_row_for_each_relation(site: Open, filled: Path) -> None:
    at = site(filled, "companies", view="Money between vendors")
    lines = [t for t in _figure(at)["data"] if t["mode"] == "lines"]
    assert sorted(t["line"]["dash"] for t in lines) == ["dot", "solid"]
    relations = table(at, "usd")
    assert len(relations) == 2 and relations["url"].notna().all()
    assert relations.set_index("giver")["usd"].dropna().to_dict() == {"Aurora Systems": 2e9}
    assert "\\$2B in Cinder Labs \\(1 amount\\)" in texts(at)
    only = site(filled, "companies", view="Money between vendors", amounts="With an amount")
    assert [t["line"]["dash"] for t in _figure(only)["data"] if t["mode"] == "lines"] == ["solid"]


@pytest.mark.parametrize(("stages", "least"), [("3 stages or more", 3), ("any stage", 1)])
def test_the_chain_shows_vendors_of_as_many_stages_as_asked(site: Open, filled: Path, stages: str, least: int) -> None:
    at = site(filled, "companies", view="Value chain", stages=stages)
    held = rows(filled, "SELECT vendor_id, count(*) AS n FROM fact WHERE key = 'position' GROUP BY vendor_id")
    marks = len(_hovers(_figure(at)))
    assert marks == held.loc[held["n"] >= least, "n"].sum() > 0
    assert len(table(at, "stage_name")) == held["n"].sum() and table(at, "stage_name")["url"].notna().all()
    assert f"{(held['n'] >= least).sum()} of {len(held)} vendors" in texts(at)
    vendors = rows(
        filled,
        "SELECT v.vendor_id, v.name_en, count(m.model_id) AS models FROM vendor AS v LEFT JOIN model AS m USING (vendor_id) "
        "WHERE v.segment <> 'reference' GROUP BY ALL ORDER BY models DESC, name_en",
    ).head(15)
    stages_of = vendors["vendor_id"].map(held.set_index("vendor_id")["n"]).fillna(0).astype(int)
    absent = [f"{v} ({n})" for v, n in zip(vendors["name_en"], stages_of, strict=True) if n < least]
    said = texts(at).replace("\\", "")
    assert (f"not drawn: {', '.join(absent)}." in said) == bool(absent)


def test_a_child_whose_value_is_in_its_parent_is_said_in_words() -> None:
    from harness.site.companies.market import market

    frame = pd.DataFrame({"day": pd.to_datetime(["2026-01-01"]), "size": [None], "in_parent": [True], "vendor": ["A"],
                          "parent_en": ["B"], "parent_zh": [None]})  # fmt: skip

    class Said:
        say = Translator("en")

    assert market._note(Said(), frame, "value").endswith("A is part of B and its value is in B’s, so it counts once.")  # type: ignore[arg-type]
