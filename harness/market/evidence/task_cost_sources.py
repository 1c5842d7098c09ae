"""Where the cost of a task comes from, and what others reported of the same product and benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from harness.market.evidence.reference import Reference, digests
from harness.market.evidence.sources import SAME, SHOWN, Evidence, product, with_sources
from harness.market.prices.task_costs import highest_effort, task_costs

if TYPE_CHECKING:
    from harness.market.queries import Queries

ROW = ("effort", "setting")
"""What tells one cost from another of the same product and benchmark."""
UNITS = {
    "cost": "USD",
    "output_tokens": "tokens",
    "seconds": "seconds",
    "speed": "tokens/second",
    "first_token": "seconds",  # nosec B105  # a unit
}
"""What a row of ``task_costs`` is shown by, the first that it has: its cost, else tokens, else times."""


def references(rows: pd.DataFrame) -> list[str]:
    """The reference to each row of ``task_costs``."""
    return [str(Reference("cost", (str(p), str(b)), row))
            for p, b, row in zip(rows["product_id"], rows["benchmark_id"], digests(rows, ROW), strict=True)]  # fmt: skip


def cost(queries: Queries, reference: Reference) -> Evidence | None:
    """What a task costs a product: the row of ``task_costs`` that is named, else the one at the highest effort; None where there is none.

    The same: every other report of that benchmark under the same key, whatever the effort; ``remark`` is ``estimated`` where only
    tokens are reported and the cost is those at the list price.
    """
    product_id, benchmark_id = reference.of
    rows = task_costs(queries, benchmark_id)
    rows = rows[rows["product_id"].eq(product_id)]
    rows = rows.assign(row=digests(rows, ROW))
    rows = rows[rows["row"].eq(reference.row)] if reference.row else highest_effort(_with_cost_first(rows))
    if rows.empty:
        return None
    first: dict[Any, Any] = rows.iloc[0].to_dict()
    key = next((key for key in UNITS if first[key] == first[key]), "cost")
    estimated = key == "cost" and first["basis"] == "estimated"
    shown = rows.head(1).assign(group=SHOWN, value=first[key], unit=UNITS[key], remark="estimated" if estimated else "")
    every = queries.frame("costs_of_a_task", product_id=product_id, benchmark_id=benchmark_id)
    every = every[every["key"].eq("output_tokens" if estimated else key)]
    if not estimated:
        itself = (
            every["value"].eq(first[key])
            & every["source_id"].eq(first["source_id"])
            & every["effort"].eq(first["effort"])
        )
        every = every.drop(index=every[itself & every["as_of"].eq(first["as_of"])].index[:1])
    every = every.assign(row="", group=SAME)
    out = pd.concat([part for part in (shown, every) if len(part)], ignore_index=True)
    setters = queries.frame("benchmarks").set_index("benchmark_id")[["set_up_by", "edition"]]
    out = out.assign(
        set_up_by=out["benchmark_id"].map(setters["set_up_by"]), edition=out["benchmark_id"].map(setters["edition"])
    )
    of = product(queries, product_id) | {"benchmark_id": benchmark_id, "key": key}
    return Evidence(reference, of, with_sources(queries, out))


def _with_cost_first(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with a cost, all where none has one."""
    known = rows[rows["cost"].notna()]
    return known if len(known) else rows
