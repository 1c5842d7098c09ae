"""Every fact of the shipped catalog on its vendor's profile: value, unit, day and source as in the file."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections import Counter

import pytest

from harness import places
from harness.i18n.translator import Translator
from harness.market.companies.side_by_side import facts_of
from harness.site.companies.one_vendor.vendor_facts import fact_rows
from harness.store.reader import Reader
from harness.store.rebuild import rebuild

CATALOG = places.asset("data/catalog")
SEED, VENDORS, FACTS = 20261129, 60, 10


def _file(name: str) -> list[dict[str, str]]:
    with (CATALOG / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A database of the shipped catalog alone."""
    path = tmp_path_factory.mktemp("shipped") / "landscape.duckdb"
    rebuild(path, CATALOG, path.parent / "public", path.parent / "runs")
    return Reader(path)


SIZES = {"million": 1e6, "billion": 1e9, "trillion": 1e12, "quadrillion": 1e15}
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def _number(text: str) -> float | str:
    """The number that a cell says: with thousands apart, a word for its size, a power of ten, or per cent."""
    digits, _, size = text.partition(" ")
    try:
        if size in SIZES:
            return float(digits) * SIZES[size]
        if "×10" in text:
            figures, _, power = text.partition("×10")
            return float(f"{figures}e{power.translate(RAISED)}")
        return float(text.removesuffix("%").replace(",", "")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return text


def test_facts_drawn_by_seed_show_value_unit_day_and_source(shipped: Reader) -> None:
    facts, urls = _file("facts"), {row["source_id"]: row["url"] for row in _file("sources")}
    largest = [v for v, _ in Counter(row["vendor_id"] for row in facts).most_common(VENDORS)]
    rates: dict[str, dict[str, float]] = {"USD": {"2025-01-01": 1.0}}
    for row in _file("fx"):
        rates.setdefault(row["currency"], {})[row["as_of"]] = float(row["usd_per_unit"])
    draw = random.Random(SEED)
    say = Translator("en")
    for vendor in largest:
        own = [row for row in facts if row["vendor_id"] == vendor]
        shown = fact_rows(say, facts_of(shipped, [vendor]))
        assert len(shown) == len(own)
        for fact in draw.sample(own, min(FACTS, len(own))):
            part = shown[
                shown["key"].eq(fact["key"]) & shown["as_of"].astype(str).str[:10].eq(fact["as_of"])
                & shown["unit"].fillna("").eq(say.known("unit", fact["unit"]) if fact["unit"] not in ("", "fraction") else "")
                & shown["url"].fillna("").eq(urls[fact["source_id"]]) & shown["note"].fillna("").eq(fact["note"])
            ]  # fmt: skip
            told = [_number(text) for text in part["told"]]
            value = _number(fact["value"])
            if isinstance(value, float):
                assert any(isinstance(t, float) and t == pytest.approx(value, rel=6e-4) for t in told), fact
            else:
                words = {value, say.known("fact_value", value)}
                assert words & set(told), fact
            if fact["unit"] in rates and isinstance(value, float) and value and len(part) == 1:
                _in_usd(fact, float(part["usd"].iloc[0]) / value, rates[fact["unit"]])


def _in_usd(fact: dict[str, str], rate: float, rates: dict[str, float]) -> None:
    """The rate that a fact was converted at lies among its currency's; none only where no day with one is within a year."""
    if rate != rate:
        day = dt.date.fromisoformat(fact["as_of"])
        assert all(abs((day - dt.date.fromisoformat(other)).days) > 365 for other in rates), fact
    else:
        assert min(rates.values()) * 0.999 <= rate <= max(rates.values()) * 1.001, fact


def test_words_of_closed_lists_are_translated_and_names_are_not(shipped: Reader) -> None:
    from harness.catalog.vocabulary import CLOSED_VALUES
    from harness.i18n.translator import messages, slug

    assert {f"fact_value.{slug(v)}" for values in CLOSED_VALUES.values() for v in values} <= set(messages())
    rows = fact_rows(Translator("zh"), facts_of(shipped, ["baidu"])).set_index("key")
    assert "自有云" in set(rows.loc["channel", "told"]) and "Apollo Go" in set(rows.loc["product", "told"])
