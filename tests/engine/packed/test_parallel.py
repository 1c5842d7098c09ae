"""Packs side by side: in order, the same numbers as one after another, and nothing of it left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from harness.engine.base import Scored, ScoreRequest
from harness.engine.packed.engine import PackedEngine
from harness.engine.packed.hardware import memory, parallel
from harness.engine.packed.plan import packing
from tests.engine.packed.small import ARCHITECTURES, Letters, model, workload

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def two_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two threads, and packs small enough that a test has many."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    monkeypatch.setattr(parallel, "LEAST_TOKENS", 32)
    yield
    torch.set_num_threads(before)


def engine(name: str, **options: object) -> PackedEngine:
    return PackedEngine(model(name), Letters(), "cpu", torch.float32, token_budget=96, **options)  # type: ignore[arg-type]


def scored(ours: PackedEngine, requests: list[ScoreRequest]) -> list[float]:
    found, _ = ours.run(requests)
    return [a.logprob for a in found if isinstance(a, Scored)]


@pytest.mark.parametrize("name", [n for n, (_, _, way) in ARCHITECTURES.items() if way == "tree"])
def test_packs_side_by_side_give_the_numbers_of_one_after_another(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = workload(seed=3, documents=24)
    ours = engine(name)
    found = scored(ours, requests)
    monkeypatch.setattr(parallel, "LEAST_TOKENS", 1_000)
    alone = engine(name)
    assert alone.settings()["streams"] == 1
    assert found == pytest.approx(scored(alone, requests), rel=1e-5, abs=1e-5)
    # The same packs on one core each: the same bits, whoever is first. Every architecture takes the same way: one repetition each.
    assert scored(ours, requests) == found


def test_tokens_and_passes_are_counted_whole() -> None:
    requests = workload(seed=4, documents=24)
    ours = engine("llama")
    assert ours.settings()["streams"] == 2
    (first, *more) = [ours.run(requests)[1] for _ in range(5)]
    packs = packing.packed(packing.documents(list(dict.fromkeys(requests)), ours.limits), 48)
    assert len(packs) > 8 and all(p.size <= 48 or len(p.documents) == 1 for p in packs)
    assert all(w.prompt_tokens == sum(p.size for p in packs) and w.forwards == len(packs) for w in more)
    assert first.prompt_tokens > more[0].prompt_tokens  # the first run read the preambles, which stay


def test_out_of_memory_in_both_at_once_loses_nothing() -> None:
    made = model("llama")
    requests = workload(seed=5, documents=24)
    ours = PackedEngine(made, Letters(), "cpu", torch.float32, token_budget=96)
    whole = scored(ours, requests)
    inner, failures = made.model.forward, []

    def small(input_ids: torch.Tensor, **others: object) -> object:
        if input_ids.numel() > 60:
            failures.append(input_ids.numel())
            raise torch.OutOfMemoryError("no room")
        return inner(input_ids=input_ids, **others)

    again = PackedEngine(made, Letters(), "cpu", torch.float32, token_budget=192)
    made.model.forward = small
    assert scored(again, requests) == pytest.approx(whole, rel=1e-5, abs=1e-5)
    assert 1 <= int(str(again.settings()["out_of_memory_halvings"])) <= len(failures)


def test_a_wide_model_keeps_its_packs_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine("llama").settings()["streams"] == 2
    monkeypatch.setattr(memory, "FULL_WIDTH", 32)
    assert engine("llama").settings()["streams"] == 1


def test_a_model_is_its_own_again_after_the_last_pass() -> None:
    ours = engine("llama")
    scored(ours, workload(documents=24))
    assert not any("forward" in m.__dict__ for m in ours.model.modules())
    assert ours.model.config._attn_implementation != "landscape_packed"


@pytest.mark.parametrize(("device", "can", "budget", "wanted"), [
    (CPU, True, 96, 2), (CPU, True, 63, 1), (CPU, False, 96, 1), (torch.device("cuda"), True, 9_999, 1),
])  # fmt: skip
def test_how_many_at_once(device: torch.device, can: bool, budget: int, wanted: int) -> None:
    assert parallel.stream_count(device, packing.Limits(budget=budget), can=can) == wanted


def test_scores_that_must_not_move_are_computed_one_after_another() -> None:
    assert engine("llama", deterministic=True).settings()["streams"] == 1


def test_results_come_in_order_and_threads_come_back() -> None:
    together = threading.Barrier(2, timeout=20)
    threads: list[int] = []

    def work(number: int) -> int:
        if number < 2:
            together.wait()  # passes only where two are at work at once
        threads.append(torch.get_num_threads())
        return number * number

    assert parallel.map_in_threads(work, range(20), 2) == [n * n for n in range(20)]
    assert set(threads) == {1} and torch.get_num_threads() == 2


def test_the_first_error_ends_it_and_spares_the_rest() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number == 1:
            raise torch.OutOfMemoryError("no room")
        return number

    with pytest.raises(torch.OutOfMemoryError, match="no room"):
        parallel.map_in_threads(work, range(10_000), 2)
    assert len(begun) < 10_000 and torch.get_num_threads() == 2
