"""Bits per byte of the text alone, against plain forwards of transformers; lm-eval's own number stays beside it."""

from __future__ import annotations

import dataclasses
import math
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.engine.codec import Codec, own_tokens, text_windows
from harness.runs.execute import run_model
from harness.store import run_folder
from harness.suites.model import Suite
from tests.runs.conftest import make_model, options
from tests.runs.test_execute import SILENT

WINDOW = 64
TEXTS = "landscape_cal_text"


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 60), window=st.integers(2, 20))
def test_every_token_is_scored_once_behind_one_prefix(count: int, window: int) -> None:
    ids = list(range(1, count + 1))
    windows = text_windows(ids, 0, window)
    assert [i for w in windows for i in w.continuation] == ids
    assert all(w.context[0] == 0 and 0 not in w.context[1:] for w in windows)
    assert all(w.context[1:] == ((w.continuation[0] - 1,) if i else ()) for i, w in enumerate(windows))
    assert all(len(w.context) + len(w.continuation) - 1 <= window for w in windows)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 60), window=st.integers(2, 20), data=st.data())
def test_windows_that_overlap_score_every_token_once_behind_all_that_the_window_has_room_for(
    count: int, window: int, data: st.DataObject
) -> None:
    stride = data.draw(st.integers(1, window - 1))
    ids = list(range(1, count + 1))
    first, *later = text_windows(ids, 0, window, stride) or (None,)
    assert (list(first.continuation) if first else []) == ids[:window]
    assert [i for w in later for i in w.continuation] == ids[window:]
    for at, one in enumerate(later):
        end = window + at * stride
        assert one.context == (0, *ids[end - (window - stride) : end])
        assert len(one.continuation) == min(stride, count - end)


