"""Fused attention on a CPU, uncompiled and compiled: the same masks as on a card, against the plain forward."""

from __future__ import annotations

import random
import shutil

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.engine.base import ScoreRequest
from harness.engine.packed.attention import flex
from harness.engine.packed.engine import PackedEngine
from harness.engine.packed.hardware.meter import Meter
from harness.engine.packed.model import PackedModel
from harness.engine.packed.plan import packing
from harness.engine.packed.plan.packing import Limits
from harness.engine.packed.scoring.head import Head
from harness.engine.packed.scoring.tree_scorer import TreeScorer
from tests.engine.packed.small import ARCHITECTURES, Letters, draw, model, plain, workload

CPU = torch.device("cpu")
TREES = [name for name, (_, _, way) in ARCHITECTURES.items() if way == "tree"]


@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
@pytest.mark.parametrize("name", TREES)
def test_fused_attention_equals_the_plain_forward(name: str) -> None:
    made = model(name)
    whole = PackedEngine(made, Letters(), "cpu", torch.float32).settings()["last_layer"] == "all tokens"
    with torch.inference_mode():
        scorer = TreeScorer(PackedModel(made, CPU, Head(made), Meter(), fused=True, whole=whole))
        requests = workload(documents=6)
        for limits in (Limits(budget=1024), Limits(budget=96, min_preamble=8, min_gain=8)):
            for request, answer in zip(requests, scorer.score(requests, limits), strict=True):
                truth = plain(made, request)
                assert answer.logprob == pytest.approx(truth.logprob, rel=1e-4)
                assert answer.greedy == truth.greedy


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("g++"), reason="torch compiles for a CPU with g++")
@pytest.mark.parametrize(("name", "shared"), [("llama", 0), ("gemma2", 300)])
def test_compiled_fused_attention_equals_the_plain_forward(
    name: str, shared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compiled as on a card, by torch's compiler for CPUs: without a preamble, and with one of whole tiles."""
    monkeypatch.setattr(flex, "COMPILED_ON", {"cpu"})
    made, dice = model(name), random.Random(7)
    preamble = draw(dice, shared)
    requests = [ScoreRequest(preamble + draw(dice, n), draw(dice, 3)) for n in (5, 60, 90)]
    with torch.inference_mode():
        scorer = TreeScorer(PackedModel(made, CPU, Head(made), Meter(), fused=True, whole=True))
        answers = scorer.score(requests, Limits(budget=2048, min_preamble=8, min_gain=8))
        for request, answer in zip(requests, answers, strict=True):
            truth = plain(made, request)
            assert answer.logprob == pytest.approx(truth.logprob, rel=1e-4)
            assert answer.greedy == truth.greedy


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 200), min_size=1, max_size=6),
    st.sampled_from([0, 1, 100, 127, 128, 129, 300]),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_every_pair_that_may_meet_is_in_a_tile_and_whole_tiles_hide_nothing(
    sizes: list[int], shared: int, windowed: bool, seed: int
) -> None:
    dice = random.Random(seed)
    documents = [packing.chain(draw(dice, n), shared) for n in sizes]
    rows = sorted(dice.sample(range(sum(sizes)), dice.randint(1, sum(sizes))))
    masked, full = flex.tiles(documents, rows, shared, windowed=windowed)
    begins = [
        start for start, n in zip([sum(sizes[:i]) for i in range(len(sizes))], sizes, strict=True) for _ in range(n)
    ]
    for i, row in enumerate(rows):
        met = {*masked[i // flex.TILE], *full[i // flex.TILE]}
        keys = [*range(shared), *(shared + k for k in range(begins[row], row + 1))]
        assert {k // flex.TILE for k in keys} <= met
    for lists in full:
        assert not windowed or not lists
        assert all((tile + 1) * flex.TILE <= shared for tile in lists)
    assert not any(set(a) & set(b) for a, b in zip(masked, full, strict=True))
