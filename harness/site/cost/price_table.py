"""The table of priced products: capability, list price in, out and cached, whose price it is and of when, and what a task costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import rank
from harness.site.cost import solved, tasks
from harness.site.widgets import blocks, columns, contained, controls
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

VIEWS = ("price", "seller", "task")
"""What the table shows beside model, maker and capability."""
REPORTED = "reported"
TASK_COLUMNS = ["task_cost", "task_effort", "task_as_of", "task_url", "task_test"]
SOLVED_COLUMNS = ["per_solved", "solved_day", "solved_test"]


@contained.section
def show(view: View, shown: pd.DataFrame, unit: str, *, points: bool, prices: str) -> None:
    """The rows of ``tradeoff.tradeoff`` as a table; ``points``: capability counts points and not shares, ``prices``: a market."""
    say, column = view.say, st.column_config
    rows = _in_words(view, shown, points)
    blocks.section(say("cost.table"))
    about = controls.segmented(say("cost.columns"), list(VIEWS), "columns", lambda name: say(f"cost.columns_{name}"))
    if about == "task":
        told = {name: next(iter(rows[name].dropna()), "–") for name in ("task_test", "solved_test")}
        st.caption(blocks.literal(say("cost.task_lead", **told)))
    places = "%.0f" if points else "%.3f"
    parts = {"price": _price_columns, "seller": _seller_columns, "task": _task_columns}
    more = parts[about](view)
    if prices == "any" and about == "price":
        more = {"mark": column.TextColumn(say("cost.mark"), width=110), **more}
    lead = next(iter(more))  # on a telephone the amount stands beside the model too
    ordered = {
        "label": column.TextColumn(say("columns.model"), pinned=True, width=155),
        lead: more.pop(lead),
        "y": column.NumberColumn(say("value.points") if points else unit, format=places, width=60),
        "interval": column.TextColumn(say("value.interval"), width=75),
        "vendor": column.TextColumn(say("columns.vendor"), width=95),
        **more,
    }
    blocks.table(view, rows, "frontier", ordered, alt=say("cost.table"), height=560)


def _price_columns(view: View) -> dict[str, Any]:
    say = view.say
    return {
        "x": _money(say("cost.mixed"), 78),
        "input_per_mtok": _money(say("cost.input"), 78),
        "output_per_mtok": _money(say("cost.output"), 78),
        "cache_read_per_mtok": _money(say("cost.cache_read"), 78),
        "evidence_of": None,
        "seller": st.column_config.TextColumn(say("columns.provider"), width=120),
        **_day_and_link(view, "as_of", "url"),
    }


def _seller_columns(view: View) -> dict[str, Any]:
    say, column = view.say, st.column_config
    return {
        "x": _money(say("cost.mixed"), 78),
        "membership": column.NumberColumn(
            say("cost.on_frontier"), format="%.0f%%", help=say("cost.membership"), width=90
        ),
        "kind_name": column.TextColumn(say("cost.kind"), width=70),
        "tier_name": column.TextColumn(say("cost.tier"), width=75),
        "speed": column.NumberColumn(say("cost.speed"), format="%.0f", width=75),
        "first_token": column.NumberColumn(say("cost.first_token"), format="%.1f", width=75),
        **_day_and_link(view, "as_of", "url"),
    }


def _task_columns(view: View) -> dict[str, Any]:
    say, column = view.say, st.column_config
    return {
        "task_cost": _money(say("tasks.cost"), 75),
        "task_effort": column.TextColumn(say("choose.effort"), width=90),
        **_day_and_link(view, "task_as_of", "task_url"),
        "per_solved": _money(say("cost.solved_short"), 95),
        "solved_day": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD", width=90),
    }


def _day_and_link(view: View, day: str, url: str) -> dict[str, Any]:
    say = view.say
    return {
        day: st.column_config.DateColumn(say("columns.as_of"), format="YYYY-MM-DD", width=90),
        url: columns.link(say("columns.link")),
    }


def _money(label: str, width: int) -> Any:
    return st.column_config.NumberColumn(label, format=MONEY, width=width)


def _in_words(view: View, shown: pd.DataFrame, points: bool) -> pd.DataFrame:
    say = view.say
    rows = shown.merge(task_costs(view), on="product_id", how="left")
    rows = rows.sort_values(["y", "x"], ascending=[False, True], ignore_index=True)
    digits = 0 if points else 3
    low, high = rows["y_low"].astype(float), rows["y_high"].astype(float)
    marks = [
        "below_half" if half else "" if leads else "other"
        for half, leads in zip(rows["below_half"], rows["leads"], strict=True)
    ]
    return rows.assign(
        interval=[
            "" if a != a or b != b else rank(round(a), round(b)) if points else f"{a:.{digits}f}–{b:.{digits}f}"
            for a, b in zip(low, high, strict=True)
        ],
        evidence_of=[f"price:{id}" for id in rows["product_id"]],
        membership=100 * rows["membership"].astype(float),
        mark=[say(f"cost.mark_{mark}") if mark else "" for mark in marks],
        kind_name=[say.known("provider_kind", kind) for kind in rows["provider_kind"]],
        tier_name=[say.known("tier", tier) for tier in rows["tier"]],
    )  # fmt: skip


def task_costs(view: View) -> pd.DataFrame:
    """Reported cost of a task at the highest effort and of a solved one, each of the benchmark with most of them, one row a product:
    ``product_id, task_cost, task_effort, task_as_of, task_url, task_test, per_solved, solved_day, solved_test``."""

    def compute() -> pd.DataFrame:
        import pandas as pd

        from harness.market.prices import task_costs as market

        say, known, items = view.say, tasks.benchmarks(view), solved.costs(view)
        rows = pd.DataFrame(columns=["product_id", *TASK_COLUMNS])
        if len(known):
            rows = market.task_costs(view, str(known["benchmark_id"].iloc[0])).dropna(subset="cost")
            rows = rows.assign(benchmark=str(known["benchmark"].iloc[0]))
            rows = market.highest_effort(rows[rows["basis"].eq(REPORTED)])
            rows = rows.rename(
                columns={"cost": "task_cost", "as_of": "task_as_of", "url": "task_url", "benchmark": "task_test"}
            )
            rows = rows.assign(task_effort=[say.known("effort", effort) for effort in rows["effort"]])
        if len(items):
            items = items[items["benchmark"].eq(solved.benchmarks(items).index[0])].sort_values("as_of")
            items = items.drop_duplicates("product_id", keep="last")
            items = items.rename(columns={"as_of": "solved_day", "test": "solved_test"})
        items = items.reindex(columns=["product_id", *SOLVED_COLUMNS])
        return rows[["product_id", *TASK_COLUMNS]].merge(items, on="product_id", how="outer")

    # names are in the language shown, so the language is part of the key
    out: pd.DataFrame = view.derived(f"products_task_costs-{view.language}", compute)
    return out
