"""The second chart: capability against what a task costs, or against the list price where few tasks' costs are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.market.names_of_tasks import TaskNames
from harness.reports.document import Figure, Point, each
from harness.reports.summary import field

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words
    from harness.reports.subjects import Subject

DRAWN = 28
"""Marks of the chart: the subject's, those on the frontier, and the most capable of the rest."""
LEAST = 0.6
"""Share of the subject's models that need a cost per task before the chart is of tasks."""
TASK = ("task_cost", "on_task_frontier", "task_as_of")
PRICE = ("price", "on_price_frontier", "as_of")


def value_chart(material: Material, words: Words, about: Subject) -> Figure | None:
    """The figure; None where fewer than two ranked models have a price."""
    board, strong = material.priced, set(field.own(material, about))
    own = (
        board[board["model_id"].isin(strong)]
        if strong
        else field.ranked(material).merge(board[["model_id", *TASK]], on="model_id")
    )
    of_tasks = bool(len(own) and own["task_cost"].notna().mean() >= LEAST)
    cost, edge, day = TASK if of_tasks else PRICE
    rows = board.assign(x=board[cost], edge=board[edge].eq(True), strong=board["model_id"].isin(strong))
    rows = rows[rows["x"].notna() & (rows["x"] > 0) & (rows["leads"].eq(True) | rows["strong"] | of_tasks)]
    if len(rows) < 2:
        return None
    rows = rows.sort_values(["strong", "edge", "score"], ascending=False, kind="stable").head(DRAWN)
    drawn = tuple(
        Point(str(r.model), float(r.x), y=float(r.score), y_low=float(r.low), y_high=float(r.high),
              group=str(r.segment), mark=bool(r.edge), strong=bool(r.strong))
        for r in each(rows)
    )  # fmt: skip
    unit = words("first.task_unit", benchmark=_benchmark(material, words)) if of_tasks else words("price.unit")
    source = words("first.task_source" if of_tasks else "first.price_source", day=str(rows[day].dropna().max())[:10])
    return Figure("value", "scatter", _title(words, rows, of_tasks=of_tasks), unit, words("first.frontier"), source, drawn,
                  unit_y=words("first.points"), origin="reported", narrow=True)  # fmt: skip


def _benchmark(material: Material, words: Words) -> str:
    return TaskNames(material, words).task(str(material.priced["task_benchmark"].iloc[0]))


def _title(words: Words, rows: pd.DataFrame, *, of_tasks: bool) -> str:
    own = rows[rows["strong"]] if rows["strong"].any() else rows[rows["edge"]]
    if own.empty:
        own = rows
    first = own.sort_values("score", ascending=False, kind="stable").iloc[0]
    # what a reader can compare: the cheapest of the subject's, else the cheapest on the frontier
    others = own if len(own) > 1 else rows[rows["edge"] & (rows["model_id"] != first["model_id"])]
    others = others[others["x"] < first["x"]]
    if others.empty:
        on = "first.on_frontier" if bool(first["edge"]) else "first.no_cheaper"
        return words.sentence(on, {"cost": (float(first["x"]), "money")}, model=first["model"]).text
    # the most capable of what costs at most half as much, else the cheapest
    half = others[others["x"] <= float(first["x"]) / 2]
    cheap = (half if len(half) else others).sort_values("score", ascending=False, kind="stable").iloc[0]
    numbers = {
        "high": (float(first["x"]), "money"), "low": (float(cheap["x"]), "money"),
        "ratio": (float(first["x"]) / float(cheap["x"]), "times"),
        "points": (float(first["score"]) - float(cheap["score"]), "level"),
    }  # fmt: skip
    more = numbers["points"][0] >= 0.5
    if of_tasks:
        key = "first.buys_task" if more else "first.buys_nothing_task"
    else:
        key = "first.buys" if more else "first.buys_nothing"
    return words.sentence(key, numbers, model=first["model"], other=cheap["model"]).text
