"""What changed since a date: new models, prices that moved, ranks that moved beyond their intervals, new runs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from harness.market.names_of_tasks import TaskNames
from harness.reports.document import Part, Section, table

if TYPE_CHECKING:
    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 80
"""Place of the section in the report."""


def changes(material: Material, words: Words) -> Section:
    """The section What changed; the report's choices hold the date."""
    since = material.choices.since
    assert since is not None
    parts = (part(material, words, since) for part in (_new_models, _prices, _ranks, _runs))
    return words.section("changes", *parts, since=since.isoformat())


def _new_models(material: Material, words: Words, since: dt.date) -> Part:
    import pandas as pd

    rows = material.models[material.models["model_id"].isin(material.scope.models)]
    rows = rows[pd.to_datetime(rows["released"]) >= pd.Timestamp(since)]
    count = words.sentence("moved.models", {"n": (len(rows), "integer")})
    if rows.empty:
        return Part(sentences=(count,))
    rows = rows.assign(vendor=words.vendor(rows)).sort_values(["released", "model_id"], ascending=[False, True])
    columns = (
        words.column("name", label="model"), words.column("vendor"), words.column("released", "date"),
        words.column("params_b", "plain"), words.column("licence"), words.id("source_id"), words.id("model_id"),
    )  # fmt: skip
    return Part((table(rows, "new_models", words("moved.new_models"), columns, ("model_id",)),), sentences=(count,))


def _prices(material: Material, words: Words, since: dt.date) -> Part:
    from harness.market.prices.price_changes import price_changes

    rows = price_changes(material, since).rename(columns={"output_change": "change"})
    rows = rows[rows["model_id"].isin(material.scope.models)]
    fell = int((rows["change"] < 0).sum())
    numbers = {"n": (len(rows), "integer"), "fell": (fell, "integer")}
    count = words.sentence("moved.prices", numbers)
    if rows.empty:
        return Part(sentences=(count,))
    columns = (
        words.column("model"), words.column("provider"), words.column("as_of", "date"),
        words.column("input_before", "money", "USD"), words.column("input_now", "money", "USD"),
        words.column("output_before", "money", "USD"), words.column("output_now", "money", "USD"),
        words.column("change", "percent"), words.id("source_id"), words.id("offer_id"),
    )  # fmt: skip
    moves = table(rows, "price_moves", words("moved.price_moves"), columns, ("provider", "offer_id", "as_of"))
    return Part((moves,), sentences=(count,))


def _ranks(material: Material, words: Words, since: dt.date) -> Part:
    import pandas as pd

    from harness.analysis.scale.fit import fit_reported
    from harness.analysis.scale.ranks import rank_intervals
    from harness.analysis.statistics.ranking import moved_ranks
    from harness.market.scale_board import scale_board

    old = material.reported[pd.to_datetime(material.reported["as_of"]) < pd.Timestamp(since)]
    fits = (fit_reported(old), material.fit)
    before = scale_board(material, fits[0])
    if before.empty:
        return Part(sentences=(words.sentence("moved.no_scale"),))
    both = set(before["model_id"]) & set(material.scale["model_id"])
    ranks = [rank_intervals(fit, both).rename(columns={"model_id": "model"}) for fit in fits if fit is not None]
    rows = moved_ranks(ranks[0], ranks[-1]).rename(columns={"model": "model_id"})
    rows = rows[rows["model_id"].isin(material.scope.models)]
    rows = rows.assign(model=rows["model_id"].map(material.scale.set_index("model_id")["model"]))
    numbers = {"n": (len(rows), "integer"), "both": (len(both), "integer")}
    count = words.sentence("moved.ranks", numbers)
    if rows.empty:
        return Part(sentences=(count,))
    columns = (
        words.column("model"), words.column("before_low", "integer"), words.column("before_high", "integer"),
        *words.ranks(), words.id("model_id"),
    )  # fmt: skip
    moves = table(rows, "rank_moves", words("moved.rank_moves"), columns, ("model_id",), note=words("moved.rank_note"))
    return Part((moves,), sentences=(count,))


def _runs(material: Material, words: Words, since: dt.date) -> Part:
    import pandas as pd

    rows = material.runs
    rows = rows[(rows["origin"] == "measured") & (pd.to_datetime(rows["sealed"]) >= pd.Timestamp(since))]
    count = words.sentence("moved.runs", {"n": (len(rows), "integer")})
    if rows.empty:
        return Part(sentences=(count,))
    columns = (words.column("model"), words.column("suite"), words.id("suite_version"),
               words.column("sealed", "date"), words.column("run_id"))  # fmt: skip
    runs = table(
        TaskNames(material, words).named(rows.assign(model=rows["label"].map(material.called))),
        "new_runs",
        words("moved.new_runs"),
        columns,
        ("run_id",),
    )
    return Part(details=(runs,), sentences=(count,), runs=tuple(rows["run_id"].astype(str)))
