"""What capability costs: list prices, self-hosting, energy, the frontier, and how prices fall.

Navigation: models 3 payments
"""

from __future__ import annotations

import streamlit as st

from harness.charts import scatter
from harness.charts.text import dollars
from harness.market.prices.self_hosted import UTILISATION
from harness.site.capability import leaderboard
from harness.site.cost import (
    cost_per_correct,
    dispersion,
    own_machine,
    price_history,
    self_hosted,
    tradeoff,
    undercutting,
)
from harness.site.server import view
from harness.site.widgets import blocks, controls

seen = view.current()
say = seen.say
blocks.heading(seen, "cost")

prices = seen.frame("prices")
if prices.empty:
    blocks.empty(seen, say("cost.empty"), "harness catalog refresh")
else:
    axes = tradeoff.axes(seen)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        axis = controls.select(say("cost.axis"), axes, "axis", lambda a: tradeoff.axis_name(seen, a)) if axes else None
        ratio = controls.slider(say("cost.ratio"), 0.0, 20.0, 3.0, 0.5, "ratio", help=say("cost.ratio_help"))
        segments = controls.multiselect(
            say("controls.segment"),
            sorted(s for s in set(prices["segment"]) if isinstance(s, str)),
            "segment",
            lambda s: say.known("segment", s),
        )
        weights = controls.segmented(
            say("controls.weights"), ["all", "open", "closed"], "weights", lambda w: say(f"weights.{w}")
        )
    if axis is not None:
        board = tradeoff.tradeoff(seen, axis, ratio)
        shown = leaderboard.filtered(board, segments, [], weights)
        if shown.empty:
            st.info(say("common.no_match"), icon=":material/filter_alt_off:")
        else:
            blocks.chart(
                seen,
                scatter.points(
                    shown,
                    say,
                    x_unit=say("cost.unit_blended", ratio=f"{ratio:g}"),
                    y_unit=tradeoff.axis_unit(seen, axis),
                    title=tradeoff.frontier_sentence(seen, shown, axis),
                    note=tradeoff.tradeoff_note(seen, shown),
                    source=say("cost.source_axis", axis=tradeoff.axis_name(seen, axis)),
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
                    "y": column.NumberColumn(
                        tradeoff.axis_unit(seen, axis), format="%.1f" if axis[0] == "reported" else "%.3f"
                    ),
                    "y_low": column.NumberColumn(
                        say("columns.low"), format="%.1f" if axis[0] == "reported" else "%.3f"
                    ),
                    "y_high": column.NumberColumn(
                        say("columns.high"), format="%.1f" if axis[0] == "reported" else "%.3f"
                    ),
                    "membership": column.ProgressColumn(
                        say("cost.membership"), format="percent", min_value=0, max_value=1
                    ),
                    "as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD"),
                },
                alt=say("cost.table"),
                height=360,
            )
    cost_per_correct.show(seen, ratio)
    price_history.show(seen, ratio)
    dispersion.show(seen)
    undercutting.show(seen, ratio)

own_machine.show(seen)
blocks.section(say("cost.self"), say("cost.self_lead"))
gpus = seen.frame("gpu_prices")
with st.container(horizontal=True, vertical_alignment="bottom"):
    use = controls.slider(
        say("cost.utilisation"), 0.05, 1.0, UTILISATION, 0.05, "use", help=say("cost.utilisation_help")
    )
    terms = controls.select(
        say("cost.terms"), ["", *sorted(t for t in set(gpus["terms"]) if isinstance(t, str))], "terms",
        lambda t: t or say("controls.all"),
    )  # fmt: skip
self_hosted.show(seen, use, terms)
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
