"""Published throughputs beside the estimate: which is nearest to a reader's work, and whether it lies in the interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.cost.machine_memory import Architecture, Machine, Work, memory
from harness.analysis.cost.machine_speed import Throughput, estimated_throughput
from harness.market.own_machines.tables import Row, architecture, gpu, table

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

ALIKE = 1.25
"""A published throughput stands for a work whose prompt and output differ from its by at most this factor."""


@dataclass(frozen=True, slots=True)
class Published:
    """One row of ``throughputs.csv``: machine, work, tokens per second in and out together, software and source."""

    model_id: str
    machine: Machine
    work: Work
    tokens_per_s: float
    software: str
    source: str
    as_of: str


def published() -> list[Published]:
    """All published throughputs."""
    return [_published(row) for row in table("throughputs")]


def comparable(model_id: str | None, machine: Machine, work: Work) -> Published | None:
    """The published throughput of this model on this machine at this work, within the factor ``ALIKE``; None where there is none.

    Where requests are stated, theirs must be alike as well; of several the one whose lengths are nearest.
    """
    here = [
        row for row in published()
        if row.model_id == model_id
        and (row.machine.gpu, row.machine.gpus, row.machine.precision) == (machine.gpu, machine.gpus, machine.precision)
        and _apart(row, work) <= ALIKE
        and (work.requests is None or (row.work.requests is not None and _ratio(row.work.requests, work.requests) <= ALIKE))
    ]  # fmt: skip
    return min(here, key=lambda row: (_apart(row, work), -row.tokens_per_s), default=None)


def checked(queries: Queries) -> pd.DataFrame:
    """Every published throughput against its estimate, one row each, in output tokens per second: ``model_id, gpu, gpus, precision,
    prompt_tokens, output_tokens, requests, published, low, middle, high, inside, source``."""
    import pandas as pd

    models = queries.frame("models").set_index("model_id")
    rows = published()
    checks = [_output(check(row, _architecture(models, row.model_id)), row.work) for row in rows]
    found = pd.DataFrame(
        [
            (r.model_id, r.machine.gpu.name, r.machine.gpus, r.machine.precision, r.work.prompt_tokens, r.work.output_tokens,
             r.work.requests, r.tokens_per_s * r.work.output_tokens / r.work.tokens, *span, r.source)
            for r, span in zip(rows, checks, strict=True)
        ],
        columns=["model_id", "gpu", "gpus", "precision", "prompt_tokens", "output_tokens", "requests", "published", "low",
                 "middle", "high", "source"],
    )  # fmt: skip
    return found.assign(inside=found["published"].between(found["low"], found["high"]))


def check(row: Published, model: Architecture) -> Throughput:
    """The estimate of a published row's machine and work; with as many of its requests as the memory holds."""
    room = memory(model, row.machine, row.work).requests
    requests = None if row.work.requests is None else max(1, min(row.work.requests, room))
    return estimated_throughput(model, row.machine, Work(row.work.prompt_tokens, row.work.output_tokens, requests))


def _architecture(models: pd.DataFrame, model_id: str) -> Architecture:
    row = models.loc[model_id]
    return architecture(model_id, str(row["name"]), float(row["params_b"]), float(row["active_params_b"]))


def _output(estimate: Throughput, work: Work) -> tuple[float, float, float]:
    """Output tokens per second at the three points of the estimate."""
    share = work.output_tokens / work.tokens
    return estimate.both.low * share, estimate.both.middle * share, estimate.both.high * share


def _published(row: Row) -> Published:
    prompt, output = float(row["prompt_tokens"]), float(row["output_tokens"])
    machine = Machine(gpu(row["gpu"]), int(row["gpus"]), row["precision"], row["cache_precision"])
    work = Work(prompt, output, int(row["requests"]) if row["requests"] else None)
    both = float(row["output_tokens_per_s"]) * work.tokens / output
    return Published(row["model_id"], machine, work, both, row["software"], row["source"], row["as_of"])


def _apart(row: Published, work: Work) -> float:
    return max(_ratio(row.work.prompt_tokens, work.prompt_tokens), _ratio(row.work.output_tokens, work.output_tokens))


def _ratio(a: float, b: float) -> float:
    return max(a / b, b / a)
