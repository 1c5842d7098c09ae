"""The engines ``packed`` and ``hf`` on one calibration set: the differences of their answers, and the verdict on them.

The set holds the calibration suite's items, and multiple choice, texts and prompts of other shapes. In fp32 the reference is ``hf`` itself, and 1e-4 is what rounding explains.
In bf16 and fp16 two right answers differ by more than that, so both are held against ``hf`` in fp32:
``packed`` agrees where it is no farther from the truth than ``hf`` is.
"""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.engine import load as loading
from harness.engine.base import Answer, Request
from harness.engine.libraries import quiet
from harness.engine.settings import Settings
from harness.engine.source import ModelSource, resolve
from harness.errors import BadInput
from harness.runs import lm_eval_metrics, requests, tables
from harness.runs.verification.agreement import Drift, Scores, TaskDifference, Verdict, differences, drift, judge
from harness.runs.verification.bounded_scoring import Bar, Deadline, no_bar, score, score_shuffled
from harness.runs.verification.calibration_set import calibration_tasks, further_requests
from harness.runs.verification.near_ties import texts_without_tie
from harness.suites.load import load_suite

ITEMS = 48
"""Items of each calibration task: some 450 requests, half a minute for a 1B model on a GPU."""
FEWEST = 50
"""Requests compared, below which a verification that ran out of time says nothing of the engine."""


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
    """The verification of one model. ``hf`` is null in fp32, where hf is the reference.

    ``requests`` were compared of ``asked``: fewer where the time was over before.
    """

    model: str
    device: str
    dtype: str
    requests: int
    asked: int
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


def verify(
    model: str, options: Options, say: Callable[[str], None], bar: Bar = no_bar, deadline: Deadline | None = None
) -> Report:
    """Score the calibration set with ``packed`` and ``hf`` and compare.

    Until ``deadline``, where there is one: each engine has a like part of the time, and what all have answered by then
    is compared.

    Raises:
        BadInput: the model cannot be found, loaded or scored by both engines.
    """
    source = resolve(model, revision=options.revision, offline=options.offline)
    if source.masked:
        raise BadInput(f"{source.name} is a masked language model; packed and hf score causal ones.")
    loading.check_memory(source, _settings(options, "hf", "fp32"))
    deadline = deadline or Deadline()
    work = _Work(source, options, say, bar, deadline)
    exact = options.dtype == "fp32"
    answered, asked, _ = _answers(work, "hf", "fp32", None, parts=2 if exact else 3)
    hf_answered = answered if exact else _answers(work, "hf", options.dtype, asked, list(answered), parts=2)[0]
    shuffling = _shuffling(asked.requests, say) if options.shuffle else None
    packed_answered, _, engine = _answers(work, "packed", options.dtype, asked, list(hf_answered), 1, shuffling)
    compared = sorted(packed_answered)
    requests_compared = [asked.requests[i] for i in compared]
    reference, hf, packed = ([by[i] for i in compared] for by in (answered, hf_answered, packed_answered))
    packed_drift, hf_drift = drift(requests_compared, reference, packed), None
    if exact:
        differ = packed_drift.texts_differing
        count = _texts_without_tie(source, options, requests_compared, reference, packed) if differ else 0
        packed_drift = dataclasses.replace(packed_drift, unexplained=count)
    else:
        hf_drift = drift(requests_compared, reference, hf)
    tasks = differences(_scores(asked, packed_answered), _scores(asked, {i: hf_answered[i] for i in compared}))
    shuffled = (engine.shuffled.plain, engine.shuffled.deterministic) if engine.shuffled else None
    verdict = _of_enough(judge(options.dtype, packed_drift, hf_drift, tasks, shuffled), len(compared), asked)
    return Report(
        source.name, options.device, options.dtype, len(compared), len(asked.requests), dict(asked.suite.left_out),
        engine.path, engine.fallbacks, packed_drift, hf_drift, tuple(tasks), engine.shuffled, verdict.agrees,
        verdict.reasons,
    )  # fmt: skip


def _of_enough(verdict: Verdict, compared: int, asked: _CalibrationRequests) -> Verdict:
    """The verdict; none but a disagreement where the time sufficed for too few requests."""
    if compared == len(asked.requests) or compared >= FEWEST:
        return verdict
    few = f"Too few to say: {compared} of {len(asked.requests)} requests were compared in the time, and {FEWEST} are needed."
    return Verdict(False, (*verdict.reasons, few))


@dataclass(frozen=True)
class _Work:
    """What the engines of one verification share: the model, the options, where progress goes, and the time."""

    source: ModelSource
    options: Options
    say: Callable[[str], None]
    bar: Bar
    deadline: Deadline


