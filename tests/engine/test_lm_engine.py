"""Text requests through an lm-eval class give what the class gives, and our token requests give the same."""

from __future__ import annotations

from typing import Any

import pytest

from harness.engine.base import Generated, Request, Scored, ScoreRequest, TextRequest
from harness.engine.codec import Codec, Unscorable
from harness.engine.hf import HFEngine
from harness.engine.lm_engine import LMEngine
from harness.engine.text_codec import TextCodec
from tests.runs.conftest import make_model

PAIRS = [("The sea is", " wide"), ("The sea is", " not a tree"), ("", "Once"), ("trailing ", "space"), ("é北", "京")]
TEXTS = ["Once upon a time there was a little girl. " * 6, "Short."]
PROMPTS: list[tuple[str, dict[str, Any]]] = [("Once upon", {"until": ["."], "max_gen_toks": 6, "do_sample": False}), ("One day", {"until": ["\n"], "max_gen_toks": 4, "do_sample": False})]  # fmt: skip


@pytest.fixture(scope="module")
def lm(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from lm_eval.models.huggingface import HFLM

    folder = make_model(tmp_path_factory.mktemp("models") / "tiny")
    return HFLM(pretrained=str(folder), device="cpu", dtype="float32", softmax_dtype="float32", logits_cache=False)


@pytest.fixture
def engine(lm: Any) -> LMEngine:
    return LMEngine(lm, "hf-text", batch_size=2, room=lm.max_length, version="1", about={})


def answers(engine: Any, asked: list[Request]) -> list[Any]:
    found: dict[int, Any] = {}
    for batch in engine.partition(asked):
        given, _ = engine.run([asked[i] for i in batch.requests])
        found.update(zip(batch.requests, given, strict=True))
    return [found[i] for i in range(len(asked))]


def test_answers_are_those_of_token_requests(lm: Any, engine: LMEngine) -> None:
    window = 100
    codecs = TextCodec(lm, lm.max_length, window), Codec(lm, window)
    text, tokens = ([r for part in (c.score(PAIRS), c.rolling(TEXTS), c.generate(PROMPTS, [0, 0])) for e in part for r in e.requests] for c in codecs)  # fmt: skip
    ours, theirs = answers(engine, text), answers(HFEngine(lm, 1), tokens)
    assert len(ours) == len(theirs) > len(PAIRS) + len(TEXTS) + len(PROMPTS)
    for one, two in zip(ours, theirs, strict=True):
        if isinstance(one, Generated):
            assert one.text == two.text
        else:
            assert isinstance(one, Scored)
            assert one.logprob == pytest.approx(two.logprob, rel=1e-5) and one.greedy == two.greedy


def test_batches_hold_one_kind_and_cover_everything(engine: LMEngine) -> None:
    asked: list[Request] = [
        TextRequest("loglikelihood", ("a", "b")),
        TextRequest("generate_until", ("a", '{"until": ["x"]}')),
        ScoreRequest((1,), (2,)),
        TextRequest("loglikelihood", ("a", "c")),
        TextRequest("generate_until", ("a", '{"until": ["y"]}')),
        TextRequest("loglikelihood", ("a", "d")),
    ]
    batches = [b.requests for b in engine.partition(asked)]
    assert batches == [(0, 3), (5,), (1,), (2,), (4,)]
    assert engine.partition(asked) == engine.partition(list(asked))


def test_truncation_is_counted_and_what_cannot_fit_refused(lm: Any) -> None:
    codec = TextCodec(lm, room=12)
    (fits,) = codec.score([("abcd", "ef")])
    assert fits.truncated == 0
    (cut,) = codec.score([("a" * 15, "bcd")])
    head, tail = lm._encode_pair("a" * 15, "bcd")
    assert cut.truncated == len(head) + len(tail) - 12 > 0
    with pytest.raises(Unscorable, match="longer than the 12"):
        codec.score([("a", "b" * 30)])
    with pytest.raises(Unscorable, match="no tokens"):
        codec.score([("a", "")])
    with pytest.raises(Unscorable, match="holds 12"):
        codec.generate([("a", {"max_gen_toks": 12})], [0])
    (long,) = codec.generate([("a" * 30, {"max_gen_toks": 4})], [0])
    assert long.truncated == len(lm.tok_encode("a" * 30)) - 8


def test_sampled_draws_stay_apart_and_greedy_ones_do_not(lm: Any) -> None:
    codec = TextCodec(lm, room=100)
    sampled = [("a", {"max_gen_toks": 4, "do_sample": True})] * 2
    one, two = codec.generate(sampled, [0, 1])
    assert one.requests != two.requests
    one, two = codec.generate([("a", {"max_gen_toks": 4})] * 2, [0, 1])
    assert one.requests == two.requests


@pytest.mark.parametrize("error", [OSError("gone"), KeyError("logprobs"), AssertionError("")])
def test_a_failing_class_stops_the_run_with_a_sentence(
    engine: LMEngine, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(engine._lm, "loglikelihood", fails)
    with pytest.raises(RuntimeError, match=f"hf-text: {type(error).__name__}"):
        engine.run([TextRequest("loglikelihood", ("a", "b"))])


def test_missing_answers_are_an_error(engine: LMEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine._lm, "loglikelihood", lambda *_, **__: [])
    with pytest.raises(RuntimeError, match="0 answers to 1 requests"):
        engine.run([TextRequest("loglikelihood", ("a", "b"))])
