"""The dates of the data: for each kind of it the oldest and newest day that this report rests on, and from how many sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from harness.reports.document import Table, table

if TYPE_CHECKING:
    from harness.reports.data import Material
    from harness.reports.messages import Words


def dates(material: Material, words: Words) -> Table:
    """The table, a row a kind of data that there is any of."""
    rows = [row for kind, frame in frames(material).items() if (row := _row(words, kind, frame))]
    columns = (words.column("data_kind"), words.column("newest_day", "date"), words.column("oldest_day", "date"),
               words.column("sources", "integer"), words.column("rows", "integer"))  # fmt: skip
    frame = pd.DataFrame(rows, columns=[c.key for c in columns])
    return table(frame, "dates", words("first.dates"), columns, ("data_kind",), note=words("first.dates_note"))


def frames(material: Material) -> dict[str, pd.DataFrame]:
    """The rows of each kind of data in the report's scope, with ``as_of`` and ``source_id``."""
    scope = material.scope
    listed = material.list_prices.reset_index()
    product = "model_id" if "model_id" in listed else "product_id"
    runs = material.runs.assign(as_of=material.runs["sealed"], source_id=material.runs["suite"])
    return {
        "price": listed[listed[product].isin(scope.models)],
        "reported_score": material.reported[material.reported["model_id"].isin(scope.models)],
        "model": material.models[material.models["model_id"].isin(scope.models)],
        "fact": material.frame("report_facts", vendor_ids=list(scope.vendors)),
        "relation": material.frame("report_relations", vendor_ids=list(scope.vendors)),
        "gpu_price": material.frame("gpu_prices"),
        "run": runs,
    }


def _row(words: Words, kind: str, frame: pd.DataFrame) -> dict[str, object] | None:
    days = pd.to_datetime(frame["as_of"], errors="coerce").dropna()
    if days.empty:
        return None
    kind_name = words(f"feeds.{kind}")
    return {
        "data_kind": kind_name[:1].upper() + kind_name[1:], "newest_day": days.max().date(), "oldest_day": days.min().date(),
        "sources": frame["source_id"].nunique(), "rows": len(frame),
    }  # fmt: skip
