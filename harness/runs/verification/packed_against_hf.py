"""The engines ``packed`` and ``hf`` on one calibration set: the differences of their answers, and the verdict on them.

The set holds the calibration suite's items, and multiple choice, texts and prompts of other shapes. In fp32 the reference is ``hf`` itself, and 1e-4 is what rounding explains.
In bf16 and fp16 two right answers differ by more than that, so both are held against ``hf`` in fp32:
``packed`` agrees where it is no farther from the truth than ``hf`` is.
"""

from __future__ import annotations

import dataclasses
import gc
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.engine import load as loading
from harness.engine.base import Answer, Engine, Request
from harness.engine.libraries import quiet
from harness.engine.settings import Settings
from harness.engine.source import ModelSource, resolve
from harness.errors import BadInput
from harness.runs import lm_eval_metrics, requests, tables
from harness.runs.verification.agreement import Drift, Scores, TaskDifference, differences, drift, judge
from harness.runs.verification.calibration_set import calibration_tasks, further_requests
from harness.runs.verification.near_ties import texts_without_tie
from harness.suites.load import load_suite

ITEMS = 48
"""Items of each calibration task: some 450 requests, half a minute for a 1B model on a GPU."""
SEED = 1234


@dataclass(frozen=True)
class Options:
    """Options of one verification, device and dtype resolved. ``items`` of each calibration task."""

    device: str
    dtype: str
    shuffle: bool = False
    revision: str | None = None
    trust_remote_code: bool = False
    offline: bool = False
    items: int = ITEMS


@dataclass(frozen=True)
class Shuffled:
    """Drift of the same requests scored in another order and in other batches, without and with ``--deterministic``."""

    plain: Drift
    deterministic: Drift


@dataclass(frozen=True)
class Report:
    """The verification of one model. ``hf`` is null in fp32, where hf is the reference."""

    model: str
    device: str
    dtype: str
    requests: int
    left_out: Mapping[str, str]
    path: str
    fallbacks: tuple[str, ...]
    packed: Drift
    hf: Drift | None
    tasks: tuple[TaskDifference, ...]
    shuffled: Shuffled | None
    agrees: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _CalibrationRequests:
    """The calibration set as one model's codec encodes it; ``suite`` is the calibration suite's part of it."""

    suite: requests.RequestSet
    tasks: Mapping[str, Any]
    requests: tuple[Request, ...]
    items: int


def verify(model: str, options: Options, say: Callable[[str], None]) -> Report:
    """Score the calibration set with ``packed`` and ``hf`` and compare.

    Raises:
        BadInput: the model cannot be found, loaded or scored by both engines.
    """
    source = resolve(model, revision=options.revision, offline=options.offline)
    if source.masked:
        raise BadInput(f"{source.name} is a masked language model; packed and hf score causal ones.")
    loading.check_memory(source, _settings(options, "hf", "fp32"))
    say(f"{source.name}: hf, fp32 (the reference)")
    reference, asked, _ = _answers(source, _settings(options, "hf", "fp32"), options, None)
    hf, hf_drift = reference, None
    if options.dtype != "fp32":
        say(f"{source.name}: hf, {options.dtype}")
        hf, _, _ = _answers(source, _settings(options, "hf", options.dtype), options, asked)
        hf_drift = drift(asked.requests, reference, hf)
    say(f"{source.name}: packed, {options.dtype}")
    shuffling = _shuffling(asked.requests, say) if options.shuffle else None
    packed, _, engine = _answers(source, _settings(options, "packed", options.dtype), options, asked, shuffling)
    packed_drift = drift(asked.requests, reference, packed)
    if hf_drift is None:
        count = _texts_without_tie(source, options, asked, reference, packed) if packed_drift.texts_differing else 0
        packed_drift = dataclasses.replace(packed_drift, unexplained=count)
    tasks = differences(_scores(asked, packed), _scores(asked, hf))
    shuffled = (engine.shuffled.plain, engine.shuffled.deterministic) if engine.shuffled else None
    verdict = judge(options.dtype, packed_drift, hf_drift, tasks, shuffled)
    return Report(
        source.name, options.device, options.dtype, len(asked.requests), dict(asked.suite.left_out), engine.path,
        engine.fallbacks, packed_drift, hf_drift, tuple(tasks), engine.shuffled, verdict.agrees, verdict.reasons,
    )  # fmt: skip


@dataclass(frozen=True)
class _Engine:
    """Scoring path, fallbacks and shuffled drift of an engine; its model is freed."""

    path: str = ""
    fallbacks: tuple[str, ...] = ()
    shuffled: Shuffled | None = None


_Shuffling = Callable[[loading.Loaded, Sequence[Answer]], Shuffled]


