"""The benchmark for graphics cards, rehearsed at toy size on a CPU: all its code but the card's own kernels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from benchmarks import gpu, gpu_steps
from benchmarks.gpu_bench import Bench, Row, Step, needed_work, run_steps
from harness.engine.base import ScoreRequest
from harness.engine.packed.attention import flex
from harness.engine.packed.plan import packing

CPU = torch.device("cpu")


def _lines(folder: Path) -> list[Row]:
    return [json.loads(line) for line in (folder / "gpu.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fused path as it is on a CPU: compiling takes half a minute a shape there."""
    monkeypatch.setattr(flex, "COMPILED_ON", _Never())


class _Never(set[str]):
    def add(self, device: str) -> None:
        """No device is compiled for."""


def _bench(folder: Path, seconds: float = 60.0) -> Bench:
    return Bench("cpu", toy=True, out=folder, seconds=seconds)


def test_a_step_that_fails_or_does_not_fit_says_so_and_the_next_one_runs(tmp_path: Path) -> None:
    def fails(bench: Bench) -> Iterator[Row]:
        yield {"before": 1}
        raise ValueError("no such kernel\nand more")

    def endless(bench: Bench) -> Iterator[Row]:
        yield {"before": 2}
        while True:
            sum(range(1000))

    def fine(bench: Bench) -> Iterator[Row]:
        assert len(_lines(tmp_path)) == 5  # all rows before are on disk
        yield {"equal": True}

    bench = _bench(tmp_path)
    run_steps(
        bench,
        [
            Step("fails", fails, 10, 1),
            Step("endless", endless, 0.1, 0),
            Step("long", fine, 10, 1000),
            Step("fine", fine, 10, 1),
        ],
    )
    rows = _lines(tmp_path)
    assert [r["step"] for r in rows] == ["fails", "fails", "endless", "endless", "long", "fine"]
    assert "ValueError: no such kernel" in rows[1]["error"]
    assert "stopped" in rows[3]
    assert "needs 1000 s" in rows[4]["skipped"]
    assert bench.held()
    assert "no such kernel" in (tmp_path / "gpu.md").read_text(encoding="utf-8")


def test_without_a_comparison_or_with_a_wrong_one_it_does_not_hold(tmp_path: Path) -> None:
    bench = _bench(tmp_path)
    assert not bench.held()
    bench.results.add("a", [{"equal": True}])
    bench.results.add("b", [{"equal": False}])
    assert not bench.held()


def test_a_comparison_that_was_cut_short_does_not_hold(tmp_path: Path) -> None:
    bench = _bench(tmp_path)
    bench.results.add("equality-fp32", [{"equal": True}])
    assert bench.held()
    bench.results.add("equality-bf16", [{"equal": True}, {"stopped": "after 60 s"}])
    assert not bench.held()


def test_needed_work_of_a_chain_is_its_products(tmp_path: Path) -> None:
    model = _bench(tmp_path).model("1.7B", torch.float32)
    config = model.config
    body = sum(p.numel() for n, p in model.named_parameters() if "layers" in n or n.endswith("model.norm.weight"))
    tokens = 10
    attention = 4 * config.num_hidden_layers * config.num_attention_heads * config.head_dim * tokens * (tokens + 1) / 2
    head = 2 * 3 * config.hidden_size * config.vocab_size
    request = ScoreRequest(tuple(range(3, 11)), (4, 5, 6))
    assert needed_work(model, [request]) == pytest.approx(2 * body * tokens + attention + head)
    assert needed_work(model, [request, request]) == needed_work(model, [request])


def test_both_tables_of_tiles_are_as_wide_as_all_keys() -> None:
    """torch 2.11's kernel finds its row in the second table by the stride of the first."""
    documents = [packing.chain(range(3, 3 + n), 300) for n in (130, 40)]
    mask = flex.block_mask(documents, range(170), 300, None, CPU)
    assert mask.kv_indices.shape == mask.full_kv_indices.shape == (1, 1, 2, 4)
    assert mask.full_kv_num_blocks.tolist() == [[[2, 2]]]
    assert mask.full_kv_indices[0, 0, :, :2].tolist() == [[0, 1], [0, 1]]
    assert mask.kv_num_blocks.tolist() == [[[2, 2]]]
    assert mask.kv_indices[0, 0, :, :2].tolist() == [[2, 3], [2, 3]]


def test_too_little_memory_halves_the_budget_to_the_same_numbers(tmp_path: Path) -> None:
    steps = "machine,out-of-memory,energy"
    assert gpu.main(["--device", "cpu", "--toy", "--out", str(tmp_path), "--steps", steps]) == 0
    rows = _lines(tmp_path)
    memory = next(r for r in rows if r["step"] == "out-of-memory")
    assert memory["halvings"] >= 1
    assert memory["within 1e-5"]
    assert next(r for r in rows if r["step"] == "energy")["joules"] is None  # no card, no guess


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")
@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
def test_all_steps_at_toy_size(tmp_path: Path) -> None:
    assert gpu.main(["--device", "cpu", "--toy", "--out", str(tmp_path)]) == 0
    rows = _lines(tmp_path)
    assert {r["step"] for r in rows} == {s.name for s in gpu_steps.STEPS}
    assert not [r for r in rows if {"error", "skipped", "stopped"} & set(r)]
    bench = _bench(tmp_path)
    paths = set(gpu_steps.paths(bench, bench.model("0.5B", torch.float32)))
    for step in ("equality-fp32", "equality-bf16"):
        compared = {r["path"]: r for r in rows if r["step"] == step}
        assert set(compared) - {"HFLM itself"} == paths
        assert all(r["equal"] and r["true flags"] >= 3 for r in compared.values())
    measured = [r for r in rows if "times as fast" in r]
    assert len(measured) == 3 * 4
    assert all(r["times as fast"] > 0 for r in measured)
