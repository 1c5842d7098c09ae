"""Two to six models on the same items: where each wins, and on which items they part.

Navigation: models 2 compare_arrows
"""

from __future__ import annotations

import streamlit as st

from harness.charts import dots
from harness.charts.text import number
from harness.errors import MissingData
from harness.site.capability import leaderboard
from harness.site.likeness import outcomes
from harness.site.server import view
from harness.site.widgets import blocks, controls

seen = view.current()
say = seen.say
blocks.heading(seen, "head_to_head")

origins = outcomes.origins(seen)
if not origins:
    blocks.empty(seen, say("head_to_head.empty"), "harness run --suite core-en --model <one> --model <other>")
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom"):
    origin = controls.segmented(say("controls.origin"), origins, "origin", lambda o: say(f"origin.{o}"))
    suite, version = controls.select(
        say("controls.suite"), outcomes.suites(seen, origin), "suite", leaderboard.suite_name(seen)
    )
runs = outcomes.labelled(seen, origin, suite, version)
models = controls.multiselect(
    say("head_to_head.models"), list(runs["label"]), "models", most=6, hint=say("head_to_head.models_hint")
)
if len(models) < 2:
    best = leaderboard.board(seen, suite, version, origin, "overall")
    models = list(best["model"].head(2)) if len(best) >= 2 else list(runs["label"].head(2))
    st.caption(say("head_to_head.default"))
if len(models) < 2:
    st.info(say("head_to_head.one_only"), icon=":material/info:")
    st.stop()

try:
    comparison = outcomes.comparison(seen, origin, suite, version, models)
except MissingData:
    st.info(say("head_to_head.no_shared"), icon=":material/info:")
    st.stop()
rows = comparison["rows"]
source = say("head_to_head.source", suite=f"{suite} {version}".strip(), origin=say(f"origin.{origin}"))
if len(comparison["left_out"]):
    st.info("  \n".join(outcomes.left_out(seen, comparison["left_out"])), icon=":material/info:")
couples = list(dict.fromkeys(zip(rows["model_a"], rows["model_b"], strict=True)))
if not couples:
    st.info(say("head_to_head.no_shared"), icon=":material/info:")
    st.stop()
first, second = (
    couples[0]
    if len(couples) == 1
    else controls.select(say("head_to_head.pair"), couples, "pair", lambda p: f"{p[0]} ↔ {p[1]}")
)
part = rows[(rows["model_a"] == first) & (rows["model_b"] == second)]
part = part.assign(
    label=[say(f"kind.{t}") if i else t for t, i in zip(part["task"], part["of_index"], strict=True)],
    significant=part["p_adjusted"] < 0.05,
)
index, tasks = part[part["of_index"] & part["difference"].notna() & part["low"].notna()], part[~part["of_index"]]
wins = [int((tasks["significant"] & (tasks["difference"] * s > 0)).sum()) for s in (1, -1)]
title = say("head_to_head.finding", first=first, second=second, wins=wins[0], losses=wins[1], n=len(tasks))
blocks.chart(
    seen,
    dots.differences(
        tasks.sort_values("difference", ascending=False), say, title=title,
        unit=say("head_to_head.unit"), note=say("head_to_head.note"), source=source,
        name="differences",
    ),
    lead=True,
)  # fmt: skip
if len(index):
    with st.grid(4, min_column_width=180):
        for row in index.itertuples():
            st.metric(
                row.label,
                f"{row.difference:+.3f}",
                f"{number(row.low)} – {number(row.high)}",
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=say("head_to_head.metric_help", first=blocks.literal(first), second=blocks.literal(second)),
            )

blocks.section(say("head_to_head.every_pair"))
column = st.column_config
blocks.table(
    seen,
    rows.assign(task=[say(f"kind.{t}") if i else t for t, i in zip(rows["task"], rows["of_index"], strict=True)]),
    "pairs",
    {
        "task": column.TextColumn(say("columns.task"), pinned=True),
        "metric": column.TextColumn(say("columns.metric")),
        "model_a": column.TextColumn(say("head_to_head.first")),
        "model_b": column.TextColumn(say("head_to_head.second")),
        "difference": column.NumberColumn(say("head_to_head.difference"), format="%+.4f"),
        "low": column.NumberColumn(say("columns.low"), format="%+.4f"),
        "high": column.NumberColumn(say("columns.high"), format="%+.4f"),
        "p_adjusted": column.NumberColumn(say("head_to_head.p"), format="%.3g"),
        "n": column.NumberColumn(say("columns.items"), format="%,d"),
        "items_needed": column.NumberColumn(
            say("head_to_head.settle"), format="%,.0f", help=say("head_to_head.settle_help")
        ),
    },
    alt=say("head_to_head.every_pair"),
)

blocks.section(say("head_to_head.items"), say("head_to_head.items_lead"))
task = controls.select(say("columns.task"), sorted(set(tasks["task"])), "h_task")
chosen = runs[runs["label"].isin(models)]
parted = outcomes.disagreements(seen, chosen, task)
st.caption(say("head_to_head.parted", n=len(parted), task=blocks.literal(task)))
if len(parted):
    blocks.table(
        seen,
        parted.head(500),
        "disagreements",
        {"item": column.NumberColumn(say("columns.item"), format="%d", pinned=True)}
        | {m: column.NumberColumn(m, format="%.3g") for m in models},
        alt=say("head_to_head.items"),
        height=300,
    )
with st.container(horizontal=True):
    for row in chosen.itertuples():
        blocks.page_link(seen, "runs_and_samples", say("head_to_head.read", model=row.label), ":material/fact_check:",
                   runs_model=row.run_id)  # fmt: skip

perf = seen.frame("perf")
perf = perf[perf["run_id"].isin(chosen["run_id"])]
if len(perf):
    blocks.section(say("head_to_head.speed"))
    blocks.table(
        seen,
        perf,
        "speed",
        {
            "model": column.TextColumn(say("columns.model"), pinned=True),
            "device_name": column.TextColumn(say("columns.device")),
            "tokens_per_s": column.NumberColumn(say("columns.speed"), format="%,.0f"),
            "peak_memory_bytes": column.NumberColumn(say("runs_and_samples.memory"), format="bytes"),
            "wall_s": column.NumberColumn(say("head_to_head.wall"), format="%,.0f"),
        },
        alt=say("head_to_head.speed"),
    )
