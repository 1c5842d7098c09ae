"""Bits: a batch scored again gives the same; with fixed shapes nothing around a request matters."""

from __future__ import annotations

import random

import pytest
import torch

from harness.engine.base import Answer, Scored, ScoreRequest
from harness.engine.packed.engine import PackedEngine
from harness.engine.packed.hardware import memory
from harness.engine.packed.hardware.meter import Meter
from harness.engine.packed.plan.tree import inputs
from harness.engine.packed.scoring import choose
from harness.engine.packed.scoring.fallback_scorers import Reader
from tests.engine.packed.small import Letters, draw, model, plain, workload


def _values(answers: list[Answer]) -> list[float]:
    return [a.logprob for a in answers if isinstance(a, Scored)]


@pytest.mark.parametrize("name", ["llama", "bloom"])
def test_a_batch_scored_alone_gives_the_same_bits(name: str) -> None:
    requests = workload(seed=2, documents=20)
    first = PackedEngine(model(name), Letters(), "cpu", torch.float32, token_budget=128)
    batches = first.partition(requests)
    whole = [_values(first.run([requests[i] for i in b.requests])[0]) for b in batches]
    for batch, expected in reversed(list(zip(batches, whole, strict=True))):
        again = PackedEngine(model(name), Letters(), "cpu", torch.float32, token_budget=128)
        assert again.partition(requests) == batches
        assert _values(again.run([requests[i] for i in batch.requests])[0]) == expected


@pytest.mark.parametrize("name", ["llama", "gemma2", "mistral", "gpt2", "opt", "gpt-neox", "bloom", "mixtral", "mamba"])
def test_fixed_shapes_make_a_score_independent_of_everything_else(name: str) -> None:
    ours = PackedEngine(model(name), Letters(), "cpu", torch.float32, deterministic=True, token_budget=128)
    requests = list(dict.fromkeys(workload(seed=3, documents=8)))
    together = dict(zip(requests, _values(ours.run(requests)[0]), strict=True))
    dice = random.Random(0)
    for count in (len(requests), 20, 3, 1):
        some = dice.sample(requests, count)
        assert _values(ours.run(some)[0]) == [together[r] for r in some]
    for request, value in together.items():
        assert value == pytest.approx(plain(ours.model, request).logprob, rel=1e-4)


def test_fixed_shapes_keep_the_tree_at_the_budget_of_a_run() -> None:
    """Documents wider than one attention call leave the filler alone in the last one."""
    ours = PackedEngine(
        model("llama", max_position_embeddings=1024), Letters(), "cpu", torch.float32, deterministic=True
    )
    assert ours.settings()["token_budget"] == 512
    dice = random.Random(5)
    requests = [ScoreRequest(draw(dice, n), draw(dice, 3)) for n in (190, 230, 300)]
    assert (ours.settings()["path"], ours.settings()["fallbacks"]) == ("tree", [])
    for request, value in zip(requests, _values(ours.run(requests)[0]), strict=True):
        assert value == pytest.approx(plain(ours.model, request).logprob, rel=1e-4)


def test_fixed_shapes_hold_for_a_wide_model_and_long_windows() -> None:
    wide = {"hidden_size": 256, "intermediate_size": 512, "max_position_embeddings": 1024}
    ours = PackedEngine(model("llama", **wide), Letters(), "cpu", torch.float32, deterministic=True)
    dice = random.Random(0)
    requests = list(dict.fromkeys(workload(seed=4, documents=6)))
    requests.append(ScoreRequest((1,), draw(dice, 700)))
    together = dict(zip(requests, _values(ours.run(requests)[0]), strict=True))
    for some in (requests[-1:], requests[:1], requests[5:9], dice.sample(requests, 12)):
        assert _values(ours.run(some)[0]) == [together[r] for r in some]


@pytest.mark.parametrize("name", ["llama", "gemma2", "mixtral", "mamba"])
def test_the_self_checks_plain_answers_are_those_of_one_request_at_a_time(name: str) -> None:
    one, device = model(name), torch.device("cpu")
    limits = memory.limits(one, device, None, deterministic=False)
    requests = choose._check_requests(one.config.get_text_config())
    assert len({len(inputs(r)) for r in requests}) == 2
    found = choose._plain_answers(Reader(one, device, None, Meter()), requests, limits)
    for request, answer in zip(requests, found, strict=True):
        assert answer.logprob == pytest.approx(plain(one, request).logprob, rel=1e-5)