def _answers(
    source: ModelSource, settings: Settings, options: Options, asked: _CalibrationRequests | None,
    shuffling: _Shuffling | None = None,
) -> tuple[list[Answer], _CalibrationRequests, _Engine]:  # fmt: skip
    """One engine's answers to the calibration set; the model is freed before the next one is loaded."""
    loaded = loading.load(source, settings)
    with quiet():
        asked = asked or _calibration_requests(loaded, options)
        answers = score(loaded.engine, asked.requests)
        shuffled = shuffling(loaded, answers) if shuffling else None
    settings_of_engine = loaded.engine.settings()
    fallbacks = settings_of_engine.get("fallbacks")
    engine = _Engine(
        str(settings_of_engine.get("path", "")),
        tuple(map(str, fallbacks)) if isinstance(fallbacks, list) else (),
        shuffled,
    )
    del loaded
    release()
    return answers, asked, engine


def _calibration_requests(loaded: loading.Loaded, options: Options) -> _CalibrationRequests:
    from harness.engine.codec import Codec

    suite = load_suite("calibration")
    tasks = calibration_tasks(suite, options.offline)
    codec = Codec(loaded.lm, suite.window)
    request_set = requests.build(tasks, codec, limit=options.items)
    tasks = {name: task for name, task in tasks.items() if name not in request_set.left_out}
    distinct = tuple(dict.fromkeys([*request_set.requests, *further_requests(codec)]))
    return _CalibrationRequests(request_set, tasks, distinct, options.items)


def score(engine: Engine, asked: Sequence[Request]) -> list[Answer]:
    """Answers of an engine, in the order of the requests, batch by batch as a run scores them."""
    by_request: dict[int, Answer] = {}
    for batch in engine.partition(asked):
        answers, _ = engine.run([asked[i] for i in batch.requests])
        by_request.update(zip(batch.requests, answers, strict=True))
    return [by_request[i] for i in range(len(asked))]


def score_shuffled(engine: Engine, asked: Sequence[Request], seed: int = SEED) -> list[Answer]:
    """Answers in the order of the requests, which are scored shuffled and split into three parts of unlike size."""
    order = list(range(len(asked)))
    random.Random(seed).shuffle(order)
    by_request: dict[int, Answer] = {}
    for start, end in ((0, len(order) // 6), (len(order) // 6, len(order) // 2), (len(order) // 2, len(order))):
        part = order[start:end]
        by_request.update(zip(part, score(engine, [asked[i] for i in part]), strict=True))
    return [by_request[i] for i in range(len(asked))]


def _shuffling(asked: Sequence[Request], say: Callable[[str], None]) -> _Shuffling:
    """The function that scores the requests again, shuffled, with a loaded model."""

    def run(loaded: loading.Loaded, answers: Sequence[Answer]) -> Shuffled:
        say("  again, in another order and company")
        plain = drift(asked, answers, score_shuffled(loaded.engine, asked))
        say("  twice more, with --deterministic")
        fixed = loading.packed_engine(loaded.lm, deterministic=True)
        return Shuffled(plain, drift(asked, score(fixed, asked), score_shuffled(fixed, asked)))

    return run


def _texts_without_tie(
    source: ModelSource,
    options: Options,
    asked: _CalibrationRequests,
    reference: Sequence[Answer],
    packed: Sequence[Answer],
) -> int:
    """Number of generated texts that differ where the reference saw no near tie."""
    loaded = loading.load(source, _settings(options, "hf", "fp32"))
    with quiet():
        count = texts_without_tie(loaded, asked.requests, reference, packed)
    del loaded
    release()
    return count


def _scores(asked: _CalibrationRequests, answers: Sequence[Answer]) -> Scores:
    """The headline value of every item, by task, as lm-eval computes it from these answers."""
    for task in asked.tasks.values():
        for instance in task.instances:
            instance.resps, instance.filtered_resps = [], {}
    own = answers[: len(asked.suite.requests)]
    responses, texts = requests.answer(asked.suite, own), requests.text_loglikelihoods(asked.suite, own)
    _, samples = lm_eval_metrics.evaluate(asked.tasks, asked.suite, responses, texts, limit=asked.items)
    suite = load_suite("calibration")
    rows = {name: tables.headline_rows(suite.task(name), task, samples[name]) for name, task in asked.tasks.items()}
    return {(name, suite.task(name).metric): task_rows for name, task_rows in rows.items()}


def _settings(options: Options, engine: str, dtype: str) -> Settings:
    window = load_suite("calibration").window
    return Settings(engine, options.device, dtype, trust_remote_code=options.trust_remote_code, window=window)


def release() -> None:
    """Free the last model's memory before the next one is loaded."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
