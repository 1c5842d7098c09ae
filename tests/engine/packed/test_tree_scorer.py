"""Every architecture against its plain forward, request by request."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.engine.base import Answer, Scored, ScoreRequest
from harness.engine.packed.engine import PackedEngine
from tests.engine.packed.small import ARCHITECTURES, VOCABULARY, Letters, draw, model, plain, workload


def agree(made: Any, requests: list[ScoreRequest], answers: list[Answer]) -> None:
    for request, answer in zip(requests, answers, strict=True):
        truth = plain(made, request)
        assert isinstance(answer, Scored)
        assert answer.logprob == pytest.approx(truth.logprob, rel=1e-4)
        assert answer.greedy == truth.greedy


def engine(made: Any, **options: Any) -> PackedEngine:
    return PackedEngine(made, Letters(), "cpu", torch.float32, **options)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_scores_equal_the_plain_forward(name: str) -> None:
    made = model(name)
    ours = engine(made)
    requests = workload()
    answers, _ = ours.run(requests)
    agree(made, requests, answers)
    assert ours.settings()["path"] == ARCHITECTURES[name][2]


@pytest.mark.parametrize("name", ["llama", "gemma2", "gpt-oss", "mistral", "opt"])
def test_preambles_small_packs_and_pieces_change_nothing(name: str) -> None:
    made = model(name)
    ours = engine(made, token_budget=48)
    requests = workload(seed=1, documents=12)
    batches = ours.partition(requests)
    answers: dict[int, Answer] = {}
    for batch in batches:
        found, _ = ours.run([requests[i] for i in batch.requests])
        answers.update(zip(batch.requests, found, strict=True))
    agree(made, requests, [answers[i] for i in range(len(requests))])


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_long_documents_equal_the_plain_forward(name: str) -> None:
    """Long enough for attention in steps and for products of many rows, with branches and a preamble."""
    dice = random.Random(2)
    shared = draw(dice, 70)
    contexts = [draw(dice, 150), draw(dice, 131), *(shared + draw(dice, 90) for _ in range(4))]
    asked = [ScoreRequest(c, draw(dice, 9)) for c in contexts for _ in range(3)]
    asked.append(ScoreRequest((1,), draw(dice, 200), greedy=False))
    made = model(name)
    answers, _ = engine(made).run(asked)
    agree(made, asked, answers)


def test_greedy_continuations_are_flagged() -> None:
    made = model("llama")
    context = (5, 9, 11, 30)
    with torch.inference_mode():
        ids = made.generate(
            input_ids=torch.tensor([context]), max_new_tokens=6, do_sample=False, eos_token_id=None, pad_token_id=0
        )
    best = tuple(ids[0, len(context) :].tolist())
    asked = [ScoreRequest(context, best), ScoreRequest(context, (*best[:-1], (best[-1] + 1) % VOCABULARY))]
    answers, _ = engine(made).run(asked)
    assert [a.greedy for a in answers if isinstance(a, Scored)] == [True, False]


_token = st.integers(0, 3)
_tree = st.lists(
    st.builds(
        ScoreRequest,
        st.lists(_token, min_size=1, max_size=30).map(tuple),
        st.lists(_token, min_size=1, max_size=8).map(tuple),
    ),
    min_size=1,
    max_size=14,
)
_held: dict[str, Any] = {}


def _llama(**options: Any) -> tuple[Any, PackedEngine]:
    key = repr(options)
    if key not in _held:
        made = model("mistral")
        _held[key] = made, engine(made, **options)
    found: tuple[Any, PackedEngine] = _held[key]
    return found


@settings(max_examples=40, deadline=None)
@given(_tree, st.sampled_from([8, 24, 1024]))
def test_random_trees_equal_the_plain_forward(requests: list[ScoreRequest], budget: int) -> None:
    made, ours = _llama(token_budget=budget)
    answers, _ = ours.run(requests)
    agree(made, requests, answers)


def test_the_same_ids_split_elsewhere_are_another_question() -> None:
    made = model("llama")
    ids = tuple(range(10, 22))
    asked = [ScoreRequest(ids[:n], ids[n:]) for n in range(1, 12)]
    answers, work = engine(made).run(asked)
    agree(made, asked, answers)
    assert work.prompt_tokens == 11


def test_an_empty_continuation_is_certain() -> None:
    asked = [ScoreRequest((3, 4), ()), ScoreRequest((3, 4), (5,))]
    for name in ("llama", "bloom", "mamba"):
        answers, _ = engine(model(name)).run(asked)
        assert answers[0] == Scored(0.0, True)


@pytest.mark.parametrize("name", ["llama", "bloom"])
def test_half_precision_stays_near_the_fp32_truth(name: str) -> None:
    truth = model(name)
    low = model(name).to(torch.bfloat16)
    ours = PackedEngine(low, Letters(), "cpu", torch.bfloat16)
    requests = workload(documents=2)
    answers, _ = ours.run(requests)
    for request, answer in zip(requests, answers, strict=True):
        assert isinstance(answer, Scored)
        assert answer.logprob == pytest.approx(plain(truth, request).logprob, rel=0.05, abs=0.5)
