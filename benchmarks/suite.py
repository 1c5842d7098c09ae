"""A whole suite on a real model: our run against ``lm_eval.simple_evaluate``, tokenisation included.

Each round runs both, one after the other, on the same tasks and items, from built task objects to computed scores
(loading of weights and data sets apart). HFLM gets each batch size; the best of them is the baseline.

``--share 0.05`` takes the first twentieth of every task, so that tasks weigh as they do in the whole suite; ``--limit 5``
takes five of each, where a task of 1,000 items weighs no more than one of 50.

    PYTHONPATH=. LANDSCAPE_HUB=MIRROR python benchmarks/suite.py MODEL --suite core-en --share 0.05 --rounds 3
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_OFFLINE", "1")

from harness import places
from harness.engine import load as loading
from harness.engine.codec import Codec
from harness.engine.libraries import quiet
from harness.engine.packed.hardware import malloc
from harness.engine.settings import Settings
from harness.engine.source import ModelSource, resolve
from harness.runs import lm_eval_metrics, requests
from harness.suites.load import load_suite
from harness.suites.model import Suite
from harness.suites.tasks import resolve as resolve_tasks

clock = time.perf_counter


def tasks_of(suite: Suite, names: list[str] | None) -> dict[str, Any]:
    """Fresh task objects: few-shot draws are stateful."""
    with quiet():
        return dict(resolve_tasks(suite, places.hub(), True, only=names).tasks)


def ours(source: ModelSource, suite: Suite, names: list[str] | None, limit: float) -> tuple[float, dict[str, Any]]:
    """Seconds and results of the packed engine."""
    loaded = loading.load(source, Settings("packed", "cpu", "fp32"))
    tasks = tasks_of(suite, names)
    started = clock()
    with quiet():
        request_set = requests.build(tasks, Codec(loaded.lm, suite.window, suite.stride), limit=limit)
        answers: list[Any] = [None] * len(request_set.requests)
        for batch in loaded.engine.partition(request_set.requests):
            found, _ = loaded.engine.run([request_set.requests[i] for i in batch.requests])
            for i, answer in zip(batch.requests, found, strict=True):
                answers[i] = answer
    kept = {name: task for name, task in tasks.items() if name not in request_set.left_out}
    answered = requests.answer(request_set, answers)
    results, _ = lm_eval_metrics.evaluate(kept, request_set, answered, limit=limit)
    return clock() - started, results


def theirs(
    source: ModelSource, suite: Suite, names: list[str], limit: float, batch: int
) -> tuple[float, dict[str, Any]]:
    """Seconds and results of lm-eval's own call."""
    from lm_eval.evaluator import simple_evaluate

    loaded = loading.load(source, Settings("hf", "cpu", "fp32", batch_size=batch))
    loaded.lm.batch_size_per_gpu = batch
    malloc.restore_trim_threshold()  # the packed engine before it kept its heap
    malloc.trim()
    loaded.lm.loglikelihood_rolling = windowed(loaded.lm, suite.window)
    tasks = tasks_of(suite, names)
    started = clock()
    with quiet():
        found: Any = simple_evaluate(loaded.lm, tasks=list(tasks.values()), limit=limit, bootstrap_iters=0)
    return clock() - started, found["results"]


def windowed(lm: Any, window: int | None) -> Callable[..., Any]:
    """lm-eval's rolling log-likelihoods in the suite's windows, as ours are: by itself it takes the model's whole length."""
    plain = lm.loglikelihood_rolling

    def rolling(*arguments: Any, **options: Any) -> Any:
        before, lm._max_length = lm._max_length, min(window or lm.max_length, lm.max_length)
        try:
            return plain(*arguments, **options)
        finally:
            lm._max_length = before

    return rolling


def difference(a: dict[str, Any], b: dict[str, Any]) -> tuple[float, str]:
    """Largest relative difference of any score, and whose it is."""
    return max(
        (abs(a[task][key] - value) / max(abs(value), 1e-9), f"{task} {key}")
        for task, scores in b.items()
        for key, value in scores.items()
        if isinstance(value, float) and "_stderr" not in key
    )


def main() -> None:
    """Run the rounds and print each, then the median ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("model")
    parser.add_argument("--suite", default="core-en")
    parser.add_argument("--limit", type=int, help="the first items of every task, instead of a share")
    parser.add_argument("--share", type=float, default=0.05, help="of every task's items")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall", help="cpu: one thread, on a busy machine")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 4, 16])
    given = parser.parse_args()
    global clock
    if given.clock == "cpu":
        import torch

        torch.set_num_threads(1)
        clock = time.process_time
    source, suite = resolve(given.model, offline=True), load_suite(given.suite)
    limit = given.limit or given.share
    _, first = ours(source, suite, None, 1)
    names = list(first)
    rows = []
    for _ in range(given.rounds):
        seconds, results = ours(source, suite, names, limit)
        others = {b: theirs(source, suite, names, limit, b) for b in given.batches}
        best = min(others, key=lambda b: others[b][0])
        row: dict[str, Any] = {
            "packed_s": seconds,
            **{f"hf_{b}_s": s for b, (s, _) in others.items()},
            "best_batch": best,
        }
        row["ratio"] = others[best][0] / seconds
        row["largest_difference"], row["of"] = max(difference(results, found) for _, found in others.values())
        rows.append(row)
        print(json.dumps(row), flush=True)
    ratio = statistics.median(r["ratio"] for r in rows)
    what = f"limit {given.limit}" if given.limit else f"{given.share:.0%} of the items"
    print(f"{Path(given.model).name}, {given.suite}, {len(names)} tasks, {what}: median ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
