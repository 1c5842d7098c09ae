"""The dates of the data: for each kind of it the oldest and newest day that this report rests on, and from how many sources."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from harness.market.prices.self_hosted import self_hosted
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


def newest_shown(material: Material) -> dt.date | None:
    """The newest day of the table; None where it has no row."""
    days = [pd.to_datetime(frame["as_of"], errors="coerce").max() for frame in frames(material).values()]
    known = [day for day in days if not pd.isna(day)]
    return max(known).date() if known else None


def frames(material: Material) -> dict[str, pd.DataFrame]:
    """The rows of each kind of data in the report's scope, with ``as_of`` and ``source_id``."""
    scope = material.scope
    listed = material.list_prices.reset_index()
    product = "model_id" if "model_id" in listed else "product_id"
    own = self_hosted(material)
    hosted = own[own["run_id"].isin(material.runs["run_id"])]  # without one, no number rests on what a GPU costs
    runs = material.runs.assign(as_of=material.runs["sealed"], source_id=material.runs["suite"])
    return {
        "price": listed[listed[product].isin(scope.models)],
        "reported_score": material.reported[material.reported["model_id"].isin(scope.models)],
        "model": material.models[material.models["model_id"].isin(scope.models)],
        "fact": material.frame("report_facts", vendor_ids=list(scope.vendors)),
        "relation": material.frame("report_relations", vendor_ids=list(scope.vendors)),
        **({"gpu_price": material.frame("gpu_prices")} if len(hosted) else {}),
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
