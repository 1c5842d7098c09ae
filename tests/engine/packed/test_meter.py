"""Token and forward counts: what is claimed to be computed once is computed once."""

from __future__ import annotations

import random

import torch

from harness.engine.base import Generated, GenerateRequest, ScoreRequest
from harness.engine.packed.engine import PackedEngine
from tests.engine.packed.small import Letters, draw, model


def _engine(name: str = "llama", budget: int | None = None) -> PackedEngine:
    return PackedEngine(model(name), Letters(), "cpu", torch.float32, token_budget=budget)


def test_choices_cost_their_context_once() -> None:
    dice = random.Random(0)
    asked = []
    for _ in range(5):
        context = draw(dice, 100)
        asked += [ScoreRequest(context, (3 + i, *draw(dice, 9))) for i in range(4)]
    _, work = _engine().run(asked)
    assert (work.prompt_tokens, work.forwards) == (5 * (100 + 4 * 9), 1)


def test_the_last_layer_is_computed_for_scored_tokens_alone() -> None:
    dice, ours = random.Random(0), _engine()
    rows: list[int] = []
    for layer in ours.model.model.layers:
        layer.mlp.register_forward_hook(lambda _m, given, _out: rows.append(given[0].shape[1]))
    context = draw(dice, 100)
    ours.run([ScoreRequest(context, (3 + i, *draw(dice, 9))) for i in range(4)])
    assert rows == [100 + 4 * 9, 1 + 4 * 9]
    assert ours.settings()["last_layer"] == "scored tokens"


def test_a_text_of_which_every_token_is_scored_passes_the_last_layer_whole() -> None:
    dice, ours = random.Random(0), _engine()
    rows: list[int] = []
    ours.model.model.layers[-1].mlp.register_forward_hook(lambda _m, given, _out: rows.append(given[0].shape[1]))
    ours.run([ScoreRequest((0,), draw(dice, 60), greedy=False)])
    assert rows == [60]


def test_one_token_labels_cost_nothing_beyond_the_context() -> None:
    dice = random.Random(0)
    contexts = [draw(dice, 50) for _ in range(8)]
    _, work = _engine().run([ScoreRequest(c, (label,)) for c in contexts for label in (7, 8)])
    assert (work.prompt_tokens, work.forwards) == (8 * 50, 1)


def test_a_preamble_is_computed_once_for_all_batches_of_a_run() -> None:
    dice = random.Random(0)
    shared = draw(dice, 150)
    contexts = [shared + (3 + i, *draw(dice, 39)) for i in range(30)]
    asked = [ScoreRequest(c, (3 + j, *draw(dice, 3))) for c in contexts for j in range(4)]
    ours = _engine(budget=128)
    ours.limits = ours._current = type(ours.limits)(budget=128, batch=600)
    batches = ours.partition(asked)
    works = [ours.run([asked[i] for i in b.requests])[1] for b in batches]
    assert len(batches) > 2
    assert sum(w.prompt_tokens for w in works) == 150 + 30 * (40 + 4 * 3)


def test_duplicates_cost_nothing() -> None:
    request = ScoreRequest((3, 4, 5), (6, 7))
    answers, work = _engine().run([request] * 10 + [ScoreRequest((3, 4, 5), (6, 7), greedy=False)])
    assert work.prompt_tokens == 4
    assert len({a.logprob for a in answers}) == 1  # type: ignore[union-attr]


def test_windows_are_packed_without_padding() -> None:
    dice = random.Random(0)
    asked = [ScoreRequest((0,), draw(dice, n), greedy=False) for n in (200, 150, 100, 7)]
    _, work = _engine(budget=256).run(asked)
    assert work.prompt_tokens == 457
    assert work.forwards == 2  # 200 + 7 and 150 + 100 tokens, each window with its first token for context


def test_a_prefix_model_reads_each_context_once() -> None:
    dice = random.Random(0)
    contexts = [draw(dice, 30) for _ in range(4)]
    asked = [ScoreRequest(c, draw(dice, 5)) for c in contexts for _ in range(3)]
    _, work = _engine("bloom").run(asked)
    assert (work.prompt_tokens, work.forwards) == (4 * (30 + 3 * 4), 8)


def test_generated_tokens_are_those_of_the_answers() -> None:
    dice = random.Random(0)
    shared = draw(dice, 40)
    asked = [GenerateRequest(shared + (3 + i, *draw(dice, 8)), ("A",), 12) for i in range(20)]
    answers, work = _engine().run(asked)
    # The last token of an answer is never fed back, and the first comes from reading the prompt.
    assert work.generated_tokens == sum(a.tokens - 1 for a in answers if isinstance(a, Generated))
    assert work.prompt_tokens == 40 + 20 * 9
