"""From answers to lm-eval's scores and samples: its own metrics, filters and aggregation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.engine.load import quiet
from harness.runs.requests import Book
from harness.runs.templates import compiled_once


def evaluate(
    tasks: Mapping[str, Any],
    book: Book,
    responses: Sequence[Sequence[Any]],
    *,
    limit: float | None = None,
    chosen: Mapping[str, Sequence[int]] | None = None,
) -> tuple[dict[str, dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """lm-eval's ``results`` and ``samples`` by task.

    The requests were built before (few-shot draws are stateful), so the tasks keep their instances
    and a model that only looks answers up is handed over. lm-eval's bootstrap is off: it forks a
    pool and runs for minutes; our standard errors stand in ``harness.runs.tables``.
    """
    from lm_eval.evaluator import evaluate as lm_evaluate

    for task in tasks.values():
        task.build_all_requests = lambda **_: None
    with quiet(), compiled_once():
        found = lm_evaluate(
            lm=_lookup(book, responses),
            task_dict={"tasks": dict(tasks), "groups": {}, "group_map": {}},
            limit=limit,
            samples={name: list(items) for name, items in chosen.items()} if chosen is not None else None,
            bootstrap_iters=0,
            log_samples=True,
            confirm_run_unsafe_code=False,
        )
    return dict(found["results"]), dict(found["samples"])


def _lookup(book: Book, responses: Sequence[Sequence[Any]]) -> Any:
    """An lm-eval model that answers each instance from ``responses``, draw by draw."""
    from lm_eval.api.model import LM

    given = {id(instance): list(found) for instance, found in zip(book.instances, responses, strict=True)}

    class Lookup(LM):  # type: ignore[misc]
        def _answer(self, requests: list[Any]) -> list[Any]:
            drawn: dict[int, int] = {}
            out = []
            for request in requests:
                draw = drawn.get(id(request), 0)
                drawn[id(request)] = draw + 1
                out.append(given[id(request)][draw])
            return out

        def loglikelihood(self, requests: list[Any], **_: Any) -> list[Any]:
            return self._answer(requests)

        def loglikelihood_rolling(self, requests: list[Any], **_: Any) -> list[Any]:
            return self._answer(requests)

        def generate_until(self, requests: list[Any], **_: Any) -> list[Any]:
            return self._answer(requests)

    return Lookup()
