"""The benchmark's lower bound is below the best of all schedules; its night is repeatable and loses nothing."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.fleet import FAULTS, simulate
from benchmarks.fleet_bound import bound
from benchmarks.fleet_cost import cost
from benchmarks.fleet_night import Faults, fleet
from harness.fleet.model import Card, Need, Node, Work

FAST, SLOW = Card("fast", 80.0), Card("slow", 24.0)


def best(seconds: list[tuple[int, int | None]], fast: int, slow: int) -> float:
    """Shortest night of all assignments of whole-card models to single cards."""
    machines = ["fast"] * fast + ["slow"] * slow
    nights = []
    for where in itertools.product(range(len(machines)), repeat=len(seconds)):
        loads = [0.0] * len(machines)
        for (on_fast, on_slow), machine in zip(seconds, where, strict=True):
            took = on_fast if machines[machine] == "fast" else on_slow
            loads[machine] += float("inf") if took is None else took
        nights.append(max(loads))
    return min(nights)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.none() | st.integers(1, 20)), min_size=1, max_size=6),
    st.integers(1, 2),
    st.integers(0, 1),
)
def test_the_bound_is_below_the_best_of_all_nights(seconds: list[tuple[int, int | None]], fast: int, slow: int) -> None:
    nodes = [Node("f", "f", 16, 100.0, (FAST,) * fast)]
    nodes += [Node("s", "s", 16, 100.0, (SLOW,))] * slow
    times = []
    for number, (on_fast, on_slow) in enumerate(seconds):
        need = Need(20.0 if on_slow else 60.0, 1.0, whole_card=True)
        work = Work(f"w{number}", "m", need, 0.0)
        times.append((work, {("fast",): float(on_fast), ("slow",): float(on_slow or 0)}))
    low = bound(times, nodes)
    least = best(seconds, fast, slow)
    assert low <= least + 1e-6
    fastest = [on_fast if not slow or on_slow is None else min(on_fast, on_slow) for on_fast, on_slow in seconds]
    assert low >= max(fastest) - 1e-6


def test_the_bound_of_one_kind_is_its_area() -> None:
    nodes = [Node("f", "f", 16, 100.0, (FAST, FAST))]
    works = [(Work(str(i), "m", Need(60.0, 1.0), 0.0), {("fast",): 10.0}) for i in range(5)]
    assert abs(bound(works, nodes) - 25.0) < 1e-6


def test_a_night_with_failures_ends_every_model_and_repeats_itself() -> None:
    one, two = simulate(60, 7, FAULTS), simulate(60, 7, FAULTS)
    assert sum(one.ended.values()) == 60 and set(one.ended) <= {"done", "failed"}
    assert (one.hours, one.ended, one.bound) == (two.hours, two.ended, two.bound)
    quiet = simulate(60, 7, Faults())
    assert quiet.ended == {"done": 60}
    assert quiet.hours >= quiet.bound >= quiet.by_memory > 0
    assert quiet.overtaken <= quiet.longest_model


def test_cards_without_a_rent_have_no_figure_and_are_named() -> None:
    lines = cost(fleet(), 2.0)
    assert [line.split(":")[0] for line in lines[:-1]] == [
        "24 × NVIDIA H200", "16 × NVIDIA H100 80GB HBM3", "16 × NVIDIA A100-SXM4-40GB",
    ]  # fmt: skip
    assert lines[-1].endswith("no figure for 8 × NVIDIA L40S, cpu-0")