@dataclass(frozen=True)
class _Engine:
    """Scoring path, fallbacks and shuffled drift of an engine; its model is freed."""

    path: str = ""
    fallbacks: tuple[str, ...] = ()
    shuffled: Shuffled | None = None


_Shuffling = Callable[[loading.Loaded, Sequence[Answer]], Shuffled]


def _answers(
    work: _Work, engine_name: str, dtype: str, asked: _CalibrationRequests | None, chosen: Sequence[int] | None = None,
    parts: int = 1, shuffling: _Shuffling | None = None,
) -> tuple[dict[int, Answer], _CalibrationRequests, _Engine]:  # fmt: skip
    """One engine's answers to the calibration set (of it to ``chosen``), in the first of ``parts`` parts of the time.

    The model is freed before the next one is loaded.
    """
    title = f"{work.source.name}: {engine_name}, {dtype}"
    work.say(title if asked else f"{title} (the reference)")
    loaded = loading.load(work.source, _settings(work.options, engine_name, dtype))
    with quiet():
        asked = asked or _calibration_requests(loaded, work.options)
        end = work.deadline.share(parts, loaded.load_seconds)
        answers = score(loaded.engine, asked.requests, chosen=chosen, deadline=end, title=title, bar=work.bar)
        shuffled = shuffling(loaded, [answers[i] for i in range(len(asked.requests))]) if shuffling else None
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
    codec = Codec(loaded.lm, suite.window, suite.stride)
    request_set = requests.build(tasks, codec, limit=options.items)
    tasks = {name: task for name, task in tasks.items() if name not in request_set.left_out}
    distinct = tuple(dict.fromkeys([*request_set.requests, *further_requests(codec)]))
    return _CalibrationRequests(request_set, tasks, distinct, options.items)


def _shuffling(asked: Sequence[Request], say: Callable[[str], None]) -> _Shuffling:
    """The function that scores the requests again, shuffled, with a loaded model."""

    def run(loaded: loading.Loaded, answers: Sequence[Answer]) -> Shuffled:
        say("  again, in another order and company")
        plain = drift(asked, answers, score_shuffled(loaded.engine, asked))
        say("  twice more, with --deterministic")
        fixed = loading.packed_engine(loaded.lm, deterministic=True)
        in_order = score(fixed, asked)
        return Shuffled(plain, drift(asked, [in_order[i] for i in range(len(asked))], score_shuffled(fixed, asked)))

    return run


def _texts_without_tie(
    source: ModelSource,
    options: Options,
    asked: Sequence[Request],
    reference: Sequence[Answer],
    packed: Sequence[Answer],
) -> int:
    """Number of generated texts that differ where the reference saw no near tie."""
    loaded = loading.load(source, _settings(options, "hf", "fp32"))
    with quiet():
        count = texts_without_tie(loaded, asked, reference, packed)
    del loaded
    release()
    return count


def _scores(asked: _CalibrationRequests, answers: Mapping[int, Answer]) -> Scores:
    """The headline value of every item, by task, as lm-eval computes it from these answers; of the tasks that are whole."""
    whole = _whole_tasks(asked, answers)
    for task in whole.values():
        for instance in task.instances:
            instance.resps, instance.filtered_resps = [], {}
    kept = [i for i, instance in enumerate(asked.suite.instances) if instance.task_name in whole]
    request_set = dataclasses.replace(
        asked.suite,
        instances=tuple(asked.suite.instances[i] for i in kept),
        parts=tuple(asked.suite.parts[i] for i in kept),
        cut=tuple(asked.suite.cut[i] for i in kept),
        text_parts=tuple(asked.suite.text_parts[i] for i in kept),
    )
    if not whole:
        return {}
    responses, texts = requests.answer(request_set, answers), requests.text_loglikelihoods(request_set, answers)
    _, samples = lm_eval_metrics.evaluate(whole, request_set, responses, texts, limit=asked.items)
    suite = load_suite("calibration")
    rows = {name: tables.headline_rows(suite.task(name), task, samples[name]) for name, task in whole.items()}
    return {(name, suite.task(name).metric): task_rows for name, task_rows in rows.items()}


def _whole_tasks(asked: _CalibrationRequests, answers: Mapping[int, Answer]) -> dict[str, Any]:
    """The calibration tasks all of whose requests have answers."""
    pairs = zip(asked.suite.instances, asked.suite.parts, asked.suite.text_parts, strict=True)
    cut = {instance.task_name for instance, part, texts in pairs if any(i not in answers for i in (*part, *texts))}
    return {name: task for name, task in asked.tasks.items() if name not in cut}


def _settings(options: Options, engine: str, dtype: str) -> Settings:
    window = load_suite("calibration").window
    return Settings(engine, options.device, dtype, trust_remote_code=options.trust_remote_code, window=window)


def release() -> None:
    """Free the last model's memory before the next one is loaded."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
