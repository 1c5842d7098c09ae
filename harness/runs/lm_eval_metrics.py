"""From answers to lm-eval's scores and samples: its own metrics, filters and aggregation, and the bits per byte of texts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from harness.engine.libraries import quiet
from harness.runs.requests import RequestSet
from harness.runs.task_code import task_errors
from harness.suites.computed_scores import BYTE_METRICS, TEXT_BITS
from harness.suites.jinja_cache import compiled_once


def evaluate(
    tasks: Mapping[str, Any],
    request_set: RequestSet,
    responses: Sequence[Sequence[Any]],
    text_loglikelihoods: Mapping[str, float] = MappingProxyType({}),
    *,
    limit: float | None = None,
    chosen: Mapping[str, Sequence[int]] | None = None,
) -> tuple[dict[str, dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """lm-eval's ``results`` and ``samples`` by task, those of rolling texts with ``text_bits_per_byte`` beside lm-eval's.

    Few-shot draws are stateful, so the tasks do not build their requests again: their instances are those of
    ``request_set``, and the model that lm-eval asks only looks ``responses`` up. This is the one place that changes
    lm-eval's task objects. lm-eval's bootstrap is off: it forks a pool and runs for minutes; our standard errors stand
    in ``harness.runs.tables``.

    Raises:
        RunFailed: a filter, metric or aggregation cannot be computed; the message names task and place.
    """
    with task_errors.computing():
        return compute(tasks, request_set, responses, text_loglikelihoods, limit=limit, chosen=chosen)


def compute(
    tasks: Mapping[str, Any],
    request_set: RequestSet,
    responses: Sequence[Sequence[Any]],
    text_loglikelihoods: Mapping[str, float] = MappingProxyType({}),
    *,
    limit: float | None = None,
    chosen: Mapping[str, Sequence[int]] | None = None,
) -> tuple[dict[str, dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """As ``evaluate``, with the errors of lm-eval's code as they are."""
    from lm_eval.evaluator import evaluate as lm_evaluate

    from harness.suites.own.bounded_templates import metrics_bounded

    for name, task in tasks.items():
        task.build_all_requests = lambda **_: None
        task._instances = [instance for instance in request_set.instances if instance.task_name == name]
    with quiet(), compiled_once(), metrics_bounded(len(request_set.instances)):
        scores = lm_evaluate(
            lm=_lookup(request_set, responses),
            task_dict={"tasks": dict(tasks), "groups": {}, "group_map": {}},
            limit=limit,
            samples={name: list(items) for name, items in chosen.items()} if chosen is not None else None,
            bootstrap_iters=0,
            log_samples=True,
            confirm_run_unsafe_code=False,
        )
    results, samples = dict(scores["results"]), dict(scores["samples"])
    for name in tasks:
        _add_text_bits(results[name], samples[name], text_loglikelihoods)
    return results, samples


def _add_text_bits(
    result: dict[str, Any], samples: Sequence[dict[str, Any]], text_loglikelihoods: Mapping[str, float]
) -> None:
    """Add ``text_bits_per_byte`` to each item of a rolling task, over the bytes that lm-eval itself counts, and to the result."""
    pairs: dict[str, list[tuple[float, float]]] = {}
    for sample in samples:
        by_bytes = next((sample[m] for m in BYTE_METRICS if m in sample["metrics"]), None)
        text = str(sample["arguments"][0][0]) if sample["arguments"] else ""
        if by_bytes is not None and text in text_loglikelihoods:
            sample[TEXT_BITS] = (text_loglikelihoods[text], by_bytes[1])
            sample["metrics"] = [*sample["metrics"], TEXT_BITS]
            pairs.setdefault(sample["filter"], []).append(sample[TEXT_BITS])
    for name, values in pairs.items():
        total = math.fsum(n for _, n in values)
        result[f"{TEXT_BITS},{name}"] = -math.fsum(p for p, _ in values) / (total * math.log(2)) if total else math.nan


def _lookup(request_set: RequestSet, responses: Sequence[Sequence[Any]]) -> Any:
    """An lm-eval model that answers each instance from ``responses``, draw by draw."""
    from lm_eval.api.model import LM

    by_instance = {id(i): list(r) for i, r in zip(request_set.instances, responses, strict=True)}

    class Lookup(LM):  # type: ignore[misc]
        def _answer(self, requests: list[Any]) -> list[Any]:
            draws: dict[int, int] = {}
            out = []
            for request in requests:
                draw = draws.get(id(request), 0)
                draws[id(request)] = draw + 1
                out.append(by_instance[id(request)][draw])
            return out

        def loglikelihood(self, requests: list[Any], **_: Any) -> list[Any]:
            return self._answer(requests)

        def loglikelihood_rolling(self, requests: list[Any], **_: Any) -> list[Any]:
            return self._answer(requests)

        def generate_until(self, requests: list[Any], **_: Any) -> list[Any]:
            return self._answer(requests)

    return Lookup()
