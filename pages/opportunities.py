"""The white space: cells of the market that few vendors serve, and what is in each.

Navigation: market 3 grid_view
"""

from __future__ import annotations

import streamlit as st

from harness.analysis.opportunities import FEW, level_order
from harness.charts import grid
from harness.charts.text import dollars, number
from harness.site.capability import leaderboard
from harness.site.opportunities import white_space
from harness.site.server import view
from harness.site.widgets import blocks, contained, controls
from harness.site.widgets.tables.decimals import MONEY

seen = view.current()
say = seen.say
blocks.heading(seen, "opportunities")

every = white_space.models(seen) if len(seen.frame("models")) else seen.frame("models")
if every.empty:
    blocks.empty(seen, say("opportunities.empty"), "harness catalog refresh")
    st.stop()

sides = white_space.sides(every)
if len(sides) < 2:
    st.info(say("common.no_match"), icon=":material/info:")
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom"):
    rows = controls.select(say("opportunities.rows"), sides, "rows", lambda s: say(f"opportunities.{s}"), default=0)
    others = [s for s in sides if s != rows]
    across = controls.select(
        say("opportunities.columns"), others, "columns", lambda s: say(f"opportunities.{s}"),
        default=others.index("size") if "size" in others else 0,
    )  # fmt: skip
    since = controls.segmented(
        say("opportunities.since"), ["all", "year"], "since", lambda s: say(f"opportunities.since_{s}")
    )
with st.container(horizontal=True, vertical_alignment="bottom"):
    measure = controls.segmented(
        say("opportunities.measure"), list(white_space.MEASURES), "measure", lambda m: say(f"opportunities.measure_{m}")
    )
    few = controls.integer(say("opportunities.few"), 0, 10, FEW, "few")
shown = white_space.recent(every) if since == "year" else every
space = white_space.white(seen, shown, rows, across, since, few)
if space.empty:
    st.info(say("common.no_match"), icon=":material/filter_alt_off:")
    st.stop()
steps = [level_order(axis, space[axis]) for axis in (rows, across)]
names = seen.frame("models").drop_duplicates("model_id").set_index("model_id")["name"]
space = space.assign(
    row_name=[white_space.name(seen, rows, v) for v in space[rows]],
    column_name=[white_space.name(seen, across, v) for v in space[across]],
    best_name=space["best_model"].map(names),
)
square = space.astype({measure: float}).pivot(index=rows, columns=across, values=measure)
square = square.reindex(index=steps[0], columns=steps[1])
if measure == "vendors":  # no vendor is known, yet some may be there: not shown as empty
    unsure = space.pivot(index=rows, columns=across, values="possible").reindex(index=steps[0], columns=steps[1]) > 0
    square = square.mask((square == 0) & unsure)
inside = shown.drop_duplicates([rows, across, "model_id"])
placed = inside[inside[rows].isin(steps[0]) & inside[across].isin(steps[1])]["model_id"].nunique()
white = space[space["white"]].sort_values("demand", ascending=False)
keep = ["row_name", "column_name", "vendors", "models", "best", "best_name", "lowest_price", "providers", "families", "possible",
        "demand", "white"]  # fmt: skip
empty = white[(white["vendors"] == 0) & (white["possible"] == 0)]
served = white[white["vendors"] > 0]
kind, named = ("empty", empty) if len(empty) else ("served", served) if len(served) else ("unsure", white)
counts_said = {"few": len(white), "limit": few, "cells": len(space), "none": int((white["vendors"] == 0).sum())}
title = (
    say(f"opportunities.finding_{kind}", row=named["row_name"].iloc[0], column=named["column_name"].iloc[0], **counts_said)
    if len(white)
    else say("opportunities.finding_none", cells=len(space), least=int(space["vendors"].min()))
)  # fmt: skip
with contained.part(seen, "white space"):
    blocks.chart(
        seen,
        grid.heat(
            square.rename(
                index=lambda v: white_space.name(seen, rows, v), columns=lambda v: white_space.name(seen, across, v)
            ),
            title=title,
            unit=say(f"opportunities.unit_{measure}"),
            note=say("opportunities.note", total=f"{placed:,}", all=f"{shown['model_id'].nunique():,}"),
            source=white_space.source(seen),
            name=f"white-space-{rows}-{across}-{measure}",
            decimals=0 if measure == "vendors" else 2 if measure != "demand" else 1,
            data=space[keep],
        ),
        lead=True,
    )

