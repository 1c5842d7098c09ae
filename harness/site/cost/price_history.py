"""The price story: how the price of a level of capability fell, beside the list prices of the same models."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import scatter
from harness.charts.text import dollars, number
from harness.market.prices import price_history as market
from harness.site.capability import scale
from harness.site.widgets import blocks

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.cost.history import PriceDecline, PriceMove
    from harness.charts.chart import Chart
    from harness.site.server.view import View


def history(view: View, ratio: float, cached: float = 0.0) -> market.PriceHistory | None:
    """``market.price_history`` of the database's scale."""

    def compute(ratio: float, cached: float) -> market.PriceHistory | None:
        return market.price_history(view, scale.fitted(view), ratio, cached)

    out: market.PriceHistory | None = view.derived("price_history", compute, ratio=ratio, cached=cached)
    return out


def show(view: View, ratio: float, cached: float) -> None:
    """The story in one paragraph, the lowest price of each level over time, how fast it halves, and the price indices."""
    say = view.say
    story = history(view, ratio, cached)
    if story is None or not story.levels:
        return
    blocks.section(say("prices.title"))
    st.markdown(blocks.literal(paragraph(view, story)))
    blocks.chart(view, _levels(view, story, ratio))
    _table(view, story)
    if len(story.index) > 1:
        blocks.chart(view, _index(view, story))


def level_sentence(view: View, level: market.Level) -> str:
    """What a level cost first and what it costs now, and in how many months it halved."""
    whole = level.whole
    values = {"model": level.model, "before": dollars(whole.before), "start": str(whole.first)[:7],
              "now": dollars(whole.now), "end": str(whole.last)[:7]}  # fmt: skip
    if math.isinf(whole.halving):
        return view.say("prices.level_same", **values)
    return view.say("prices.level_fell", halving=_months(whole), **values)


def paragraph(view: View, story: market.PriceHistory) -> str:
    """Both halves of the story: the same capability gets cheaper, the same models hardly do."""
    text = level_and_models(view, story)
    if len(story.index) > 1:
        last = story.index.iloc[-1]
        both = view.say(
            "prices.both", basket=number(float(last["basket"]), 1), same=number(float(last["same"]), 0),
            first=str(story.index["date"].iloc[0])[:7],
        )  # fmt: skip
        text = view.say("prices.story", first=text, rest=both)
    return text


def level_and_models(view: View, story: market.PriceHistory) -> str:
    """How the price of the lowest level fell, and what the list prices of the same models did."""
    models = view.say("common.stop") if story.move is None else _moved(view, story.move)
    return level_sentence(view, story.levels[0]) + models


def _moved(view: View, move: PriceMove) -> str:
    key = "same" if abs(move.median) < 0.005 else "fell" if move.median < 0 else "rose"
    return view.say(
        f"prices.models_{key}", n=move.models, change=f"{abs(move.median):.0%}", low=_signed(move.low),
        high=_signed(move.high), first=str(move.first)[:7], last=str(move.last)[:7],
    )  # fmt: skip


def _signed(share: float) -> str:
    """A relative change with its sign; none where it rounds to nothing."""
    return f"{share:+.0%}" if abs(share) >= 0.005 else "0%"


def _months(fall: PriceDecline) -> str:
    """The halving time with its interval, which is left out where every redrawn scale gives the same."""
    alone = number(fall.halving, 1)
    return alone if number(fall.low, 1) == number(fall.high, 1) else f"{alone} ({_ends(fall)})"


def _ends(fall: PriceDecline) -> str:
    high = "∞" if math.isinf(fall.high) else number(fall.high, 1)
    return f"{number(fall.low, 1)}–{high}"


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
        y_unit=say("cost.unit_short", ratio=f"{ratio:g}"), title=level_sentence(view, steepest), note=say("prices.note"),
        source=say("prices.source", first=str(story.first)[:10], last=str(story.last)[:10]), name="price-history",
        log_y=True, steps=True, height=440,
    )  # fmt: skip


def _table(view: View, story: market.PriceHistory) -> None:
    import pandas as pd

    say, column = view.say, st.column_config
    rows = []
    for level in story.levels:
        for period, fall in (("whole", level.whole), ("first", level.first_year), ("last", level.last_year)):
            if fall is not None:
                rows.append(
                    {"level": level.model, "points": level.points, "period": say(f"prices.{period}"),
                     "from": fall.first, "to": fall.last, "before": fall.before, "now": fall.now,
                     "halving": number(fall.halving, 1) if math.isfinite(fall.halving) else say("prices.no_fall"),
                     "interval": _ends(fall) if math.isfinite(fall.low) else "–"}
                )  # fmt: skip
    blocks.table(
        view,
        pd.DataFrame(rows),
        "price-levels",
        {
            "level": column.TextColumn(say("prices.level"), pinned=True),
            "points": column.NumberColumn(say("scale.points"), format="%.0f"),
            "period": column.TextColumn(say("prices.period")),
            "from": column.DateColumn(say("prices.from"), format="YYYY-MM-DD"),
            "to": column.DateColumn(say("prices.to"), format="YYYY-MM-DD"),
            "before": column.NumberColumn(say("prices.before"), format="$%.4g"),
            "now": column.NumberColumn(say("prices.now"), format="$%.4g"),
            "halving": column.TextColumn(say("prices.halving")),
            "interval": column.TextColumn(say("prices.interval")),
        },
        alt=say("prices.title"),
        height=300,
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
        title=say("prices.index_title", basket=number(float(last["basket"]), 1), same=number(float(last["same"]), 0)),
        note=say("prices.index_note", levels=int(last["items"]), models=int(last["models"])),
        source=say("prices.source", first=str(story.first)[:10], last=str(story.last)[:10]), name="price-index", log_y=True,
        height=320,
    )  # fmt: skip
