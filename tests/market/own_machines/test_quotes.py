"""Quotes over the shipped catalog: rents against the file, published throughputs against the estimate, what is refused."""

from __future__ import annotations

import csv
import statistics

import pytest

from harness.errors import BadInput, MissingData
from harness.market.own_machines.published import checked
from harness.market.own_machines.quotes import Ask, cost_curve, quote
from harness.market.own_machines.rents import rent
from tests.market.own_machines.catalog_files import CATALOG, CatalogFiles

FILES = CatalogFiles()
LLAMA = Ask("llama-3-3-70b-instruct", gpus=2, cache_precision="fp8", api_per_mtok=0.88)


def test_the_rent_is_of_each_clouds_newest_offer() -> None:
    with (CATALOG / "gpu_prices.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["gpu"] in ("H100", "H100 SXM5 80GB", "H100 HGX")]
    rows = [r for r in rows if r["terms"].split(";")[0] == "on-demand" and r["as_of"] > "2024-04-20"]
    newest = {r["cloud"]: max(x["as_of"] for x in rows if x["cloud"] == r["cloud"]) for r in rows}
    prices = [
        min(float(r["per_gpu_hour"]) for r in rows if r["cloud"] == cloud and r["as_of"] == day)
        for cloud, day in newest.items()
    ]
    found = rent(FILES, "H100", "on-demand")
    assert found is not None and len(prices) > 5
    assert (found.median, found.cheapest, found.dearest) == (statistics.median(prices), min(prices), max(prices))
    assert (found.clouds, found.oldest, found.newest) == (len(prices), min(newest.values()), max(newest.values()))
    assert rent(FILES, "Ascend 910C", "on-demand") is None


def test_published_throughputs_lie_in_the_estimates_interval() -> None:
    """The middle is within a factor of 3 everywhere, and 95 % of all rows lie inside; rows outside are the guide's to name."""
    rows = checked(FILES)
    assert len(rows) > 100 and rows["inside"].mean() > 0.95
    assert (rows["published"] / rows["middle"]).between(1 / 4.2, 3).all()
    assert (rows["low"] < rows["middle"]).all() and (rows["middle"] < rows["high"]).all()


def test_a_comparable_published_throughput_stands_before_the_estimate() -> None:
    ask = Ask("llama-3-3-70b-instruct", gpus=2, cache_precision="fp8", context=3000, output_tokens=2000, api_per_mtok=1)
    auto = quote(FILES, ask)
    assert auto.throughput.basis == "published" and auto.throughput.both.middle == pytest.approx(4146 * 1.5)
    assert quote(FILES, LLAMA).throughput.basis == "estimated"
    measured = quote(FILES, Ask("qwen3-8b", gpu="H200", gpus=1, basis="measured"))
    assert (measured.throughput.basis, measured.throughput.both.low) == ("measured", 10_000)


def test_the_curve_steps_up_where_a_copy_is_full() -> None:
    answer = quote(FILES, LLAMA)
    assert answer.usd_a_day is not None
    points = cost_curve(answer, 3 * answer.capacity.middle)
    assert [p.tokens for p in points] == sorted(p.tokens for p in points)
    assert {round(p.own / answer.usd_a_day.middle) for p in points} == {1, 2, 3}
    assert all(p.fast <= p.own <= p.slow and p.api == pytest.approx(p.tokens * 0.88e-6) for p in points)


@pytest.mark.parametrize(
    "ask",
    [
        Ask(), Ask(params_b=70, gpu="abacus"), Ask(params_b=70, gpus=16), Ask(params_b=70, terms="barter"),
        Ask(params_b=70, context=100, output_tokens=100), Ask(params_b=70, requests=0), Ask(params_b=70, basis="rumour"),
        Ask(params_b=70, basis="published"), Ask(params_b=70, basis="measured"), Ask(params_b=70, usd_per_gpu_hour=-1),
        Ask(params_b=70, utilisation=0), Ask(params_b=7000), Ask("claude-opus-4-5"),
    ],
)  # fmt: skip
def test_impossible_asks_are_refused(ask: Ask) -> None:
    with pytest.raises((BadInput, MissingData)):
        quote(FILES, ask)
