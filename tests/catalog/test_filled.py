"""What the packaged catalog has to hold, and that it agrees with independent lists."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from harness import places
from harness.catalog import tables
from harness.catalog.checks import unopened
from harness.catalog.names.matching import index_names, match_vendor
from harness.catalog.names.spellings import slug
from harness.catalog.tables import Catalog
from harness.i18n.translator import Translator

FOUNDING = [
    "baidu",
    "alibaba",
    "alibaba-damo",
    "tencent",
    "huawei",
    "megvii",
    "sensetime",
    "xiaomi",
    "google",
    "google-deepmind",
    "microsoft",
    "meta",
    "amazon",
    "openai",
    "deepseek",
    "zhipu",
    "moonshot",
    "minimax",
    "stepfun",
    "zero-one-ai",
    "baichuan",
    "mistral",
    "cohere",
    "ai21",
    "anthropic",
    "xai",
    "nous",
    "arcee",
    "liquid",
    "sakana",
    "sarvam",
    "eleutherai",
    "ai2",
    "bigscience",
    "shanghai-ai-lab",
    "baai",
    "tii",
    "llm360",
]
COUNTRY_NAMES = {
    "China": "CN",
    "United States of America": "US",
    "France": "FR",
    "Korea (Republic of)": "KR",
    "Japan": "JP",
}
# Epoch lists where an organisation works too; these are led from the country in vendors.csv.
OFFICES = {"google-deepmind", "stability", "huggingface", "cohere", "google"}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return tables.read(places.packaged_catalog())[0]


def test_sizes(catalog: Catalog) -> None:
    rows = catalog.rows
    assert len(rows["vendors"]) >= 60
    assert len(rows["models"]) >= 200
    assert len(rows["reported_scores"]) >= 2000
    assert len({r["model_id"] for r in rows["reported_scores"]}) >= 250
    assert sum(p.stat().st_size for p in places.packaged_catalog().iterdir()) < 6_000_000


def test_every_name_of_the_founding_documents_has_its_row(catalog: Catalog) -> None:
    assert set(FOUNDING) <= {r["vendor_id"] for r in catalog.rows["vendors"]}
    names = {r["vendor_id"]: r["name_zh"] for r in catalog.rows["vendors"]}
    assert (names["baidu"], names["moonshot"], names["megvii"]) == ("百度", "月之暗面", "旷视科技")


def test_every_city_has_its_chinese_name(catalog: Catalog) -> None:
    cities = {r["city"] for r in catalog.rows["vendors"] if r["city"]}
    assert {c for c in cities if re.search("[A-Za-z]", Translator("zh").known("city", c))} == set()


def test_every_vendor_has_a_profile(catalog: Catalog) -> None:
    held = Counter((r["vendor_id"], r["key"]) for r in catalog.rows["facts"])
    makers = {r["vendor_id"] for r in catalog.rows["models"]}  # others are there as owners of makers
    bare = [
        r["vendor_id"]
        for r in catalog.rows["vendors"]
        if r["vendor_id"] in makers
        and not all(held[r["vendor_id"], key] for key in ("business_model", "channel", "domain", "position"))
    ]
    assert bare == []


def test_brackets_at_a_tests_end_name_the_set_up_alone(catalog: Catalog) -> None:
    """The page of claims takes two names that differ only in these brackets, and have one metric, for the same items."""
    words = {"makers": "vendor", "set-up not stated": "unstated"}
    # The same items with other steps allowed, or on the test's own board.
    same_items = re.compile(r"OSWorld(?:-Verified)? \((?:\d+ steps|steps not stated)\)|.* \(its own board\)")
    tests: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in catalog.rows["benchmarks"]:
        tests.setdefault((re.sub(r" \([^)]*\)$", "", row["name_en"]), row["metric"]), []).append(row)
    wrong = []
    for (test, _), rows in tests.items():
        for row in rows if len(rows) > 1 else []:
            stated = row["name_en"][len(test) :].strip(" ()")
            spelled = slug(words.get(stated, stated)).replace("-", "")
            if stated and not (
                spelled.startswith(row["set_up_by"].replace("-", "")) or same_items.fullmatch(row["name_en"])
            ):
                wrong.append(row["name_en"])
    assert wrong == []


def test_nine_in_ten_offers_of_july_2026_end_on_a_vendor(
    catalog: Catalog, offers_of_july_2026: set[tuple[str, str]]
) -> None:
    vendor = {r["model_id"]: r["vendor_id"] for r in catalog.rows["models"]}
    offers = [r for r in catalog.rows["prices"] if r["source_id"] == "models-dev-2026-07-02"]
    assert {(r["provider_id"], r["offer_id"]) for r in offers} == offers_of_july_2026
    assert sum(bool(vendor.get(r["model_id"])) for r in offers) / len(offers) >= 0.90


def test_countries_agree_with_epochs_organisations(catalog: Catalog, market: Path) -> None:
    index = index_names([], catalog.rows["vendors"], [], catalog.rows["aliases"])
    country = {r["vendor_id"]: r["country"] for r in catalog.rows["vendors"]}
    with (market / "epoch_ai" / "organizations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["Country"] in COUNTRY_NAMES]
    compared = [
        (v.id, COUNTRY_NAMES[r["Country"]]) for r in rows if (v := match_vendor(index, r["Organization"].strip()))
    ]
    assert len({v for v, _ in compared}) >= 40
    assert [(v, c) for v, c in compared if country[v] != c and v not in OFFICES] == []


def test_names_that_no_source_bears_out_are_not_in_the_data() -> None:
    text = "".join(p.read_text(encoding="utf-8") for p in places.packaged_catalog().glob("*.csv"))
    unverified = (Path(__file__).parents[2] / "docs" / "unverified.md").read_text(encoding="utf-8")
    for name in ("元知", "Wisman"):
        assert name not in text
        assert name in unverified


def test_the_page_on_unverified_sources_says_what_the_catalog_holds(catalog: Catalog) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "unverified.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"^\| `(\w+)`[^|]*\| [^|]* \| ([\d,]+) \|$", page, re.MULTILINE))
    ids = {r["source_id"] for r in catalog.rows["sources"] if not r["retrieved"]}
    held = Counter(r["key"] for r in catalog.rows["facts"] if r["source_id"] in ids)
    held |= {t: sum(r["source_id"] in ids for r in catalog.rows[t]) for t in ("vendors", "relations")}
    assert {k: int(v.replace(",", "")) for k, v in named.items()} == dict(held)
    sources, rows = unopened(catalog)
    assert f"{len(sources)} sources" in page
    assert f"{rows:,} rows" in page