head = st.column_config
with contained.part(seen, "white cells"):
    if len(white):
        blocks.section(say("opportunities.white", limit=few), say("opportunities.white_lead"))
        blocks.table(
            seen,
            white,
            "white-cells",
            {
                "row_name": head.TextColumn(say(f"opportunities.{rows}")),
                "column_name": head.TextColumn(say(f"opportunities.{across}")),
                "demand": head.NumberColumn(
                    say("opportunities.measure_demand"), format="%.1f", help=say("opportunities.demand_help")
                ),
                "vendors": head.NumberColumn(say("overview.vendors"), format="%d"),
                "possible": head.NumberColumn(
                    say("opportunities.possible"), format="%d", help=say("opportunities.possible_help")
                ),
                "models": head.NumberColumn(say("overview.models"), format="%d"),
                "best": head.NumberColumn(say("opportunities.measure_best"), format="%.0f"),
                "best_name": head.TextColumn(say("opportunities.best_model")),
                "lowest_price": head.NumberColumn(say("opportunities.lowest_per_mtok"), format=MONEY),
                "providers": head.NumberColumn(say("opportunities.providers"), format="%d"),
            },
            alt=say("opportunities.white", limit=few),
            height=320,
        )

blocks.section(say("opportunities.inside"), say("opportunities.inside_lead"))
held = space[space["vendors"] > 0].sort_values(["vendors", "demand"], ascending=[True, False], kind="stable")
counts = {(str(r[rows]), str(r[across])): int(r["vendors"]) for r in held.to_dict("records")}
row, column = controls.select(
    say("opportunities.cell"),
    list(counts),
    "cell",
    lambda c: f"{white_space.name(seen, rows, c[0])} × {white_space.name(seen, across, c[1])} ({counts[c]})",
)
cell = space[(space[rows] == row) & (space[across] == column)].iloc[0]
with st.grid(5, min_column_width=150):
    st.metric(say("overview.vendors"), int(cell["vendors"]), border=True)
    st.metric(say("overview.models"), int(cell["models"]), border=True)
    st.metric(
        say("opportunities.measure_best"), number(cell["best"], 0), border=True, help=say("opportunities.best_help")
    )
    st.metric(say("opportunities.measure_lowest_price"), dollars(cell["lowest_price"]), border=True,
              help=say("opportunities.price_help"))  # fmt: skip
    st.metric(
        say("opportunities.measure_demand"), f"{cell['demand']:.1f}", border=True, help=say("opportunities.demand_help")
    )
inside = inside[(inside[rows] == row) & (inside[across] == column)]
inside = leaderboard.named(seen, inside.assign(country=inside["seat"]))
known = zip(inside["model_id"], inside["capability"].notna(), inside["price"].notna(), strict=True)
inside["evidence_of"] = [
    " ".join(f"{kind}:{id}" for kind, there in (("points", ranked), ("price", priced)) if there)
    for id, ranked, priced in known
]
with contained.part(seen, "one cell"):
    blocks.table(
        seen,
        inside.sort_values("capability", ascending=False, na_position="last"),
        "cell",
        {
            "name": head.TextColumn(say("columns.model"), pinned=True),
            "vendor": head.TextColumn(say("columns.vendor")),
            "segment_name": head.TextColumn(say("columns.segment")),
            "country_name": head.TextColumn(say("columns.country")),
            "params_b": head.NumberColumn(say("columns.params"), format="%.3g"),
            "capability": head.NumberColumn(say("reported.capability"), format="%.0f"),
            "price": head.NumberColumn(say("cost.mixed"), format=MONEY),
            "evidence_of": None,
            "providers": head.NumberColumn(say("opportunities.providers"), format="%d"),
            "context_tokens": head.NumberColumn(say("opportunities.context"), format="%,d"),
            "licence": head.TextColumn(say("columns.licence")),
            "released": head.DateColumn(say("columns.released"), format="YYYY-MM-DD"),
        },
        alt=say("opportunities.inside"),
        together=("capability", "price"),
        height=320,
    )
