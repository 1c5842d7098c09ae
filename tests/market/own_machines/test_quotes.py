"""Quotes over the shipped catalog: rents against the file, published throughputs against the estimate, what is refused."""

from __future__ import annotations

import csv
import math
import statistics
from dataclasses import replace

import pytest

from harness.errors import BadInput, MissingData
from harness.market.own_machines.ask import Ask
from harness.market.own_machines.published import checked
from harness.market.own_machines.quotes import cost_curve, quote
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
    """The middle is within a factor of 3 everywhere, and 95% of all rows lie inside; rows outside are the guide's to name."""
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


def test_measured_serving_is_of_this_machine_at_such_lengths() -> None:
    """A request of 3,000 and 1,000 tokens takes 3000 / prefill + 1000 / decode seconds of the machine."""
    ask = Ask("qwen3-32b", gpu="H200", gpus=1, precision="bf16", context=4000, output_tokens=1000, basis="measured")
    fastest, few = 4000 / (3000 / 20_000 + 1000 / 2000), 4000 / (3000 / 10_000 + 1000 / 400)
    assert quote(FILES, ask).throughput.both.middle == pytest.approx(fastest)
    assert quote(FILES, replace(ask, requests=10)).throughput.both.middle == pytest.approx(few)
    assert quote(FILES, replace(ask, requests=40)).throughput.both.middle == pytest.approx(fastest)
    for other in (replace(ask, gpus=4), replace(ask, precision="int4"), replace(ask, context=20_000)):
        with pytest.raises(BadInput, match="bench"):
            quote(FILES, other)


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


INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("option", "field", "values"),
    [
        ("--params", "params_b", (0, -5, INF, NAN, 1e300)), ("--active", "active_b", (0, -37, INF, NAN)),
        ("--gpu-hour", "usd_per_gpu_hour", (0, -1, INF, NAN, 1e308)), ("--electricity", "usd_per_kwh", (-3, INF, NAN)),
        ("--api-price", "api_per_mtok", (0, -1, INF, NAN, 5e-324)), ("--tokens-a-day", "tokens_a_day", (0, -1, INF, NAN)),
        ("--utilisation", "utilisation", (0, 1.1, -1, 1e-300, NAN)), ("--context", "context", (0, 1, -8, 10**400)),
        ("--output-tokens", "output_tokens", (0, -1, 8192, 10**400)), ("--concurrency", "requests", (0, -1, 10**400)),
        ("--gpus", "gpus", (0, -1, 9)), ("--precision", "precision", ("", "fp2")), ("--terms", "terms", ("", "barter")),
        ("--cache-precision", "cache_precision", ("", "int4")), ("--basis", "basis", ("", "rumour")),
    ],
)  # fmt: skip
def test_every_option_is_checked_with_a_known_model_and_with_a_size(
    option: str, field: str, values: tuple[float | str, ...]
) -> None:
    for base in ({"model": "deepseek-v3", "gpu": "H200"}, {"params_b": 70.0}):
        for value in values:
            with pytest.raises(BadInput, match=f"^{option} "):
                quote(FILES, Ask(**{**base, field: value}))  # type: ignore[arg-type]


def test_all_problems_are_named_at_once() -> None:
    ask = Ask("no-such-model", params_b=-1, gpu="abacus", tokens_a_day=INF, api_per_mtok=NAN)
    with pytest.raises(BadInput) as found:
        quote(FILES, ask)
    assert [p.split()[0] for p in found.value.problems] == [
        "There",
        "--params",
        "--tokens-a-day",
        "--api-price",
        "There",
    ]


def test_electricity_of_a_card_of_unknown_power_is_refused() -> None:
    ask = Ask(params_b=7, gpu="Ascend 910B", usd_per_gpu_hour=1, usd_per_kwh=5)
    with pytest.raises(BadInput, match="power of Ascend 910B is not known"):
        quote(FILES, ask)


def test_another_size_than_the_catalogs_is_taken_by_its_size() -> None:
    ask = Ask("llama-3-3-70b-instruct", gpus=2, cache_precision="fp8", context=3000, output_tokens=2000)
    other = quote(FILES, replace(ask, params_b=8))
    assert (other.model.cache_doubt, other.published, other.model.name) == (2, None, "Llama-3.3-70B-Instruct")
    counted = quote(FILES, replace(ask, params_b=70.6))
    assert counted.model.cache_doubt == 1 and counted.published is not None


@pytest.mark.parametrize("wanted", ["llama", "llama-3.3-70b", "70b-instruct", "qwen3"])
def test_a_part_of_several_names_is_refused_with_candidates(wanted: str) -> None:
    with pytest.raises(BadInput, match=r"fits \d+ models: .*Give more of the name"):
        quote(FILES, Ask(wanted))


def test_a_whole_name_a_last_part_and_an_ending_of_one_model_are_understood() -> None:
    for wanted in ("llama-3-3-70b-instruct", "Llama-3.3-70B-Instruct", "meta-llama/Llama-3.3-70B-Instruct"):
        assert quote(FILES, Ask(wanted)).model_id == "llama-3-3-70b-instruct"
    assert quote(FILES, Ask("Maverick-17B-128E-Instruct", gpu="H200")).model_id == "llama-4-maverick-17b-instruct"


@pytest.mark.parametrize("price", [0.4, 0.9, 1.3, 2.4, 5.0])
def test_break_even_agrees_with_the_days_on_either_side(price: float) -> None:
    answer = quote(FILES, Ask(params_b=70, api_per_mtok=price, tokens_a_day=1e6))
    even, by_speed, needed, full = answer.break_even, answer.break_even_by_speed, answer.needed, answer.capacity
    assert even and by_speed and needed and answer.costs
    assert even.middle == by_speed.middle and math.isfinite(even.middle) == (answer.costs.both.middle <= price)
    for ends, serves in ((even, [full.middle] * 3), (by_speed, [full.high, full.middle, full.low])):
        needs = [needed.low, needed.middle, needed.high] if ends is even else [needed.middle] * 3
        expected = [n if n <= s else math.inf for n, s in zip(needs, serves, strict=True)]
        assert [ends.low, ends.middle, ends.high] == expected
