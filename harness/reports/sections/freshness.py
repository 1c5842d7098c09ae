"""Data freshness: the sources behind the report, with their dates and licences."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.reports.document import Part, Section, table

if TYPE_CHECKING:
    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 100
"""Place of the section in the report."""


def freshness(material: Material, words: Words) -> Section:
    """The section Data freshness: the sources that this report rests on."""
    rows = material.frame("freshness")
    used = _used(material)
    rows = rows[rows["source_id"].isin(used)].reset_index(drop=True)
    if rows.empty:
        return replace(
            words.section("freshness", Part(sentences=(words.sentence("proof.no_sources"),))), kind="appendix"
        )
    rows = rows.assign(
        feeds_names=[", ".join(words.known("feeds", f) for f in str(v).split(", ")) for v in rows["feeds"]]
    )
    columns = (
        words.column("title"), words.column("publisher"), words.column("licence"), words.column("feeds_names"),
        words.column("rows", "integer"), words.column("first_as_of", "date"), words.column("last_as_of", "date"),
        words.column("retrieved", "date"), words.id("source_id"),
    )  # fmt: skip
    newest = str(rows["last_as_of"].max())[:10]
    oldest = str(rows["last_as_of"].min())[:10]
    dates = words.sentence("proof.sources", {"n": (len(rows), "integer")}, newest=newest, oldest=oldest)
    unread = rows["retrieved"].isna()
    numbers = {"n": (int(unread.sum()), "integer"), "rows": (int(rows.loc[unread, "rows"].sum()), "integer")}
    sentences = (dates, words.sentence("proof.unopened", numbers)) if unread.any() else (dates,)
    sources = table(rows, "sources", words("proof.source_table"), columns, ("source_id",))
    return replace(words.section("freshness", Part((sources,), sentences=sentences)), kind="appendix")


def _used(material: Material) -> set[str]:
    scope = material.scope
    frames = (
        material.list_prices[material.list_prices["model_id"].isin(scope.models)],
        material.models[material.models["model_id"].isin(scope.models)],
        material.reported[material.reported["model_id"].isin(scope.models)],
        material.vendors[material.vendors["vendor_id"].isin(scope.vendors)],
        material.frame("report_facts", vendor_ids=list(scope.vendors)),
        material.frame("report_relations", vendor_ids=list(scope.vendors)),
    )
    return {str(v) for frame in frames for v in frame["source_id"].dropna()}


def newest_day(material: Material) -> dt.date:
    """The newest date in the data: a report's date."""
    import pandas as pd

    days = [pd.to_datetime(material.frame("freshness")["last_as_of"]).max()]
    days.append(pd.to_datetime(material.leading["sealed"]).max())
    known = [d for d in days if d == d and d is not None]
    return max(known).date() if known else dt.date(1980, 1, 1)
