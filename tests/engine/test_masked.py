"""Pseudo-log-likelihoods of masked models, against a loop that masks one token at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from harness.engine.base import Scored, ScoreRequest
from harness.engine.codec import Codec, Unscorable
from harness.engine.load import load
from harness.engine.settings import Settings
from harness.engine.source import resolve
from harness.errors import BadInput

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghij", *(f"##{c}" for c in "abcdefghij")]


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert") / "tiny-bert"
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=24, initializer_range=0.5,
    )  # fmt: skip
    BertForMaskedLM(config).save_pretrained(folder)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(WORDS) + "\n")
    tokenizer: Any = BertTokenizerFast(vocab={w: i for i, w in enumerate(WORDS)})
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def loaded(bert: Path) -> Any:
    return load(resolve(str(bert)), Settings("packed", "cpu", "fp32"))


def by_hand(model: Any, context: list[int], tail: list[int]) -> tuple[float, bool]:
    ids = [*context, *tail, WORDS.index("[SEP]")]
    total, greedy = 0.0, True
    for place in range(len(context), len(context) + len(tail)):
        row = list(ids)
        row[place] = WORDS.index("[MASK]")
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([row])).logits[0, place]
        total += float(torch.log_softmax(logits.double(), -1)[ids[place]])
        greedy = greedy and int(logits.argmax()) == ids[place]
    return total, greedy


def test_one_token_is_masked_at_a_time(loaded: Any) -> None:
    cls = WORDS.index("[CLS]")
    requests = [ScoreRequest((cls, 5, 6), (7, 8, 9)), ScoreRequest((cls,), (5,)), ScoreRequest((6, 7), (8, 9))]
    answers, work = loaded.engine.run(requests)
    for request, answer in zip(requests, answers, strict=True):
        context = list(request.context) if request.context[0] == cls else [cls, *request.context]
        expected, greedy = by_hand(loaded.lm.model, context, list(request.continuation))
        assert isinstance(answer, Scored)
        assert answer.logprob == pytest.approx(expected, rel=1e-5)
        assert answer.greedy is greedy
    assert work.forwards == 3


def test_long_texts_are_scored_in_windows(loaded: Any) -> None:
    codec = Codec(loaded.lm)
    assert codec.max_length == 21
    (found,) = codec.rolling(["a b c d e f g h i j " * 3])
    assert len(found.requests) == 2
    assert sum(len(r.continuation) for r in found.requests if isinstance(r, ScoreRequest)) == 30


def test_masked_models_do_not_generate(loaded: Any) -> None:
    with pytest.raises(Unscorable, match="does not generate"):
        Codec(loaded.lm).generate([("a", {"until": ["b"]})], [0])


def test_partition_and_note(loaded: Any) -> None:
    batches = loaded.engine.partition([ScoreRequest((2,), (5,)), ScoreRequest((2,), (6,))])
    assert [b.requests for b in batches] == [(0,), (1,)]
    assert "pseudo-log-likelihoods" in loaded.engine.notes[0]


def test_tokenizer_without_mask_is_refused(bert: Path, tmp_path: Path) -> None:
    import json
    import shutil

    folder = tmp_path / "no-mask"
    shutil.copytree(bert, folder)
    for name in ("tokenizer_config.json", "special_tokens_map.json", "tokenizer.json"):
        path = folder / name
        if path.is_file() and name != "tokenizer.json":
            config = json.loads(path.read_text())
            config = {k: v for k, v in config.items() if k not in ("mask_token", "added_tokens_decoder")}
            config["tokenizer_class"] = "PreTrainedTokenizerFast"
            path.write_text(json.dumps(config))
    with pytest.raises(BadInput, match="lacks the tokens mask"):
        load(resolve(str(folder)), Settings("packed", "cpu", "fp32"))


def test_masked_model_runs_a_suite(bert: Path, tmp_path: Path) -> None:
    from harness.runs.execute import run_model
    from harness.store import run_folder
    from harness.suites.load import load_suite
    from tests.runs.conftest import options
    from tests.runs.test_execute import SILENT

    done = run_model(str(bert), load_suite("calibration"), options(limit=2), tmp_path / "runs", SILENT)
    manifest = run_folder.read_manifest(done.folder)
    assert manifest["engine"]["name"] == "masked"
    assert {t["task"] for t in manifest["tasks"]} == {"landscape_cal_text", "landscape_cal_class"}
    assert any("pseudo-log-likelihoods" in f["message"] for f in manifest["verdict"])
