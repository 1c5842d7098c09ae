"""The first part of Capability: who leads and by how much, and the table of ranked products with intervals in the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.scale.fit import HIGH, LOW
from harness.catalog.schema import LANGUAGE_KINDS
from harness.charts import dots, row_bars
from harness.charts.text import rank
from harness.market.prices.list_prices import RATIO
from harness.market.scale_ranking import SINCE_MONTHS, narrowed
from harness.site.capability import leaderboard, scale, unplaced
from harness.site.widgets import address, blocks, contained, controls, name_links
from harness.site.widgets.tables import screen
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    import pandas as pd

    from harness.site.server.view import View

CHART = "reported-scale"
"""Name of the ranking's chart, which links to one chart alone hold."""
HEIGHT = 640
"""Pixels of the table: seventeen products before anybody scrolls."""


@contained.section
def show(view: View) -> None:
    """The sentence, the filters and the table."""
    say = view.say
    if scale.board(view).empty:
        st.info(say("reported.no_scale"), icon=":material/info:")
        return
    sentence = st.container(gap="xsmall")  # stands above the filters, and speaks of what they leave
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose = _filters(view, scale.ranking(view))
        least = scale.least_benchmarks(view)
    named = leaderboard.named(view, scale.ranking(view, least))
    shown = choose(named)
    if shown.empty:
        st.info(say("common.no_match"), icon=":material/filter_alt_off:")
        return
    with sentence:
        _sentence(view, shown, least)
    if st.query_params.get(address.CHART) == CHART or controls.toggle(say("capability.as_chart"), "as_chart"):
        _chart(view, shown, len(named))
    else:
        _table(view, shown)
        st.caption(blocks.literal(f"{say('reported.note')} {scale.source(view, len(named))}"))


def _sentence(view: View, shown: pd.DataFrame, least: int) -> None:
    """Who leads, the margin, the newest releases without a place, and the way to all without one."""
    st.markdown(f"## {blocks.literal(scale.lead(view, shown))}")
    with st.container(horizontal=True, vertical_alignment="center"):
        newest = unplaced.waiting_sentences(view, least)
        if newest:
            st.caption(blocks.literal(newest), width="content")
        absent = len(unplaced.listed(view, least))
        if not absent:
            return
        label = view.say("capability.see_unplaced", n=absent)
        blocks.page_link(view, "capability", label, ":material/arrow_forward:", tab="unplaced")


def _filters(view: View, board: pd.DataFrame) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """The reader's filters, as what they leave of a board; ranks stay those of the whole board."""
    say = view.say
    weights = controls.segmented(
        say("controls.weights"), ["all", "open", "closed"], "weights", lambda w: say(f"weights.{w}")
    )
    groups = sorted(s for s in set(board["segment"]) if isinstance(s, str))
    segments = controls.multiselect(say("controls.segment"), groups, "segment", lambda s: say.known("segment", s))
    places = sorted(c for c in set(board["country"]) if isinstance(c, str))
    countries = controls.multiselect(say("controls.country"), places, "country", lambda c: say.known("country", c))
    released = ["any", *(str(months) for months in SINCE_MONTHS)]
    since = controls.select(say("columns.released"), released, "released", lambda m: _since(view, m))
    kinds = ["all", *LANGUAGE_KINDS]
    kind = controls.select(say("capability.type"), kinds, "type", lambda k: say(f"capability.type_{k}"))
    months = None if since == "any" else int(since)
    return lambda rows: narrowed(
        rows, segments=segments, countries=countries, weights=weights, kind=kind, months=months
    )


def _since(view: View, months: str) -> str:
    return view.say("capability.any_time") if months == "any" else view.say("capability.last_months", n=int(months))


def _table(view: View, shown: pd.DataFrame) -> None:
    """One product a row, its interval drawn on one axis."""
    say = view.say
    on = row_bars.axis(shown)
    rows = shown.assign(
        bars=row_bars.bars(shown, on, (LOW[1], HIGH[1])),
        span=[rank(round(a), round(b)) for a, b in zip(shown["low"], shown["high"], strict=True)],
        evidence_of=[f"points:{id}" for id in shown["model_id"]],
        scores=[say("capability.n_benchmarks", n=int(n)) for n in shown["benchmarks"]],
        within=[say("common.yes") if w else "" for w in shown["within_leader"]],
        weights=[_weights(view, opened) for opened in shown["open_weights"]],
    )
    blocks.table(
        view, rows, "reported-ranks", _columns(view, rows, on, screen.window() < screen.NARROW), alt=say("reported.scale"),
        height=HEIGHT, row_height=35,
    )  # fmt: skip


def _columns(view: View, rows: pd.DataFrame, on: row_bars.Axis, narrow: bool) -> Mapping[str, Any]:
    """The columns in the order of their weight: what does not fit a screen is at the end. On a telephone (``narrow``) the
    interval stands in figures: a picture of its width would hide it behind the mark."""
    say, column = view.say, st.column_config
    ends = {"low": f"{on.low:.0f}", "high": f"{on.high:.0f}"}
    place = column.TextColumn(say("columns.rank"), help=say("columns.rank_help"), width=64, pinned=not narrow)
    drawn = column.ImageColumn(
        say("capability.interval", **ends), help=say("capability.interval_help"), width=on.width + 16
    )
    return {
        **({} if narrow else {"ranks": place}),
        "model": column.TextColumn(say("columns.model"), pinned=True),
        "score": column.NumberColumn(say("scale.points"), format="%.0f", width=64),
        **({"span": column.TextColumn(say("value.interval")), "ranks": place} if narrow else {}),
        "bars": drawn,
        "evidence_of": None,
        "vendor": column.TextColumn(say("columns.vendor"), width=120),
        "weights": column.TextColumn(say("controls.weights"), width=72),
        "price": column.NumberColumn(
            say("capability.price"), help=say("capability.price_help", ratio=f"{RATIO:g}"), format=MONEY, width=76
        ),
        "scores": name_links.scores(
            say("capability.rests_on"), "reported-ranks", list(rows["model_id"]), say("capability.rests_on_help")
        ),
        "newest": column.DateColumn(say("unplaced.newest_score"), format="YYYY-MM-DD", width=104),
        "released": column.DateColumn(say("columns.released"), format="YYYY-MM-DD", width=104),
        "within": column.TextColumn(say("scale.within"), help=say("scale.within_help")),
        "low": column.NumberColumn(say("columns.low"), format="%.1f"),
        "high": column.NumberColumn(say("columns.high"), format="%.1f"),
        "benchmarks": column.NumberColumn(say("reported.benchmark_count"), format="%d"),
        "domains": column.NumberColumn(say("scale.domain_count"), format="%d"),
        "segment_name": column.TextColumn(say("columns.segment")),
        "country_name": column.TextColumn(say("columns.country")),
    }


def _weights(view: View, opened: Any) -> str:
    import pandas as pd

    if pd.isna(opened):
        return "–"
    return view.say("weights.open" if bool(opened) else "weights.closed")


def _chart(view: View, shown: pd.DataFrame, ranked: int) -> None:
    """The same ranking as a chart, to be printed, saved or shown in another page."""
    say = view.say
    drawn = dots.ranking(
        shown, title=scale.lead(view, shown), unit=say("scale.unit"), note=say("reported.note"),
        source=scale.source(view, ranked), name=CHART, origin="reported", most=30,
    )  # fmt: skip
    blocks.chart(view, drawn)
