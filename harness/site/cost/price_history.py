"""The price story: how the price of a level of capability fell, beside the list prices of the same models."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import scatter
from harness.charts.text import dollars, number
from harness.market.prices import price_history as market
from harness.market.prices.list_prices import RATIO
from harness.reports import choice_text
from harness.reports.sections import price_story
from harness.site.capability import scale
from harness.site.cost import best_value
from harness.site.widgets import blocks, contained
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.cost.history import PriceDecline
    from harness.charts.chart import Chart
    from harness.site.server.view import View


SAME = 0.005
"""Relative difference within which two prices are shown alike."""


def history(view: View, ratio: float, cached: float = 0.0) -> market.PriceHistory | None:
    """``market.price_history`` of the database's scale."""

    def compute(ratio: float, cached: float) -> market.PriceHistory | None:
        return market.price_history(view, scale.fitted(view), ratio, cached)

    out: market.PriceHistory | None = view.derived("price_history", compute, ratio=ratio, cached=cached)
    return out


@contained.section
def show(view: View, ratio: float, cached: float) -> None:
    """The story in one paragraph, the lowest price of each level over time, how fast it halves, and the price indices."""
    say = view.say
    story = history(view, ratio, cached)
    if story is None or not story.levels:
        return
    with st.container(border=True, key="price-answer"):
        st.markdown(f"## {blocks.literal(_headline(view, story))}")
        st.markdown(blocks.literal(price_story.paragraph(say, story)))
        st.caption(
            blocks.literal(choice_text.paragraph(say, [say("prices.two_measures"), _today(view, story, ratio, cached)]))
        )
    blocks.chart(view, _levels(view, story, ratio))
    _table(view, story)
    if len(story.index) > 1:
        blocks.chart(view, _index(view, story))


def _headline(view: View, story: market.PriceHistory) -> str:
    """What the lowest level cost first and costs now, and with which product."""
    import pandas as pd

    level = story.levels[0]
    last = story.lowest[story.lowest["model_id"] == level.model_id].sort_values("date").iloc[-1]
    whole = level.whole
    months = round((pd.Timestamp(whole.last) - pd.Timestamp(whole.first)).days * 12 / 365.25)
    return view.say(
        "prices.headline", model=level.model, before=dollars(whole.before), now=dollars(whole.now), months=months,
        start=str(whole.first)[:7], end=str(whole.last)[:7], product=last["product"], day=str(last["date"])[:7],
        times=number(whole.before / whole.now, 0),
    )  # fmt: skip


def _today(view: View, story: market.PriceHistory, ratio: float, cached: float) -> str:
    """What the lowest level costs at today's list prices, where the record is no longer asked; empty where it still is.

    Best value is counted at the usual ratio without a cache, so that nothing is said at another.
    """
    level, values = story.levels[0], best_value.levels(view)
    if values.empty or (ratio, cached) != (RATIO, 0.0):
        return ""
    rows = values[values["level_id"].eq(level.model_id) & values["measure"].eq("token")]
    if rows.empty or float(rows["cost"].iloc[0]) <= level.whole.now * (1 + SAME):
        return ""
    row = rows.iloc[0]
    return view.say(
        "prices.today",
        record=dollars(level.whole.now),
        level=level.model,
        product=row["model"],
        cost=dollars(row["cost"]),
    )


def _levels(view: View, story: market.PriceHistory, ratio: float) -> Chart:
    import pandas as pd

    say = view.say
    parts = []
    for level in story.levels:
        part = story.lowest[story.lowest["model_id"] == level.model_id][["date", "price", "product"]]
        end = pd.DataFrame(
            {"date": [story.last], "price": [part["price"].iloc[-1]], "product": [part["product"].iloc[-1]]}
        )
        part = pd.concat([part, end], ignore_index=True).drop_duplicates("date")
        parts.append(part.assign(series=say("cost.level", model=level.model), x=part["date"], y=part["price"]))
    steepest = min(story.levels, key=lambda level: level.whole.halving)
    return scatter.lines(
        pd.concat(parts, ignore_index=True)[["series", "x", "y", "product"]], x_unit=say("cost.date"),
        y_unit=say("cost.unit_short", ratio=f"{ratio:g}"), title=price_story.level_sentence(say, steepest), note=say("prices.note"),
        source=say("prices.source", first=str(story.first)[:10], last=str(story.last)[:10]), name="price-history",
        log_y=True, steps=True, height=440,
    )  # fmt: skip


def _halving(view: View, fall: PriceDecline) -> str:
    """Months in which the price halved, with the 95% interval where there is one."""
    if not math.isfinite(fall.halving):
        return view.say("prices.no_fall")
    return number(fall.halving, 1) + (f" ({price_story.ends(fall)})" if math.isfinite(fall.low) else "")


def _table(view: View, story: market.PriceHistory) -> None:
    import pandas as pd

    say, column = view.say, st.column_config
    rows = []
    last = story.lowest.sort_values("date").drop_duplicates("model_id", keep="last").set_index("model_id")
    for level in story.levels:
        for period, fall in (("whole", level.whole), ("first", level.first_year), ("last", level.last_year)):
            if fall is not None:
                rows.append(
                    {"level": level.model, "points": level.points,
                     "by": last.loc[level.model_id, "product"] if period != "first" else "",
                     "product_id": last.loc[level.model_id, "product_id"] if period != "first" else None, "period": say(f"prices.{period}"),
                     "from": fall.first, "to": fall.last, "before": fall.before, "now": fall.now,
                     "halving": _halving(view, fall)}
                )  # fmt: skip
    blocks.table(
        view,
        pd.DataFrame(rows),
        "price-levels",
        {
            "level": column.TextColumn(say("prices.level"), pinned=True, width=140),
            "points": column.NumberColumn(say("value.points"), format="%.0f", width=60),
            "period": column.TextColumn(say("prices.period")),
            "from": column.DateColumn(say("prices.from"), format="YYYY-MM-DD"),
            "to": column.DateColumn(say("prices.to"), format="YYYY-MM-DD"),
            "before": column.NumberColumn(say("prices.before"), format=MONEY),
            "now": column.NumberColumn(say("prices.now"), format=MONEY),
            "halving": column.TextColumn(say("prices.halving"), width=130),
            "by": column.TextColumn(say("columns.model"), width=165, help=say("prices.by_help")),
        },
        alt=say("prices.title"),
        together=("points", "halving"),
        height=460,
    )


def _index(view: View, story: market.PriceHistory) -> Chart:
    import pandas as pd

    say = view.say
    frame: pd.DataFrame = story.index
    last = frame.iloc[-1]
    rows = pd.concat(
        [frame.assign(series=say(f"prices.{kind}"), x=frame["date"], y=frame[column])
         for kind, column in (("basket_line", "basket"), ("same_line", "same"))]
    )  # fmt: skip
    return scatter.lines(
        rows[["series", "x", "y"]], x_unit=say("cost.date"), y_unit=say("prices.index_unit", day=str(frame["date"].iloc[0])[:10]),
        title=say("prices.index_title", levels=price_story.basket(say, story), basket=number(float(last["basket"]), 1), same=number(float(last["same"]), 0)),
        note=say("prices.index_note", levels=int(last["items"]), models=int(last["models"])),
        source=say("prices.source", first=str(story.first)[:10], last=str(story.last)[:10]), name="price-index", log_y=True,
        height=320,
    )  # fmt: skip
