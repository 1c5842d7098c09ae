"""The codec asks exactly what lm-eval's HFLM would, request by request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.engine.base import GenerateRequest, ScoreRequest
from harness.engine.codec import Codec, Unscorable

WORDS = st.text(alphabet="abc é北\n .,<s>", max_size=24)


@pytest.fixture(scope="module")
def lm(shared: Path) -> Any:
    from lm_eval.models.huggingface import HFLM

    return HFLM(
        pretrained=str(shared / "models" / "stories260K"),
        device="cpu",
        dtype="float32",
        softmax_dtype="float32",
        logits_cache=False,
        max_length=40,
    )


def instance(kind: str, *arguments: Any) -> Any:
    from lm_eval.api.instance import Instance

    return Instance(request_type=kind, doc={}, arguments=arguments, idx=0)


def asked_of(lm: Any, context: str, continuation: str) -> tuple[list[int], list[int]]:
    """The model input and the scored ids that HFLM uses for one pair."""
    seen: list[Any] = []
    plain = lm._loglikelihood_tokens
    lm._loglikelihood_tokens = lambda requests, **_: seen.extend(requests) or [(0.0, True)] * len(requests)
    try:
        lm.loglikelihood([instance("loglikelihood", context, continuation)], disable_tqdm=True)
    finally:
        lm._loglikelihood_tokens = plain
    _, head, tail = seen[0]
    return (head + tail)[-(lm.max_length + 1) :][:-1], tail


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(context=WORDS, continuation=st.text(alphabet="abc é北\n .,", min_size=1, max_size=12))
def test_pairs_are_split_and_truncated_as_hflm_does(lm: Any, context: str, continuation: str) -> None:
    context = context * 3
    codec = Codec(lm)
    try:
        inputs, tail = asked_of(lm, context, continuation)
    except (IndexError, AssertionError):
        inputs, tail = [], []
    if not tail or len(tail) > lm.max_length:
        with pytest.raises(Unscorable):
            codec.score([(context, continuation)])
        return
    (found,) = codec.score([(context, continuation)])
    (request,) = found.requests
    assert isinstance(request, ScoreRequest)
    assert list(request.context + request.continuation)[:-1] == inputs
    assert list(request.continuation) == tail
    assert (found.truncated > 0) == (len(inputs) == lm.max_length and found.truncated > 0)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet="abc é\n .", min_size=1, max_size=300))
def test_rolling_windows_are_hflms(lm: Any, text: str) -> None:
    seen: list[Any] = []
    plain = lm._loglikelihood_tokens
    lm._loglikelihood_tokens = lambda requests, **_: seen.extend(requests) or [(0.0, True)] * len(requests)
    try:
        lm.loglikelihood_rolling([instance("loglikelihood_rolling", text)], disable_tqdm=True)
    finally:
        lm._loglikelihood_tokens = plain
    (found,) = Codec(lm).rolling([text])
    ours = [(list(r.context), list(r.continuation)) for r in found.requests if isinstance(r, ScoreRequest)]
    assert ours == [(list(head), list(tail)) for _, head, tail in seen]


@pytest.mark.parametrize("prompt", ["Once upon", "<s>Once upon", "a" * 200, "Lily ", ""])
def test_prompts_are_encoded_and_truncated_as_hflm_does(lm: Any, prompt: str) -> None:
    arguments = {"until": ["."], "max_gen_toks": 8}
    expected, _ = lm.tok_batch_encode([prompt], left_truncate_len=lm.max_length - 8)
    (found,) = Codec(lm).generate([(prompt, arguments)], [0])
    (request,) = found.requests
    assert isinstance(request, GenerateRequest)
    assert list(request.context) == expected[0].tolist()
    assert request.until == (".", "</s>")
    assert request.max_new_tokens == 8


def test_no_room_for_a_context_is_unscorable(lm: Any) -> None:
    with pytest.raises(Unscorable, match="40 tokens and the model's window is 40"):
        Codec(lm).generate([("a", {"until": ["."], "max_gen_toks": 40})], [0])


def test_a_smaller_window_cuts_rolling_texts_only(lm: Any) -> None:
    codec = Codec(lm, window=10)
    (found,) = codec.rolling(["Once upon a time there was a little girl"])
    assert max(len(r.context) + len(r.continuation) - 1 for r in found.requests if isinstance(r, ScoreRequest)) == 10
    assert codec.max_length == 40


def test_sampled_draws_stay_apart(lm: Any) -> None:
    arguments = {"until": ["."], "max_gen_toks": 4, "do_sample": True, "temperature": 0.7}
    first, second = Codec(lm).generate([("a", arguments), ("a", arguments)], [0, 1])
    assert first.requests != second.requests
