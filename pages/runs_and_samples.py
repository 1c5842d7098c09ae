"""The evidence: every run, its manifest and scores, and every item with prompt, target and answer.

Navigation: evidence 1 fact_check
"""

from __future__ import annotations

import json

import streamlit as st

from harness.charts.text import count, number
from harness.site.capability import leaderboard
from harness.site.evidence import runs, samples
from harness.site.server import view
from harness.site.widgets import blocks, columns, contained, controls

seen = view.current(newest=True)  # who has just published looks here, and these queries are quick
say = seen.say
blocks.heading(seen, "runs_and_samples")

every = runs.listed(seen)
if every.empty:
    blocks.empty(seen, say("runs_and_samples.empty"), "harness run --suite calibration --model data/reference/<name>")
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    suites = controls.multiselect(
        say("controls.suite"), sorted(set(every["suite"])), "runs_suite", leaderboard.names(seen).source
    )
    origins = controls.multiselect(
        say("controls.origin"), sorted(set(every["origin"])), "runs_origin", lambda o: say(f"origin.{o}")
    )
    words = controls.text(say("runs_and_samples.find_model"), "runs_model", say("runs_and_samples.find_model_hint"))
shown = runs.matching(every, suites, origins, words)
if shown.empty:
    st.info(say("common.no_match"), icon=":material/filter_alt_off:")
    st.stop()
blocks.section(say("runs_and_samples.runs", n=f"{len(shown):,}"), say("runs_and_samples.runs_lead"))
blocks.table(
    seen,
    shown,
    "runs",
    columns.runs(say),
    alt=say("runs_and_samples.runs", n=f"{len(shown):,}"),
    height=280,
    together=("suite_name", "verdict_short"),
)

run_id = controls.select(
    say("runs_and_samples.choose"), list(shown["run_id"].head(runs.MOST_LISTED)), "run", runs.labels(shown)
)
run = seen.frame("run", run_id=run_id).iloc[0]
results = runs.results(seen, run_id)

blocks.section(blocks.literal(runs.labels(shown)(run_id)))
runs.verdict(seen, run)
if seen.public:
    st.caption(f":material/visibility_off: {say('runs_and_samples.public')}")
measured = runs.perf_note(seen, run)
with st.grid(5, min_column_width=150):
    st.metric(say("runs_and_samples.tasks"), count(results["task"].nunique()))
    st.metric(say("runs_and_samples.items"), count(results.groupby("task")["n"].max().sum()))
    st.metric(say("columns.speed"), number(run["tokens_per_s"], 0), help=measured)
    st.metric(say("runs_and_samples.memory"), runs.gigabytes(run["peak_memory_bytes"]), help=measured)
    st.metric(say("runs_and_samples.energy"), runs.watt_hours(run["energy_j"]), help=measured)

parts = ["samples", "scores", "manifest", "difference"]
part = controls.segmented(say("runs_and_samples.part"), parts, "part", lambda p: say(f"runs_and_samples.part_{p}"))
with contained.part(seen, part):
    if part == "scores":
        blocks.table(seen, results, f"scores-{run_id}", columns.results(say), alt=say("runs_and_samples.part_scores"))
    elif part == "manifest":
        st.caption(say("runs_and_samples.manifest_lead"))
        manifest = json.loads(run["manifest_text"] or "{}")
        if manifest.get("command"):
            st.code(manifest["command"], language="bash", wrap_lines=True)
        st.json(manifest, expanded=1)
        st.download_button(
            say("runs_and_samples.manifest_file"),
            json.dumps(manifest, ensure_ascii=False, indent=1),
            file_name=f"{run_id}.manifest.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )
    elif part == "difference":
        runs.difference(seen, every, run)
    else:
        samples.show(seen, run_id, results)
