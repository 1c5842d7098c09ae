"""Generation against ``model.generate`` one prompt at a time."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch

from harness.engine.base import Generated, GenerateRequest, Request
from harness.engine.packed.engine import PackedEngine
from harness.engine.packed.generation.sample import is_greedy
from harness.engine.packed.generation.stops import Stops
from tests.engine.packed.small import ARCHITECTURES, Letters, draw, model, workload


def _alone(made: Any, request: GenerateRequest) -> str:
    """Greedy ``generate`` of one prompt to the end, then cut."""
    with torch.inference_mode():
        ids = made.generate(
            input_ids=torch.tensor([request.context]),
            attention_mask=torch.ones(1, len(request.context), dtype=torch.long),
            max_new_tokens=request.max_new_tokens,
            do_sample=False,
            eos_token_id=2,
            pad_token_id=0,
        )[0, len(request.context) :].tolist()
    text = Letters().decode(ids, skip_special_tokens=True)
    for stop in request.until:
        text = text.split(stop)[0]
    return text


def _prompts(seed: int = 1) -> list[GenerateRequest]:
    dice = random.Random(seed)
    shared = draw(dice, 30)
    family = [
        GenerateRequest(shared + draw(dice, dice.randrange(1, 12)), ("AB", "D", "Z"), dice.randrange(1, 16))
        for _ in range(14)
    ]
    loose = [GenerateRequest(draw(dice, dice.randrange(1, 12)), (), 12) for _ in range(8)]
    return [*family, *loose, family[0]]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_answers_equal_generate_one_by_one(name: str) -> None:
    made = model(name)
    ours = PackedEngine(made, Letters(), "cpu", torch.float32)
    if ours._slots is not None:
        ours._slots.slots = 5  # fewer slots than prompts: they are refilled
    requests = _prompts()
    answers, _ = ours.run(requests)
    assert [a.text for a in answers if isinstance(a, Generated)] == [_alone(made, r) for r in requests]
    assert ours.settings()["generation"] == ("slots" if ARCHITECTURES[name][2] == "tree" else "generate")


def test_deterministic_generation_takes_prompts_one_by_one() -> None:
    made = model("llama")
    ours = PackedEngine(made, Letters(), "cpu", torch.float32, deterministic=True)
    requests = _prompts(seed=2)[:4]
    assert [a.text for a in ours.run(requests)[0]] == [_alone(made, r) for r in requests]  # type: ignore[union-attr]


def test_rules_of_the_models_own_configuration_are_kept() -> None:
    made = model("llama")
    made.generation_config.repetition_penalty = 3.0
    ours = PackedEngine(made, Letters(), "cpu", torch.float32)
    assert ours.settings()["generation"] == "generate"
    requests = _prompts()[:3]
    assert [a.text for a in ours.run(requests)[0]] == [_alone(made, r) for r in requests]  # type: ignore[union-attr]


def test_sampling_goes_through_generate_and_follows_the_seed() -> None:
    ours = PackedEngine(model("llama"), Letters(), "cpu", torch.float32)
    request = GenerateRequest((5, 6, 7), (), 20, (("do_sample", True), ("temperature", 5.0)))
    texts = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        texts.append(ours.run([request])[0][0].text)  # type: ignore[union-attr]
    assert texts[0] == texts[1] != texts[2]


def test_draws_of_one_prompt_differ_and_are_the_same_in_another_run() -> None:
    """As the codec writes them: ``draw`` counts the draws and is no argument of ``generate``."""
    ours = PackedEngine(model("llama"), Letters(), "cpu", torch.float32)
    draws = [
        GenerateRequest((5, 6, 7), (), 20, (("do_sample", True), ("draw", n), ("temperature", 5.0))) for n in (0, 1)
    ]
    first = [a.text for a in ours.run(draws)[0]]  # type: ignore[union-attr]
    torch.manual_seed(99)
    assert [a.text for a in ours.run(draws)[0]] == first  # type: ignore[union-attr]
    assert first[0] != first[1]


def test_partition_keeps_generation_apart_and_whole() -> None:
    ours = PackedEngine(model("llama"), Letters(), "cpu", torch.float32)
    scores, texts = workload(), _prompts() * 12
    mixed: list[Request] = [*texts[:100], *scores, *texts[100:]]
    batches = ours.partition(mixed)
    assert sorted(i for b in batches for i in b.requests) == list(range(len(mixed)))
    for batch in batches:
        assert len({type(mixed[i]) for i in batch.requests}) == 1
        assert len(batch.requests) <= 128 or not isinstance(mixed[batch.requests[0]], GenerateRequest)


@pytest.mark.parametrize(
    ("options", "greedy"),
    [
        ((), True),
        ((("do_sample", False), ("temperature", 0.0)), True),
        ((("do_sample", True),), False),
        ((("num_beams", 4),), False),
        ((("repetition_penalty", 1.0),), True),
    ],
)
def test_what_counts_as_greedy(options: tuple[tuple[str, object], ...], greedy: bool) -> None:
    assert is_greedy(options) is greedy


def test_a_stop_string_is_found_across_tokens_and_cut_at_the_first() -> None:
    stops = Stops(Letters(), ("BC", "E"))
    a, b, c, e = 0, 1, 2, 4
    assert not stops.reached([b])
    assert stops.reached([b, c])
    assert not stops.reached([a, 7])
    assert stops.text([7, 8, e, 9, e]) == "HI"
    assert Stops(Letters(), ("", "H")).text([8, 7, 8]) == "I"


def _sampled(draws: int, *prompts: tuple[int, ...]) -> list[GenerateRequest]:
    options = (("do_sample", True), ("temperature", 2.0))
    return [
        GenerateRequest(p, ("D",), 12, tuple(sorted((*options, ("draw", d))))) for d in range(draws) for p in prompts
    ]


@pytest.mark.parametrize("name", ["llama", "mamba"])
def test_a_draw_is_transformers_own_from_the_seed_of_its_number(name: str) -> None:
    made = model(name)
    requests = _sampled(3, (5, 6, 7), (9, 8))
    answers = PackedEngine(made, Letters(), "cpu", torch.float32).run(requests)[0]
    expected = []
    for request in requests:
        torch.manual_seed(1234 + int(str(dict(request.options)["draw"])))
        ids = made.generate(
            input_ids=torch.tensor([request.context]), attention_mask=torch.ones(1, len(request.context)),
            max_new_tokens=12, do_sample=True, temperature=2.0, eos_token_id=2, pad_token_id=0,
        )[0, len(request.context) :].tolist()  # fmt: skip
        if 2 in ids:
            ids = ids[: ids.index(2)]
        expected.append(Letters().decode(ids, skip_special_tokens=True).split("D")[0])
    assert [a.text for a in answers if isinstance(a, Generated)] == expected
    assert len(set(expected)) > 3


def test_a_draw_depends_on_no_other_request_of_its_batch() -> None:
    ours = PackedEngine(model("llama"), Letters(), "cpu", torch.float32)
    requests = _sampled(2, (5, 6, 7), (9, 8), (4,))
    together = ours.run(requests)[0]
    assert [ours.run([r])[0][0] for r in reversed(requests)][::-1] == together
