"""Two published models, quantised: the packed engine against lm-eval alone, item by item.

The models are those of ``make real-models`` (``LANDSCAPE_REAL_MODELS``, default ``.venv/real/models``). lm-eval loads the same
weights with its own class and is asked through its own ``simple_evaluate``; nothing of ours stands in between.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from harness.offline.packaged_models import MODELS
from harness.runs.execute import run_model
from harness.suites.load import load_suite
from harness.suites.model import Suite
from tests.runs.conftest import options
from tests.runs.test_execute import SILENT

ROOT = Path(__file__).resolve().parents[2]
# Beyond the 512 tokens that most layers of Gemma 3 see, and shorter than a page of wikitext.
WINDOW = 640
# Items of each task, few of generations: lm-eval's class reads 200 tokens a second on two cores. A wrong mask, position or
# weight shows in every one of the log-likelihoods of six items; LANDSCAPE_REAL_ITEMS=30 asks more.
LIMIT = int(os.environ.get("LANDSCAPE_REAL_ITEMS", "6"))
GENERATIONS = max(3, LIMIT // 3)
# Tasks and shots. The Chinese one has 16 items in all.
CHOICES = {
    "openbookqa": 0,
    "sst2": 5,
    "landscape_ag_news": 0,  # labels of several tokens
    "ceval-valid_discrete_mathematics": 5,
}
GENERATED = ("landscape_xquad_en", "landscape_cmrc2018")  # the second has several references
TEXTS = ("landscape_tinystories",)
LONG = ("wikitext",)  # a page is several windows


@pytest.fixture(scope="module", params=[model.file for model in MODELS])
def model(request: pytest.FixtureRequest) -> Path:
    said = os.environ.get("LANDSCAPE_REAL_MODELS")
    folder = Path(said) if said else ROOT / ".venv/real/models"
    if not folder.is_dir() and not said and not os.environ.get("CI"):
        pytest.skip(f"needs the models in {folder} (make real-models)")
    path = folder / str(request.param)
    assert path.exists(), f"{path} is not there (make real-models)"
    return path


@pytest.fixture(scope="module")
def lm_eval_alone(model: Path) -> Iterator[Any]:
    """lm-eval's own class on the same weights, one row at a time: 262,144 logits a token are a gigabyte a thousand.

    Its sums are taken in double precision: in single precision torch's log-softmax over 49,152 words alone is off by
    some 2e-5 nats a token (3e-3 in a text of 175 tokens, against a forward pass in double precision).
    """
    from lm_eval.models.huggingface import HFLM

    from harness.engine.libraries import quiet

    settings = {"device": "cpu", "dtype": "float32", "softmax_dtype": "float64", "batch_size": 1}
    with quiet():
        if model.is_dir():
            yield HFLM(pretrained=str(model), **settings)
            return
        from harness.engine.gguf.reader import parsed_once

        with parsed_once():
            lm = HFLM(pretrained=str(model.parent), gguf_file=model.name, **settings)
        if model.name.startswith("SmolLM2"):
            _digits_alone(lm.tokenizer)
        yield lm


def _digits_alone(tokenizer: Any) -> None:
    """Split texts as SmolLM2's tokenizer.json has it: out of a GGUF file transformers takes GPT-2's way, and numbers differ."""
    from tokenizers import pre_tokenizers as split

    tokenizer.backend_tokenizer.pre_tokenizer = split.Sequence(
        [split.Digits(individual_digits=True), split.ByteLevel(add_prefix_space=False, use_regex=True)]
    )


def of_both(*names: str) -> Suite:
    """A suite of tasks of core-en and core-zh."""
    suites = load_suite("core-en"), load_suite("core-zh")
    tasks = {t.task: t for s in suites for t in s.tasks}
    chosen = tuple(replace(tasks[n], num_fewshot=CHOICES.get(n, 0)) for n in names)
    return replace(suites[0], name="published", window=WINDOW, tasks=chosen, groups=())


def ours(model: Path, suite: Suite, limit: int, runs: Path) -> tuple[dict[Any, float], dict[Any, dict[str, Any]]]:
    """Scores by task, metric and filter; samples by task, metric, filter and item."""
    folder = run_model(str(model), suite, options(limit=limit), runs, SILENT).folder
    scores = pq.read_table(folder / "results.parquet").to_pylist()
    samples = pq.read_table(folder / "samples.parquet").to_pylist()
    return (
        {(r["task"], r["metric"], r["filter"]): r["score"] for r in scores},
        {(r["task"], r["metric"], r["filter"], r["item"]): r for r in samples},
    )


def theirs(lm: Any, suite: Suite, limit: int, hub: Path, batch: int = 1) -> tuple[dict[Any, float], list[Any]]:
    """The same of ``simple_evaluate``: scores, and samples with their task."""
    from lm_eval.evaluator import simple_evaluate

    from harness.engine.libraries import quiet
    from harness.suites.tasks import resolve

    tasks = resolve(suite, hub, True).tasks
    assert set(tasks) == set(suite.names())
    lm.batch_size_per_gpu = batch
    with quiet():
        found: Any = simple_evaluate(lm, tasks=list(tasks.values()), limit=limit, bootstrap_iters=0, log_samples=True)
    scores = {
        (task, metric, name): value
        for task, entries in found["results"].items()
        for metric, _, name, value in ((*key.partition(","), value) for key, value in entries.items())
        if name and not metric.endswith("_stderr")
    }
    return scores, [(task, sample) for task, samples in found["samples"].items() for sample in samples]


def equal_scores(ours: dict[Any, float], theirs: dict[Any, float], within: float) -> None:
    assert theirs
    for key, value in theirs.items():
        assert ours[key] == pytest.approx(value, rel=within, abs=1e-9), key


@pytest.mark.slow
def test_choices_equal_those_of_lm_eval(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path, lm_eval_alone: Any
) -> None:
    monkeypatch.setenv("LANDSCAPE_HUB", str(shared / "hub"))
    suite = of_both(*CHOICES)
    scores, samples = ours(model, suite, LIMIT, tmp_path)
    direct, items = theirs(lm_eval_alone, suite, LIMIT, shared / "hub")
    assert {task for task, _ in items} == set(CHOICES) and len(items) >= 3 * LIMIT
    for task, item in items:
        expected = [float(answer[0]) for answer in item["filtered_resps"]]
        row = samples[task, "acc", "none", item["doc_id"]]
        found = row["choice_loglikelihoods"]
        assert row["doc_hash"] == item["doc_hash"] and len(found) == len(expected) > 1
        assert found == pytest.approx(expected, abs=1e-3, rel=1e-5), (task, item["doc_id"])
        assert max(range(len(found)), key=found.__getitem__) == max(range(len(found)), key=expected.__getitem__)
    equal_scores(scores, direct, 1e-6)


@pytest.mark.slow
def test_texts_equal_those_of_lm_eval_within_and_beyond_a_window(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path, lm_eval_alone: Any
) -> None:
    monkeypatch.setenv("LANDSCAPE_HUB", str(shared / "hub"))
    monkeypatch.setattr(lm_eval_alone, "_max_length", WINDOW)  # for lm-eval the window of a text is the model's maximum
    for names, limit in ((TEXTS, LIMIT), (LONG, 1)):
        suite = of_both(*names)
        scores, samples = ours(model, suite, limit, tmp_path)
        direct, items = theirs(lm_eval_alone, suite, limit, shared / "hub")
        assert len(items) == limit
        for task, item in items:
            nats, size = item["bits_per_byte"]
            row = samples[task, "bits_per_byte", "none", item["doc_id"]]
            assert row["weight"] == size
            assert row["value"] * size * math.log(2) == pytest.approx(-nats, rel=2e-6, abs=1e-3), (task, item["doc_id"])
        equal_scores(scores, direct, 2e-6)
    assert len(lm_eval_alone.tok_encode(item["doc"]["page"])) > 2 * WINDOW


@pytest.mark.slow
def test_generations_equal_those_of_lm_eval(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Path, lm_eval_alone: Any
) -> None:
    monkeypatch.setenv("LANDSCAPE_HUB", str(shared / "hub"))
    suite = of_both(*GENERATED)
    scores, samples = ours(model, suite, GENERATIONS, tmp_path)
    direct, items = theirs(lm_eval_alone, suite, GENERATIONS, shared / "hub", batch=4)
    assert len(items) == GENERATIONS * len(GENERATED)
    for task, item in items:
        rows = [r for (t, _, _, i), r in samples.items() if (t, i) == (task, item["doc_id"])]
        assert rows and {r["response"] for r in rows} == {item["filtered_resps"][0]}, (task, item["doc_id"])
    equal_scores(scores, direct, 1e-6)
