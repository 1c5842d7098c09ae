"""List prices against a capability axis: the frontier's chart and table."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import scatter
from harness.charts.text import dollars, number, sellers, span, together
from harness.market.headlines import GPT_5_POINTS, cheapest_at
from harness.market.prices import tradeoff as market
from harness.market.prices.list_prices import MARKETS, RATIO
from harness.site.capability import leaderboard, scale
from harness.site.cost import price_table
from harness.site.widgets import blocks, contained, controls, pins

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from harness.charts.chart import Chart
    from harness.site.server.view import View

Axis = tuple[str, str, str]
"""What capability is read from: origin, suite (or ``scale``), version."""


def axes(view: View) -> list[Axis]:
    """The capability axes that the data offers: the scale of reported scores, then suites."""
    out: list[Axis] = [] if scale.board(view).empty else [("reported", "scale", "")]
    for origin in ("measured", "imported"):
        out += [(origin, suite, version) for suite, version in leaderboard.suites(view, origin)]
    return out


def axis_name(view: View, axis: Axis) -> str:
    """An axis for people."""
    if axis[0] == "reported":
        return view.say("cost.axis_reported")
    return f"{view.say(f'origin.{axis[0]}')} · {axis[1]} {axis[2]}".strip()


def axis_unit(view: View, axis: Axis) -> str:
    """What the capability axis counts."""
    return view.say("cost.scale_unit" if axis[0] == "reported" else "capability.unit")


def tradeoff(view: View, axis: Axis, ratio: float = RATIO, prices: str = "list", cached: float = 0.0) -> pd.DataFrame:
    """``market.tradeoff`` on the axis with output speeds: rows of ``scatter.points``, the frontier first."""

    def compute(axis: Axis, ratio: float, prices: str, cached: float) -> pd.DataFrame:
        from harness.market.prices.task_costs import speeds

        reported = axis[0] == "reported"
        board = scale.board(view) if reported else leaderboard.board(view, axis[1], axis[2], axis[0], "overall")
        fit = scale.fitted(view) if reported else None
        rows = market.tradeoff(view, board, ratio, market=prices, cached=cached, fit=fit)
        if rows.empty:
            return rows
        rows = leaderboard.named(view, rows).merge(speeds(view), on="product_id", how="left")
        rows = rows.assign(label=rows["model"], x=rows["cost"], y=rows["score"], y_low=rows["low"], y_high=rows["high"],
                           seller=sellers(view.say, rows))  # fmt: skip
        rows = rows.assign(note=rows["vendor"] + " · " + rows["seller"] + " · " + rows["as_of"].astype(str).str[:10])
        keep = ["label", "x", "y", "y_low", "y_high", "segment", "country", "open_weights", "vendor", "seller",
                "provider", "provider_kind", "tier", "basis", "note", "on_frontier", "membership", "as_of", "source", "url",
                "speed", "first_token", "stderr", "model_id", "product_id", "vendor_id", "input_per_mtok", "output_per_mtok",
                "cache_read_per_mtok", "below_half", "leads"]  # fmt: skip
        order = ["on_frontier", "membership", "score"]
        return rows.sort_values(order, ascending=False, ignore_index=True)[keep]

    # names are in the language shown, so the language is part of the key
    out: pd.DataFrame = view.derived(
        f"tradeoff-{view.language}", compute, axis=axis, ratio=ratio, prices=prices, cached=cached
    )
    return out


WIDTH = 800
"""Pixels of the first page's plot on a screen of 1440."""
MOST_IN_LANDSCAPE = 40
"""Marks of the chart on the first page: more cannot be told apart at a glance."""
LIKELY = 0.1
"""Probability from which a model may be on the frontier."""
LEAST_IN_LANDSCAPE = 130.0
"""Points from which a model is in it: Claude 3.5 Sonnet of June 2024, the lower of the scale's anchors."""


def landscape(view: View, shown: pd.DataFrame, axis: Axis) -> Chart:
    """The chart of the first page: up to MOST_IN_LANDSCAPE models, those on the frontier and the best of each vendor named."""
    import pandas as pd

    say = view.say
    reported = axis[0] == "reported"
    rows = foremost(shown, LEAST_IN_LANDSCAPE if reported else float("-inf"), pinned=pins.pinned())
    sold = trusted(rows)
    low = cheapest_at(sold, GPT_5_POINTS) if reported else None
    if low is None:
        return figure(view, rows, axis, name="landscape", height=420, labels=15, width=WIDTH)
    high = sold.sort_values(["on_frontier", "y"], ascending=False).iloc[0]
    named = rows["label"].isin([low["label"], high["label"]])
    drawn = figure(
        view, pd.concat([rows[named], rows[~named]]), axis, name="landscape", height=420, labels=15, width=WIDTH
    )
    note = say("overview.landscape_note", n=len(rows), all=len(shown), least=f"{LEAST_IN_LANDSCAPE:.0f}")
    drawn = dataclasses.replace(drawn, note=f"{note} {drawn.note}")
    if high["x"] <= low["x"]:
        return drawn
    title = say("overview.landscape_finding", low=low["label"], high=high["label"], low_price=dollars(low["x"]),
                high_price=dollars(high["x"]), times=number(high["x"] / low["x"], 0),
                points=number(high["y"] - low["y"], 1))  # fmt: skip
    return dataclasses.replace(drawn, title=title)


