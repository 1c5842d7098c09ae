"""``harness verify``: do ``packed`` and lm-eval's own scorer agree on this machine?

A calibration set (the calibration suite's items, and multiple choice, texts and prompts of other
shapes) goes through both. In fp32 the reference is ``hf`` itself, and 1e-4 is what rounding explains.
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
from harness.engine.source import ModelSource, resolve
from harness.errors import BadInput
from harness.runs import compute, requests, tables
from harness.runs.ties import unexplained
from harness.runs.verification.agreement import Drift, Scores, TaskDifference, differences, drift, judge
from harness.runs.verification.calibration_set import calibration_tasks, further_requests
from harness.suites.load import load_suite

ITEMS = 48
"""Items of each calibration task: some 450 requests, half a minute for a 1B model on a GPU."""
SEED = 1234


@dataclass(frozen=True)
class Options:
    """The words of the command line, resolved."""

    device: str
    dtype: str
    shuffle: bool = False
    revision: str | None = None
    trust_remote_code: bool = False
    offline: bool = False
    items: int = ITEMS


@dataclass(frozen=True)
class Shuffled:
    """Largest drift when the same requests are scored in another order and company."""

    plain: Drift
    deterministic: Drift


@dataclass(frozen=True)
class Report:
    """What ``harness verify`` found for one model. ``hf`` is null in fp32, where hf is the reference."""

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
class _Asked:
    """The calibration set as one model's codec encodes it; ``book`` holds the suite's part of it."""

    book: requests.Book
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
    truth, asked, _ = _answers(source, _settings(options, "hf", "fp32"), options, None)
    given, theirs = truth, None
    if options.dtype != "fp32":
        say(f"{source.name}: hf, {options.dtype}")
        given, _, _ = _answers(source, _settings(options, "hf", options.dtype), options, asked)
        theirs = drift(asked.requests, truth, given)
    say(f"{source.name}: packed, {options.dtype}")
    shuffling = _shuffle(options, asked.requests, say) if options.shuffle else None
    ours, _, found = _answers(source, _settings(options, "packed", options.dtype), options, asked, shuffling)
    ours_drift = drift(asked.requests, truth, ours)
    if theirs is None:
        count = _unexplained(source, options, asked, truth, ours) if ours_drift.texts_differing else 0
        ours_drift = dataclasses.replace(ours_drift, unexplained=count)
    tasks = differences(_scores(asked, ours), _scores(asked, given))
    moved = (found.shuffled.plain, found.shuffled.deterministic) if found.shuffled else None
    verdict = judge(options.dtype, ours_drift, theirs, tasks, moved)
    return Report(
        source.name, options.device, options.dtype, len(asked.requests), dict(asked.book.left_out), found.path,
        found.fallbacks, ours_drift, theirs, tuple(tasks), found.shuffled, verdict.agrees, verdict.reasons,
    )  # fmt: skip


@dataclass(frozen=True)
class _Engine:
    """What is kept of an engine after its model is gone."""

    path: str = ""
    fallbacks: tuple[str, ...] = ()
    shuffled: Shuffled | None = None


_Shuffling = Callable[[loading.Loaded, Sequence[Answer]], Shuffled]


def _answers(
    source: ModelSource, settings: loading.Settings, options: Options, asked: _Asked | None,
    shuffling: _Shuffling | None = None,
) -> tuple[list[Answer], _Asked, _Engine]:  # fmt: skip
    """One engine's answers; the model is let go before the next one is loaded."""
    loaded = loading.load(source, settings)
    with loading.quiet():
        asked = asked or _ask(loaded, options)
        answers = score(loaded.engine, asked.requests)
        shuffled = shuffling(loaded, answers) if shuffling else None
    known = loaded.engine.settings()
    fallbacks = known.get("fallbacks")
    about = _Engine(
        str(known.get("path", "")), tuple(map(str, fallbacks)) if isinstance(fallbacks, list) else (), shuffled
    )
    del loaded
    release()
    return answers, asked, about


def _ask(loaded: loading.Loaded, options: Options) -> _Asked:
    from harness.engine.codec import Codec

    suite = load_suite("calibration")
    tasks = calibration_tasks(suite, options.offline)
    codec = Codec(loaded.lm, suite.window)
    book = requests.build(tasks, codec, limit=options.items)
    tasks = {name: task for name, task in tasks.items() if name not in book.left_out}
    every = tuple(dict.fromkeys([*book.requests, *further_requests(codec)]))
    return _Asked(book, tasks, every, options.items)


def score(engine: Engine, asked: Sequence[Request]) -> list[Answer]:
    """Answers of an engine, batch by batch as a run would have them."""
    found: dict[int, Answer] = {}
    for batch in engine.partition(asked):
        answers, _ = engine.run([asked[i] for i in batch.requests])
        found.update(zip(batch.requests, answers, strict=True))
    return [found[i] for i in range(len(asked))]


def elsewhere(engine: Engine, asked: Sequence[Request], seed: int = SEED) -> list[Answer]:
    """The same requests in another order and in other company: shuffled, and in three runs of unlike size."""
    order = list(range(len(asked)))
    random.Random(seed).shuffle(order)
    found: dict[int, Answer] = {}
    for start, end in ((0, len(order) // 6), (len(order) // 6, len(order) // 2), (len(order) // 2, len(order))):
        part = order[start:end]
        found.update(zip(part, score(engine, [asked[i] for i in part]), strict=True))
    return [found[i] for i in range(len(asked))]


def _shuffle(options: Options, asked: Sequence[Request], say: Callable[[str], None]) -> _Shuffling:
    def run(loaded: loading.Loaded, answers: Sequence[Answer]) -> Shuffled:
        say("  again, in another order and company")
        plain = drift(asked, answers, elsewhere(loaded.engine, asked))
        say("  twice more, with --deterministic")
        fixed = loading.packed_engine(loaded.lm, deterministic=True)
        return Shuffled(plain, drift(asked, score(fixed, asked), elsewhere(fixed, asked)))

    return run


def _unexplained(
    source: ModelSource, options: Options, asked: _Asked, truth: Sequence[Answer], ours: Sequence[Answer]
) -> int:
    """Generated texts that differ where the reference saw no tie."""
    loaded = loading.load(source, _settings(options, "hf", "fp32"))
    with loading.quiet():
        count = unexplained(loaded, asked.requests, truth, ours)
    del loaded
    release()
    return count


def _scores(asked: _Asked, answers: Sequence[Answer]) -> Scores:
    """The headline value of every item, by task, as lm-eval computes it from these answers."""
    book = asked.book
    for task in asked.tasks.values():
        for instance in task.instances:
            instance.resps, instance.filtered_resps = [], {}
    responses = requests.answer(book, answers[: len(book.requests)])
    _, samples = compute.evaluate(asked.tasks, book, responses, limit=asked.items)
    suite = load_suite("calibration")
    rows = {name: tables.headline_rows(suite.task(name), task, samples[name]) for name, task in asked.tasks.items()}
    return {(name, suite.task(name).metric): found for name, found in rows.items()}


def _settings(options: Options, engine: str, dtype: str) -> loading.Settings:
    window = load_suite("calibration").window
    return loading.Settings(engine, options.device, dtype, trust_remote_code=options.trust_remote_code, window=window)


def release() -> None:
    """Give the last model's memory back before the next one is loaded."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
