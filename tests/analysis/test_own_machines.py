"""Own machines against closed forms, a draw of experts, and what published cards and models say of themselves."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from harness.analysis.cost import machine_cost, machine_memory, machine_speed
from harness.analysis.cost.machine_memory import Architecture, Gpu, Machine, Work
from harness.analysis.cost.machine_speed import Range, Throughput
from harness.errors import BadInput

H100 = Gpu("H100", 80, 3.35, 989.4, 1979, 1979, 700)
DENSE = Architecture("70B", 70, 70, 80, 80, 0, 2048, 8192)
SPARSE = Architecture("671B", 671, 37, 61, 61, 0, 576, 20480, 256, 8)
PAIR = Machine(H100, 2, "fp8", "fp8")
WORK = Work(6000, 2000)
FLAT = Throughput(Range(500, 1000, 2000), Range(50, 100, 200), Range(250, 500, 1000), 8, "estimated")


def test_weights_and_cache_by_hand() -> None:
    assert [machine_memory.weights_gb(DENSE, p) for p in ("bf16", "fp8", "int8")] == [140, 70, 70]
    assert machine_memory.weights_gb(DENSE, "int4") == pytest.approx(70 * 4.25 / 8)
    # Llama 3 70B: 80 layers × 8 heads × 128 × (key and value) × 2 bytes are 320 KiB a token
    assert machine_memory.cache_gb(DENSE, 1) == pytest.approx(320 * 1024 / 1e9)
    assert machine_memory.cache_gb(DENSE, 1000, "fp8") == pytest.approx(machine_memory.cache_gb(DENSE, 500))
    # DeepSeek-V3: (512 + 64) × 61 × 2 bytes, the 70.272 KB of its report
    assert machine_memory.cache_gb(SPARSE, 1) == pytest.approx(70.272e3 / 1e9)


def test_a_layer_with_a_window_remembers_no_more_than_it() -> None:
    half = dataclasses.replace(DENSE, full_layers=40, window=128)
    assert machine_memory.cache_gb(half, 100) == pytest.approx(machine_memory.cache_gb(DENSE, 100))
    assert machine_memory.cache_gb(half, 10_128) == pytest.approx(machine_memory.cache_gb(DENSE, (10_128 + 128) / 2))


def test_memory_leaves_a_tenth_and_counts_whole_requests() -> None:
    memory = machine_memory.memory(DENSE, PAIR, WORK)
    assert (memory.usable_gb, memory.total_gb) == (pytest.approx(144), 160)
    assert memory.requests == (144 - 70) // (8000 * 160 * 1024 / 1e9) == 56
    assert machine_memory.memory(DENSE, Machine(H100, 1, "bf16"), WORK).requests == 0


@pytest.mark.parametrize(
    ("precision", "requests", "gpus"), [("int4", 1, 1), ("fp8", 1, 2), ("bf16", 1, 2), ("bf16", 2, 4), ("fp8", 80, 4)]
)
def test_as_few_cards_as_hold_weights_and_requests(precision: str, requests: int, gpus: int) -> None:
    work = Work(6000, 2000, requests)
    machine = Machine(H100, 1, precision)
    assert machine_memory.fewest_gpus(DENSE, machine, work) == gpus
    assert machine_memory.memory(DENSE, dataclasses.replace(machine, gpus=gpus), work).requests >= requests
    if gpus > 1:
        assert machine_memory.memory(DENSE, dataclasses.replace(machine, gpus=gpus // 2), work).requests < requests


def test_beyond_a_node_says_what_is_missing() -> None:
    with pytest.raises(BadInput, match=r"needs 67\d GB; a node of 8 × H100 has 576 GB"):
        machine_memory.fewest_gpus(SPARSE, Machine(H100, 1, "fp8"), Work(6000, 2000))


def test_the_share_of_experts_read_is_that_of_a_draw() -> None:
    rng = np.random.default_rng(3)
    drawn = [len(np.unique([rng.choice(256, 8, replace=False) for _ in range(32)])) / 256 for _ in range(200)]
    assert machine_speed.experts_read(SPARSE, 32) == pytest.approx(np.mean(drawn), abs=0.01)
    assert machine_speed.experts_read(SPARSE, 1) == pytest.approx(8 / 256)
    assert machine_speed.experts_read(DENSE, 1) == 1


def test_one_request_reads_the_active_weights_and_many_read_all() -> None:
    # one token touches what is active; the roofline of one request is bandwidth ÷ bytes
    machine = Machine(H100, 8, "fp8")
    assert machine_speed._weights_read_gb(SPARSE, machine, 1) == pytest.approx(37)
    assert machine_speed._weights_read_gb(SPARSE, machine, 10_000) == pytest.approx(671)
    estimate = machine_speed.estimated_throughput(DENSE, PAIR, Work(1, 1, 1))
    assert estimate.output.high == pytest.approx(2 * 3350 * 0.75 / 70, rel=1e-3)


def test_the_estimate_by_first_principles() -> None:
    estimate = machine_speed.estimated_throughput(DENSE, PAIR, WORK)
    requests = 56
    attention = 4 * 8192 * 80  # FLOPs a token and position attended
    for end, compute, bandwidth, layer in (
        ("low", 0.25, 0.4, 300e-6),
        ("middle", math.sqrt(0.25 * 0.76), math.sqrt(0.4 * 0.75), 70e-6),
        ("high", 0.76, 0.75, 0.0),
    ):
        flops = 2 * 1979e12 * compute
        prompt = flops / (140e9 + attention * 3000)
        arithmetic = requests * (140e9 + attention * 7000) / flops
        reading = (70e9 + requests * 7000 * 160 * 1024) / (2 * 3.35e12 * bandwidth)
        step = max(arithmetic, reading) if end == "high" else arithmetic + reading + 80 * layer
        output = requests / step
        assert getattr(estimate.prompt, end) == pytest.approx(prompt)
        assert getattr(estimate.output, end) == pytest.approx(output)
        assert getattr(estimate.both, end) == pytest.approx(8000 / (6000 / prompt + 2000 / output))
    assert (estimate.requests, estimate.basis) == (requests, "estimated")


def test_more_requests_and_faster_cards_never_slow_the_whole() -> None:
    rates = [
        machine_speed.estimated_throughput(SPARSE, Machine(H100, 8, "int4"), Work(3000, 1000, n)).both
        for n in (1, 4, 16, 64)
    ]
    assert all(
        a.middle < b.middle and a.low < b.low and a.high < b.high for a, b in zip(rates, rates[1:], strict=False)
    )
    fast = dataclasses.replace(H100, bandwidth_tb_s=4.8)
    faster = machine_speed.estimated_throughput(DENSE, dataclasses.replace(PAIR, gpu=fast), WORK)
    assert faster.both.middle > machine_speed.estimated_throughput(DENSE, PAIR, WORK).both.middle


def test_a_precision_that_the_card_lacks_saves_memory_alone() -> None:
    old = dataclasses.replace(H100, fp8_tflops=None)
    a, b = (machine_speed.estimated_throughput(DENSE, dataclasses.replace(PAIR, gpu=g), WORK) for g in (H100, old))
    assert a.prompt.middle / b.prompt.middle == pytest.approx(1979 / 989.4)


def test_a_size_alone_gives_a_wider_interval_around_known_models() -> None:
    rule = machine_memory.architecture_by_size(70)
    assert (
        machine_memory.cache_gb(DENSE, 1) / 2 < machine_memory.cache_gb(rule, 1) < machine_memory.cache_gb(DENSE, 1) * 2
    )
    mixture = machine_memory.architecture_by_size(671, 37)
    assert (
        machine_memory.cache_gb(SPARSE, 1) / 3.5
        < machine_memory.cache_gb(mixture, 1)
        < machine_memory.cache_gb(SPARSE, 1) * 3.5
    )
    known, guessed = (machine_speed.estimated_throughput(m, PAIR, Work(6000, 2000, 20)).both for m in (DENSE, rule))
    assert guessed.high / guessed.low > known.high / known.low
    assert machine_speed.experts_read(mixture, 1) == pytest.approx(37 / 671)


def test_a_known_throughput_keeps_the_shares_of_time() -> None:
    known = machine_speed.known_throughput(FLAT, 1000, "published")
    assert (known.prompt.low, known.output.high, known.both.middle, known.basis) == (2000, 200, 1000, "published")


def test_costs_are_hours_over_tokens() -> None:
    costs = machine_cost.token_costs(FLAT, Work(300, 100), 3.6, utilisation=0.5)
    assert costs.both == Range(*(pytest.approx(2000 / x) for x in (1000, 500, 250)))
    assert costs.prompt.middle == pytest.approx(2.0) and costs.output.middle == pytest.approx(20.0)
    assert costs.request.middle == pytest.approx(4.0 * 400 / 1e6)


def test_a_day_of_rent_and_of_electricity() -> None:
    assert machine_cost.day_cost(PAIR, 2.0) == pytest.approx(96)
    assert machine_cost.day_cost(PAIR, 2.0, usd_per_kwh=0.1, utilisation=0.5) == pytest.approx(96 + 24 * 0.7 * 0.1)


def test_capacity_and_energy() -> None:
    assert machine_cost.capacity_a_day(FLAT, 0.5) == Range(*(pytest.approx(x * 43_200) for x in (250, 500, 1000)))
    energy = machine_cost.energy_wh_per_ktok(PAIR, FLAT)
    assert energy is not None and energy.middle == pytest.approx(1400 / 500 / 3600 * 1000)
    assert machine_cost.energy_wh_per_ktok(Machine(dataclasses.replace(H100, tdp_w=None), 1, "fp8"), FLAT) is None


def test_break_even_is_where_the_lines_cross() -> None:
    tokens = machine_cost.break_even(100, 2.0, 60e6)
    at = machine_cost.day(tokens, 100, 60e6, 2.0)
    assert tokens == 50e6 and at.own_usd == at.api_usd
    assert machine_cost.break_even(100, 2.0, 49e6) == math.inf
    # full before it pays: no number of copies pays either
    assert all(machine_cost.day(t, 100, 49e6, 2.0).own_usd > t / 1e6 * 2.0 for t in np.linspace(1e6, 1e9, 777))


def test_copies_pay_from_as_many_times_the_tokens() -> None:
    one = machine_cost.break_even(192, 2.4, 103e6)
    assert one == 80e6
    for tokens, own_is_less in ((81e6, True), (103e6, True), (110e6, False), (159e6, False), (161e6, True)):
        day = machine_cost.day(tokens, 192, 103e6, 2.4)
        assert day.api_usd is not None and (day.own_usd < day.api_usd) == own_is_less == (tokens > day.copies * one)


def test_a_day_takes_as_many_copies_as_its_tokens() -> None:
    assert [machine_cost.day(t, 100, 50e6).copies for t in (1, 50e6, 51e6, 100e6, 101e6)] == [1, 1, 2, 2, 3]
    assert machine_cost.day(51e6, 100, 50e6) == machine_cost.Day(2, 200, None)


def test_impossible_asks_are_refused() -> None:
    for wrong in (
        lambda: machine_memory.architecture_by_size(0),
        lambda: machine_memory.architecture_by_size(7, 8),
        lambda: machine_memory.weights_gb(DENSE, "fp2"),
        lambda: machine_memory.cache_gb(DENSE, 1, "int4"),
        lambda: machine_speed.estimated_throughput(DENSE, Machine(H100, 1, "bf16"), WORK),
        lambda: machine_speed.estimated_throughput(DENSE, PAIR, Work(6000, 2000, 57)),
        lambda: machine_speed.known_throughput(FLAT, 0, "measured"),
        lambda: machine_cost.token_costs(FLAT, WORK, 1, utilisation=1.1),
        lambda: machine_cost.capacity_a_day(FLAT, 0),
        lambda: machine_cost.break_even(1, 0, 1),
        lambda: machine_cost.break_even(1, math.inf, 1),
        lambda: machine_cost.day(0, 1, 1),
        lambda: machine_cost.day(math.inf, 1, 1),
        lambda: machine_cost.day_cost(PAIR, 1, usd_per_kwh=-3),
        lambda: machine_cost.day_cost(PAIR, math.inf),
        lambda: machine_cost.day_cost(
            dataclasses.replace(PAIR, gpu=dataclasses.replace(H100, tdp_w=None)), 1, usd_per_kwh=1
        ),
    ):
        with pytest.raises(BadInput):
            wrong()
