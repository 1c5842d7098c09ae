"""What capability costs: list prices, self-hosting, energy, the frontier, and how prices fall."""

from __future__ import annotations

import streamlit as st

from harness.charts import scatter
from harness.charts.text import dollars
from harness.site import answers, blocks, boards, controls, market, money, rivals, view

seen = view.current()
say = seen.say
blocks.heading(seen, "cost")

prices = seen.frame("site_prices")
if prices.empty:
    blocks.empty(seen, say("cost.empty"), "harness catalog refresh")
else:
    axes = money.axes(seen)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        axis = controls.one(say("cost.axis"), axes, "axis", lambda a: money.axis_name(seen, a)) if axes else None
        ratio = controls.slide(say("cost.ratio"), 0.0, 20.0, 3.0, 0.5, "ratio", help=say("cost.ratio_help"))
        segments = controls.several(
            say("controls.segment"),
            sorted(s for s in set(prices["segment"]) if isinstance(s, str)),
            "segment",
            lambda s: say.known("segment", s),
        )
        weights = controls.switch(
            say("controls.weights"), ["all", "open", "closed"], "weights", lambda w: say(f"weights.{w}")
        )
    if axis is not None:
        board = money.tradeoff(seen, axis, ratio)
        shown = boards.filtered(board, segments, [], weights)
        if shown.empty:
            st.info(say("common.no_match"), icon=":material/filter_alt_off:")
        else:
            blocks.chart(
                seen,
                scatter.points(
                    shown,
                    say,
                    x_unit=say("cost.unit_blended", ratio=f"{ratio:g}"),
                    y_unit=money.axis_unit(seen, axis),
                    title=money.frontier_sentence(seen, shown),
                    note=money.tradeoff_note(seen, shown),
                    source=say("cost.source_axis", axis=money.axis_name(seen, axis)),
                    name="cost-capability",
                    log_x=True,
                    origin=axis[0],
                    frontier=True,
                    labels=16,
                    height=540,
                ),
                lead=True,
            )
            column = st.column_config
            blocks.table(
                seen,
                shown.sort_values(["on_frontier", "membership"], ascending=False),
                "frontier",
                {
                    "label": column.TextColumn(say("columns.model"), pinned=True),
                    "note": column.TextColumn(say("columns.vendor")),
                    "x": column.NumberColumn(say("cost.blended"), format="$%.4g"),
                    "provider": column.TextColumn(say("columns.provider")),
                    "y": column.NumberColumn(money.axis_unit(seen, axis), format="%.3f"),
                    "y_low": column.NumberColumn(say("columns.low"), format="%.3f"),
                    "y_high": column.NumberColumn(say("columns.high"), format="%.3f"),
                    "membership": column.ProgressColumn(
                        say("cost.membership"), format="percent", min_value=0, max_value=1
                    ),
                    "as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD"),
                },
                alt=say("cost.table"),
                height=360,
            )
    answers.show(seen, ratio)
    money.history(seen, ratio)
    market.dispersion(seen)
    rivals.show(seen, ratio)

blocks.section(say("cost.self"), say("cost.self_lead"))
gpus = seen.frame("site_gpu_prices")
with st.container(horizontal=True, vertical_alignment="bottom"):
    use = controls.slide(say("cost.utilisation"), 0.05, 1.0, 0.5, 0.05, "use", help=say("cost.utilisation_help"))
    terms = controls.one(
        say("cost.terms"), ["", *sorted(t for t in set(gpus["terms"]) if isinstance(t, str))], "terms",
        lambda t: t or say("controls.all"),
    )  # fmt: skip
money.self_hosted(seen, use, terms)
if len(gpus):
    column = st.column_config
    lowest = gpus.loc[gpus["per_gpu_hour"].idxmin()]
    blocks.section(say("cost.gpus"), say("cost.gpus_lead", gpu=lowest["gpu"], price=dollars(lowest["per_gpu_hour"])))
    blocks.table(
        seen,
        gpus,
        "gpu-prices",
        {
            "gpu": column.TextColumn(say("cost.gpu"), pinned=True),
            "cloud": column.TextColumn(say("cost.cloud")),
            "gpus": column.NumberColumn(say("cost.gpu_count"), format="%d"),
            "memory_gb": column.NumberColumn(say("cost.gpu_memory"), format="%.0f"),
            "terms": column.TextColumn(say("cost.terms")),
            "per_gpu_hour": column.NumberColumn(say("cost.hour"), format="$%.3f"),
            "as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD"),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("cost.gpus"),
        height=300,
    )
