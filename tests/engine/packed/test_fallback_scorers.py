"""The ways below the tree, out-of-memory, and what the settings say about both."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from harness.engine.base import Scored, ScoreRequest
from harness.engine.packed.engine import PackedEngine
from harness.engine.packed.hardware import parallel
from harness.engine.packed.hardware.memory import is_out_of_memory, limits
from harness.engine.packed.hardware.meter import Meter
from harness.engine.packed.plan.packing import Limits
from harness.engine.packed.scoring import choose
from harness.engine.packed.scoring.fallback_scorers import PaddedScorer, PaddingFreeScorer, PrefixScorer, Reader
from harness.engine.packed.scoring.head import Head
from harness.engine.packed.scoring.tree_scorer import TreeScorer
from harness.errors import RunFailed
from tests.engine.packed.small import Letters, model, plain, workload

CPU = torch.device("cpu")


def _agree(made: Any, requests: list[ScoreRequest], answers: list[Any]) -> None:
    for request, answer in zip(requests, answers, strict=True):
        truth = plain(made, request)
        assert answer.logprob == pytest.approx(truth.logprob, rel=1e-4)
        assert answer.greedy == truth.greedy


@pytest.mark.parametrize("way", [PaddedScorer, PaddingFreeScorer, PrefixScorer])
@pytest.mark.parametrize("name", ["llama", "gpt2", "mistral"])
@pytest.mark.parametrize("with_head", [True, False])
@torch.inference_mode()
def test_each_way_is_exact(way: Any, name: str, with_head: bool) -> None:
    made = model(name)
    reader = Reader(made, CPU, Head(made) if with_head else None, Meter())
    requests = workload(documents=3)
    _agree(made, requests, way(reader).score(requests, Limits(96)))


def test_a_model_that_scores_wrongly_as_a_tree_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = TreeScorer.score

    def off(self: TreeScorer, requests: Any, limits: Limits) -> list[Scored]:
        return [Scored(a.logprob * 1.001, a.greedy) for a in honest(self, requests, limits)]

    monkeypatch.setattr(TreeScorer, "score", off)
    made = model("llama")
    ours = PackedEngine(made, Letters(), "cpu", torch.float32)
    assert ours.settings()["path"] == "prefix"
    assert ours.settings()["fallbacks"] == [
        "last layer for scored tokens alone: the self-check differs from the plain forward",
        "tree: the self-check differs from the plain forward",
    ]
    requests = workload(documents=2)
    _agree(made, requests, ours.run(requests)[0])


def test_chunked_attention_and_quantised_weights_do_not_take_the_tree() -> None:
    made = model("llama")
    made.config.attention_chunk_size = 8
    assert choose.tree_problem(made, deterministic=False) == "chunked attention"
    made.config.attention_chunk_size = None
    made.config.quantization_config = {"quant_method": "gptq"}
    assert choose.tree_problem(made, deterministic=False) == "quantised weights"


def test_a_window_that_the_layers_keep_to_themselves_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "windows", lambda config: {4096})
    ours = PackedEngine(model("llama"), Letters(), "cpu", torch.float32)
    assert ours.settings()["path"] == "prefix"
    assert "sliding window" in str(ours.settings()["fallbacks"])


def test_lengths_that_stretch_the_positions_stand_alone() -> None:
    rope = {"rope_type": "dynamic", "rope_theta": 10_000.0, "factor": 4.0}
    changes = {"max_position_embeddings": 48, "rope_parameters": rope}
    made = model("llama", **changes)
    ours = PackedEngine(made, Letters(), "cpu", torch.float32)
    requests = workload()
    assert choose.position_limit(made.config) == 48
    assert max(len(r.context) + len(r.continuation) for r in requests) > 60
    for request, answer in zip(requests, ours.run(requests)[0], strict=True):
        assert isinstance(answer, Scored)
        # A model remembers the longest row it has seen, so the truth is what a new one says.
        assert answer.logprob == pytest.approx(plain(model("llama", **changes), request).logprob, rel=1e-4)


@pytest.mark.parametrize(
    ("rope", "limit"),
    [
        ({"rope_type": "default"}, None),
        ({"rope_type": "longrope", "original_max_position_embeddings": 32}, 32),
        ({"full_attention": {"rope_type": "dynamic"}}, 256),
    ],
)
def test_position_limits(rope: dict[str, object], limit: int | None) -> None:
    config = model("llama").config
    config.rope_parameters = rope
    assert choose.position_limit(config) == limit


class _Small:
    """Runs out of memory on rows of more than ``most`` tokens."""

    def __init__(self, made: Any, most: int) -> None:
        self.most, self.inner, self.failures = most, made.model.forward, 0
        made.model.forward = self

    def __call__(self, input_ids: torch.Tensor, **others: Any) -> Any:
        if input_ids.numel() > self.most:
            self.failures += 1
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1 GiB")
        return self.inner(input_ids=input_ids, **others)


def test_out_of_memory_halves_the_budget_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "stream_count", lambda *_, **__: 1)  # packs side by side fail together: test_streams
    made = model("llama")
    ours = PackedEngine(made, Letters(), "cpu", torch.float32)
    requests = [*workload(documents=12), ScoreRequest((1,), tuple(range(3, 95)))]
    full = _Small(made, 100)
    answers, _ = ours.run(requests)
    assert full.failures > 0
    made.model.forward = full.inner
    _agree(made, requests, answers)
    assert ours.settings()["out_of_memory_halvings"] == full.failures
    assert ours.settings()["token_budget"] == 4096  # the partition stays as it was planned


def test_a_model_that_never_fits_is_refused_with_a_sentence() -> None:
    made = model("llama")
    ours = PackedEngine(made, Letters(), "cpu", torch.float32)
    _Small(made, 0)
    with pytest.raises(RunFailed, match="does not fit"):
        ours.run(workload())


def test_other_errors_are_not_taken_for_out_of_memory() -> None:
    assert is_out_of_memory(RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"))
    assert is_out_of_memory(MemoryError())
    assert not is_out_of_memory(RuntimeError("shapes do not fit"))
    made = model("llama")
    ours = PackedEngine(made, Letters(), "cpu", torch.float32)
    made.model.forward = lambda **_: (_ for _ in ()).throw(ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        ours.run(workload())


def test_the_models_own_attention_comes_back() -> None:
    made = model("llama")
    before = made.config._attn_implementation
    ours = PackedEngine(made, Letters(), "cpu", torch.float32)
    ours.run(workload(documents=1))
    assert made.config._attn_implementation == before


def test_the_budget_follows_device_and_size() -> None:
    made = model("llama")
    assert limits(made, CPU, None, deterministic=False).budget == 4096
    made.config.hidden_size = 200
    assert limits(made, CPU, None, deterministic=False).budget == 1024
    assert limits(made, CPU, None, deterministic=True).budget == 512
    assert limits(made, CPU, 100, deterministic=True).budget == 100
    assert limits(made, CPU, None, deterministic=False).batch == 32 * 1024