def foremost(
    shown: pd.DataFrame, least: float, most: int = MOST_IN_LANDSCAPE, pinned: Collection[str] = ()
) -> pd.DataFrame:
    """The rows (``y`` of at least ``least``) that matter most, the most important first: products that the reader pinned, those on
    the frontier, the best of each vendor, those that may be on the frontier, the most capable of the rest."""
    import numpy as np

    own = shown["product_id"].isin(list(pinned))
    rows = shown[(shown["y"] >= least) | own].sort_values("y", ascending=False)
    first = ~rows.duplicated("vendor")
    likely = rows["membership"] >= LIKELY
    own = rows["product_id"].isin(list(pinned))
    group = np.select([own, rows["on_frontier"], first, likely], [0, 1, 2, 3], 4)
    order = rows.assign(group=group).sort_values(["group", "y"], ascending=[True, False])
    return order.drop(columns="group").head(most)


def trusted(shown: pd.DataFrame) -> pd.DataFrame:
    """Rows whose price is the maker's, a cloud's or the median of enough hosts; all where there is no such row."""
    rows = shown[shown["basis"] != "few"]
    return rows if len(rows) else shown


def tradeoff_note(view: View, shown: pd.DataFrame, prices: str = "list") -> str:
    """How to read the chart: whose prices, the frontier, and the bars that are there."""
    bars = leaderboard.bars_note(view, shown, view.say("cost.note_bars"), "y_low")
    return together(view.say(f"cost.note_{prices}"), view.say("cost.note_frontier"), bars)


def frontier_sentence(view: View, shown: pd.DataFrame, axis: Axis) -> str:
    """The most capable model and the cheapest that cannot be told from it, with their prices and whose they are."""
    rows = shown.rename(columns={"x": "cost", "y": "score"}).assign(model=shown["label"])
    best, cheap = market.best_and_cheapest(trusted(rows), scale.fitted(view) if axis[0] == "reported" else None)
    told = {"price": dollars(best["cost"]), "seller": best["seller"]}
    if cheap["label"] == best["label"]:
        return view.say("cost.finding_alone", model=best["label"], n=int(shown["on_frontier"].sum()), **told)
    return view.say(
        "cost.finding",
        best=best["label"],
        cheap=cheap["label"],
        low=dollars(cheap["cost"]),
        cheap_seller=cheap["seller"],
        **told,
    )


def figure(
    view: View,
    shown: pd.DataFrame,
    axis: Axis,
    ratio: float = RATIO,
    prices: str = "list",
    name: str = "cost-capability",
    height: int = 540,
    labels: int = 16,
    width: float = 640,
) -> Chart:
    """The chart of price against capability."""
    say = view.say
    return scatter.points(
        shown, say, x_unit=say("cost.unit_blended", ratio=f"{ratio:g}"), y_unit=axis_unit(view, axis),
        title=frontier_sentence(view, shown, axis), note=tradeoff_note(view, shown, prices) + pins.note(view, shown),
        source=say("cost.source_axis", axis=axis_name(view, axis), days=span(shown["as_of"])), name=name,
        log_x=True, origin=axis[0], frontier=True, labels=labels, height=height, width=width,
        chosen=pins.labels(shown),
    )  # fmt: skip


@contained.section
def show(view: View, ratio: float, cached: float) -> None:
    """The frontier of list prices: choices, chart and table."""
    say = view.say
    blocks.section(say("cost.frontier"), say("cost.frontier_lead"))
    known = axes(view)
    if not known:
        st.info(say("cost.no_axis"), icon=":material/info:")
        return
    listed = view.frame("list_prices", ratio=RATIO, cached=0.0)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        axis = controls.select(say("cost.axis"), known, "axis", lambda a: axis_name(view, a))
        prices = controls.segmented(say("cost.market"), list(MARKETS), "prices", lambda m: say(f"cost.market_{m}"))
        segments = controls.multiselect(
            say("controls.segment"),
            sorted(s for s in set(listed["segment"]) if isinstance(s, str)),
            "segment",
            lambda s: say.known("segment", s),
        )
        weights = controls.segmented(
            say("controls.weights"), ["all", "open", "closed"], "weights", lambda w: say(f"weights.{w}")
        )
    shown = leaderboard.filtered(tradeoff(view, axis, ratio, prices, cached), segments, [], weights)
    if shown.empty:
        st.info(say("common.no_match"), icon=":material/filter_alt_off:")
        return
    blocks.chart(view, figure(view, shown, axis, ratio, prices))
    _unpriced(view, axis)
    price_table.show(view, shown, axis_unit(view, axis), points=axis[0] == "reported", prices=prices)


def _unpriced(view: View, axis: Axis) -> None:
    """How many of the newest ranked releases have no list price."""
    if axis[0] != "reported":
        return
    import pandas as pd

    board = scale.board(view).dropna(subset="released")
    newest = pd.to_datetime(board["released"]).max() - pd.DateOffset(months=6)
    recent = board[pd.to_datetime(board["released"]) > newest]
    known = set(tradeoff(view, axis)["model_id"])
    missing = recent[~recent["model_id"].isin(known)].sort_values("score", ascending=False)
    if len(missing):
        names = say_list(view, list(missing["model"].head(5))) + (" …" if len(missing) > 5 else "")
        st.caption(view.say("cost.unpriced", n=len(missing), all=len(recent), day=str(newest)[:10], models=names))


def say_list(view: View, names: list[str]) -> str:
    """Names in one line, safe in Markdown."""
    return view.say("memo.comma").join(blocks.literal(name) for name in names)
