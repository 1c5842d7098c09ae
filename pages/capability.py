"""Who leads, by how much, and whether the lead is real.

Navigation: models 1 leaderboard
"""

from __future__ import annotations

import streamlit as st

from harness.charts import dots, grid, scatter
from harness.site.capability import equal_size, leaderboard, reported, task_influence
from harness.site.server import view
from harness.site.widgets import blocks, codes, columns, controls, row_selection

seen = view.current()
say = seen.say
blocks.heading(seen, "capability")

origins = leaderboard.present_origins(seen)
if not origins:
    blocks.empty(seen, say("capability.empty"), "harness run --suite calibration --model data/reference/<name>")
    st.stop()

origin = controls.segmented(say("controls.origin"), origins, "origin", lambda o: say(f"origin.{o}"))
st.caption(say(f"origin.{origin}_means"))
if origin == "reported":
    reported.show(seen)
    st.stop()

names = leaderboard.names(seen)
with st.container(horizontal=True, vertical_alignment="bottom"):
    suite, version = controls.select(
        say("controls.suite"), leaderboard.suites(seen, origin), "suite", leaderboard.suite_name(seen)
    )
    scores = leaderboard.task_scores(seen, suite, version, origin)
    kinds = ["overall", *[k for k in leaderboard.KINDS[1:] if k in set(scores["kind"])]]
    if len(scores):
        kind = controls.segmented(say("controls.kind"), kinds, "kind", lambda k: say(f"kind.{k}"))
    else:
        tasks = leaderboard.tasks(seen, suite, version)
        kind = "task:" + controls.select(say("columns.task"), tasks, "task", names.task)

board = leaderboard.board(seen, suite, version, origin, kind)
if board.empty and kind == "overall" and len(kinds) > 1:
    st.info(say("capability.no_overall"), icon=":material/info:")
    kind = kinds[1]
    board = leaderboard.board(seen, suite, version, origin, kind)
raw = kind.startswith("task:")
if metric := leaderboard.undirected_metric(seen, suite, version, kind):
    st.info(say("capability.undirected", metric=metric), icon=":material/swap_vert:")
    st.stop()
if raw:
    st.caption(say("capability.raw"))
suite_name = leaderboard.suite_name(seen)((suite, version))
what = names.task(kind.removeprefix("task:")) if raw else say(f"kind.{kind}")
unit = str(board["metric"].iloc[0]) if raw and len(board) else say("capability.unit")
board = leaderboard.named(seen, board) if len(board) else board
with st.container(horizontal=True, vertical_alignment="bottom"):
    segments = controls.multiselect(
        say("controls.segment"),
        sorted(s for s in set(board.get("segment", [])) if isinstance(s, str)),
        "segment",
        lambda s: say.known("segment", s),
    )
    countries = controls.multiselect(
        say("controls.country"),
        sorted({c for c in board.get("country", []) if isinstance(c, str)}),
        "country",
        lambda c: say.known("country", c),
    )
    weights = controls.segmented(
        say("controls.weights"), ["all", "open", "closed"], "weights", lambda w: say(f"weights.{w}")
    )
shown = leaderboard.filtered(board, segments, countries, weights) if len(board) else board
if shown.empty:
    st.info(say("common.no_match"), icon=":material/filter_alt_off:")
    st.stop()

source = say("capability.source", suite=suite_name, n=len(board), origin=say(f"origin.{origin}"))
blocks.chart(
    seen,
    dots.ranking(
        shown,
        title=leaderboard.leader_sentence(
            seen, shown, what=f"{what} ({suite_name.rpartition(' · ')[2]})" if raw else f"{suite_name} · {what}"
        ),
        unit=unit,
        note=leaderboard.bars_note(seen, shown.head(dots.MOST), say("capability.note")),
        source=source,
        name=f"leaderboard-{suite}-{kind}",
        origin="measured" if origin == "reference" else origin,
    ),
    lead=True,
)

if kind == "overall" and origin in ("measured", "imported"):
    reported.agreement(seen, shown)

blocks.section(say("capability.table"), say("capability.table_lead"))
picked = row_selection.selectable_table(
    seen,
    shown,
    f"ranks-{suite}-{kind}",
    columns.leaderboard(say, unit if raw else None),
    "ticked",
    "model",
    alt=say("capability.table"),
)
chosen = [str(shown.iloc[i]["model"]) for i in picked[:6]]
if len(chosen) >= 2:
    blocks.page_link(
        seen,
        "head_to_head",
        say("capability.compare", n=len(chosen)),
        ":material/compare_arrows:",
        models=[codes.code(model) for model in chosen],
    )

if raw:
    st.stop()
blocks.section(say("capability.tasks"), say("capability.tasks_lead"))
wide = scores[scores["model"].isin(shown["model"])].pivot_table(index="model", columns="task", values="score")
wide = wide.reindex(index=[m for m in shown["model"] if m in wide.index][:40])
missing = int(wide.isna().sum().sum())
blocks.chart(
    seen,
    grid.heat(
        wide.rename(columns=names.task),
        title=say(
            "capability.tasks_title", hardest=names.task(wide.mean().idxmin()), easiest=names.task(wide.mean().idxmax())
        ),
        unit=say("capability.unit"),
        note=say("capability.tasks_note", n=missing),
        source=source,
        name=f"tasks-{suite}",
        bounds=(0.0, 1.0),
        data=scores[scores["model"].isin(shown["model"])],
    ),
)

task_influence.show(seen, scores, source=source, name=suite)

sized = shown[shown["params_b"].notna() & (shown["params_b"] > 0)]
if len(sized) >= 3:
    blocks.section(say("capability.size"), say("capability.size_lead"))
    points = sized.assign(label=sized["model"], x=sized["params_b"], y=sized["score"], y_low=sized["low"],
                          y_high=sized["high"], note=sized["vendor"])  # fmt: skip
    blocks.chart(
        seen,
        scatter.points(
            points[["label", "x", "y", "y_low", "y_high", "segment", "note"]],
            say,
            x_unit=say("capability.size_unit"),
            y_unit=unit,
            title=leaderboard.size_sentence(seen, sized),
            note=leaderboard.bars_note(seen, sized, say("capability.size_note")),
            source=source,
            name=f"size-{suite}-{kind}",
            log_x=True,
            origin="measured" if origin == "reference" else origin,
        ),
    )
    equal_size.show(seen, sized, unit=unit, source=source, name=f"{suite}-{kind}")