@pytest.fixture(scope="module")
def both_ends(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose tokenizer puts BOS before and EOS behind every text."""
    return add_both(make_model(tmp_path_factory.mktemp("models") / "ends", seed=3))


def add_both(folder: Path) -> Path:
    """Let the byte tokenizer of a model put BOS before and EOS behind every text."""
    from tokenizers import Tokenizer
    from tokenizers.processors import TemplateProcessing

    from harness.suites.calibration import tokenizer as t

    file = str(folder / "tokenizer.json")
    core = Tokenizer.from_file(file)
    special = [(t.BOS_TEXT, t.BOS), (t.EOS_TEXT, t.EOS)]
    core.post_processor = TemplateProcessing(single=f"{t.BOS_TEXT} $A {t.EOS_TEXT}", special_tokens=special)
    core.save(file)
    return folder


def scored(
    model: Path, suite: Suite, runs: Path, window: int = WINDOW, stride: int | None = None, **changes: object
) -> Path:
    """A sealed run of three texts in windows of ``window`` tokens."""
    only = tuple(t for t in suite.tasks if t.task == TEXTS)
    suite = dataclasses.replace(suite, name="texts", window=window, stride=stride or window, tasks=only, groups=())
    return run_model(str(model), suite, options(limit=3, **changes), runs, SILENT).folder


def bits(folder: Path) -> dict[str, dict[int, dict[str, Any]]]:
    """Sample rows by metric and item."""
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for row in pq.read_table(folder / "samples.parquet").to_pylist():
        found.setdefault(row["metric"], {})[row["item"]] = row
    return found


def plainly(folder: Path, text: str) -> float:
    """Bits per byte of a text by one forward a window of transformers' own model: BOS once in each, never scored."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = [i for i in tokenizer(text).input_ids if i not in (tokenizer.bos_token_id, tokenizer.eos_token_id)]
    assert len(ids) > 2 * WINDOW
    nats, at = 0.0, 0
    while at < len(ids):
        context = [tokenizer.bos_token_id, *ids[at - 1 : at]] if at else [tokenizer.bos_token_id]
        some = ids[at : at + WINDOW + 1 - len(context)]
        with torch.no_grad():
            logprobs = model(torch.tensor([context + some[:-1]])).logits[0].double().log_softmax(-1)
        nats -= sum(float(logprobs[len(context) - 1 + k, token]) for k, token in enumerate(some))
        at += len(some)
    return nats / math.log(2) / len(text.encode())


@pytest.mark.parametrize("engine", ["packed", "hf"])
def test_a_stride_below_the_window_gives_tokens_more_context(
    engine: str, tiny_model: Path, calibration: Suite, tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    stride = 24
    rows = bits(scored(tiny_model, calibration, tmp_path, stride=stride, engine=engine))
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    model = AutoModelForCausalLM.from_pretrained(tiny_model, dtype=torch.float32).eval()
    for item, row in rows["text_bits_per_byte"].items():
        ids, nats = tokenizer(row["prompt"], add_special_tokens=False).input_ids, 0.0
        for k, token in enumerate(ids):
            start = 0 if k < WINDOW else WINDOW + (k - WINDOW) // stride * stride - (WINDOW - stride)
            with torch.no_grad():
                logits = model(torch.tensor([[tokenizer.bos_token_id, *ids[start:k]]])).logits[0, -1]
            nats -= float(logits.double().log_softmax(-1)[token])
        assert row["value"] == pytest.approx(nats / math.log(2) / len(row["prompt"].encode()), rel=1e-5)
        assert row["value"] != pytest.approx(rows["bits_per_byte"][item]["value"], rel=1e-4)


@pytest.mark.parametrize("engine", ["packed", "hf"])
@pytest.mark.parametrize("which", ["stories260K", "tiny", "ends"])
def test_text_bits_are_those_of_plain_forwards(
    which: str, engine: str, shared: Path, tiny_model: Path, both_ends: Path, calibration: Suite, tmp_path: Path
) -> None:
    model = {"stories260K": shared / "models" / "stories260K", "tiny": tiny_model, "ends": both_ends}[which]
    folder = scored(model, calibration, tmp_path, engine=engine)
    rows = bits(folder)
    for row in rows["text_bits_per_byte"].values():
        assert row["value"] == pytest.approx(plainly(model, row["prompt"]), rel=1e-5)
    assert len(rows["text_bits_per_byte"]) == len(rows["bits_per_byte"]) == 3
    for one, other in zip(rows["text_bits_per_byte"].values(), rows["bits_per_byte"].values(), strict=True):
        assert one["weight"] == other["weight"] == len(one["prompt"].encode())
    (result,) = [
        r for r in pq.read_table(folder / "results.parquet").to_pylist() if r["metric"] == "text_bits_per_byte"
    ]
    total = math.fsum(r["weight"] for r in rows["text_bits_per_byte"].values())
    mean = math.fsum(r["value"] * r["weight"] for r in rows["text_bits_per_byte"].values()) / total
    assert result["score"] == pytest.approx(mean, rel=1e-12) and result["stderr"] > 0
    assert result["higher_is_better"] is False and result["n"] == 3


def test_lm_evals_number_stays_lm_evals(both_ends: Path, calibration: Suite, tmp_path: Path) -> None:
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    rows = bits(scored(both_ends, calibration, tmp_path))["bits_per_byte"]
    lm = HFLM(str(both_ends), device="cpu", dtype="float32", softmax_dtype="float32", batch_size=1, max_length=WINDOW)
    asked = [Instance("loglikelihood_rolling", {}, (r["prompt"],), 0) for r in rows.values()]
    theirs = lm.loglikelihood_rolling(asked, disable_tqdm=True)
    for row, nats in zip(rows.values(), theirs, strict=True):
        assert row["value"] == pytest.approx(-nats / math.log(2) / row["weight"], rel=1e-5)


@pytest.mark.parametrize(("metric", "named"), [("bits_per_byte", True), ("text_bits_per_byte", False)])
def test_a_run_headed_by_lm_evals_number_says_that_a_bos_counts(
    both_ends: Path, calibration: Suite, tmp_path: Path, metric: str, named: bool
) -> None:
    suite = dataclasses.replace(
        calibration,
        tasks=tuple(dataclasses.replace(t, metric=metric) if t.task == TEXTS else t for t in calibration.tasks),
    )
    verdict = run_folder.read_manifest(scored(both_ends, suite, tmp_path))["verdict"]
    assert ("bos-as-text" in {finding["code"] for finding in verdict}) is named


def test_texts_that_lm_eval_asks_alike_are_asked_once(tiny_model: Path, both_ends: Path, calibration: Suite) -> None:
    from lm_eval.models.huggingface import HFLM

    def lm(folder: Path) -> Any:
        return HFLM(str(folder), device="cpu", dtype="float32", batch_size=1)

    (alike,) = Codec(lm(tiny_model)).rolling(["No token is added to this text."])
    assert alike.text == alike.requests
    (apart,) = Codec(lm(both_ends)).rolling(["Two tokens are added to this text."])
    assert len(apart.text) == len(apart.requests) == 1
    assert apart.text[0] != apart.requests[0]


def test_tokens_added_whatever_is_asked_are_no_text(both_ends: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(both_ends)

    class Stubborn:
        """Some tokenizers in code do not look at ``add_special_tokens``."""

        eos_token_id = tokenizer.eos_token_id

        def encode(self, text: str, add_special_tokens: bool) -> list[int]:
            return list(tokenizer.encode(text))

    texts = ["", "a text", "<|bos|>"]
    plain = own_tokens(tokenizer, texts, tokenizer.bos_token_id)
    assert own_tokens(Stubborn(), texts, tokenizer.bos_token_id) == plain
    assert plain == {"": [], "a text": list(b"a text"), "<|bos|>": [tokenizer.bos_token_id]}


def test_a_run_in_rounds_scores_texts_too(both_ends: Path, calibration: Suite, tmp_path: Path) -> None:
    only = tuple(t for t in calibration.tasks if t.task in (TEXTS, "landscape_cal_lookup"))
    suite = dataclasses.replace(calibration, tasks=only)
    folder = run_model(str(both_ends), suite, options(limit=None, precision=0.1), tmp_path, SILENT).folder
    rows = bits(folder)
    assert len(rows["text_bits_per_byte"]) == len(rows["bits_per_byte"]) == 128
    assert any(rows["text_bits_per_byte"][i]["value"] != rows["bits_per_byte"][i]["value"] for i in range(128))
    assert run_folder.read_manifest(folder)["valid"]


def test_a_tokenizers_habit_does_not_move_a_text_from_its_truth(calibration: Suite, tmp_path: Path) -> None:
    """The smallest reference model, once with its tokenizer, once with one that adds tokens, against ideal code lengths."""
    from harness.places import reference_models
    from harness.suites.calibration.truth import truth

    plain = reference_models() / "landscape-ref-xs"
    habit = add_both(Path(shutil.copytree(plain, tmp_path / "habit")))
    one, other = (
        bits(scored(model, calibration, tmp_path / f"runs{i}", window=320)) for i, model in enumerate((plain, habit))
    )
    for item, row in one["text_bits_per_byte"].items():
        ideal = truth().text_bits[item] / truth().text_bytes[item]
        again, theirs = other["text_bits_per_byte"][item]["value"], other["bits_per_byte"][item]["value"]
        assert row["value"] == one["bits_per_byte"][item]["value"] == pytest.approx(again, rel=1e-6)
        assert abs(again - ideal) < abs(theirs - ideal)
