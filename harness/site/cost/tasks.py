"""What a task costs: reported cost per task against capability, the efforts of one model joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import scatter
from harness.charts.text import dollars, span
from harness.market.evidence import task_cost_sources
from harness.market.prices import task_costs as market
from harness.market.prices import tradeoff
from harness.reports import choice_text
from harness.site.capability import leaderboard, scale
from harness.site.cost import outside_scale
from harness.site.cost.outside_scale import score_text
from harness.site.widgets import blocks, columns, contained, controls, pins
from harness.site.widgets.tables.decimals import MONEY, ONE_UNIT

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

NEAR = 0.9
"""Share of the best score that the model named as the cheap alternative has at least."""
SCORE, POINTS = "score", "points"


def benchmarks(view: View) -> pd.DataFrame:
    """``market.cost_benchmarks`` of the database, each under its name in the language shown."""
    known: pd.DataFrame = view.derived("cost_benchmarks", lambda: market.cost_benchmarks(view))
    return known.assign(benchmark=[leaderboard.names(view).task(id) for id in known["benchmark_id"]])


def costs(view: View, benchmark_id: str) -> pd.DataFrame:
    """Rows of ``scatter.points`` by the benchmark's own score: every effort, the frontier first."""

    def compute(benchmark_id: str) -> pd.DataFrame:
        from harness.analysis.cost.frontier import pareto

        rows = market.task_costs(view, benchmark_id).dropna(subset="cost")
        rows = leaderboard.named(view, rows)
        rows = rows.assign(
            label=[with_effort(view, m, e) for m, e in zip(rows["model"], rows["effort"], strict=True)],
            x=rows["cost"], y=rows["score"].astype(float), on_frontier=pareto(rows["cost"], rows["score"].astype(float)),
        )  # fmt: skip
        return _noted(view, rows).sort_values(["on_frontier", "y"], ascending=False, ignore_index=True)

    out: pd.DataFrame = view.derived(f"task_costs-{view.language}", compute, benchmark_id=benchmark_id)
    return out


def board(view: View, benchmark_id: str) -> pd.DataFrame:
    """Rows of ``scatter.points`` by points on the capability scale: each product at its highest effort, the frontier first."""

    def compute(benchmark_id: str) -> pd.DataFrame:
        fit = scale.fitted(view)
        rows = tradeoff.task_tradeoff(view, scale.board(view), benchmark_id, fit)
        if rows.empty:
            return rows
        rows = leaderboard.named(view, rows)
        names = {"task_effort": "effort", "task_basis": "basis", "task_as_of": "as_of", "task_source": "source",
                 "task_url": "url"}  # fmt: skip
        rows = rows.rename(columns=names)
        rows = rows.assign(
            label=[with_effort(view, m, e) for m, e in zip(rows["model"], rows["effort"], strict=True)],
            x=rows["cost"], y=rows["score"], y_low=rows["low"], y_high=rows["high"],
        )  # fmt: skip
        return _noted(view, rows).sort_values(["on_frontier", "y"], ascending=False, ignore_index=True)

    out: pd.DataFrame = view.derived(f"task_board-{view.language}", compute, benchmark_id=benchmark_id)
    return out


@contained.section
def show(view: View) -> None:
    """Choices, chart and table of what a task costs."""
    say = view.say
    blocks.section(say("tasks.title"), say("tasks.lead"))
    known = benchmarks(view)
    if known.empty:
        st.info(say("tasks.none", least=market.LEAST), icon=":material/info:")
        return
    names = dict(zip(known["benchmark_id"], known["benchmark"], strict=True))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        benchmark_id = controls.select(say("controls.benchmark"), list(names), "task", lambda b: names[b])
        by = controls.segmented(say("cost.axis"), [SCORE, POINTS], "task_by", lambda w: say(f"tasks.by_{w}"))
    shown = costs(view, benchmark_id) if by == SCORE else board(view, benchmark_id)
    if shown.empty:
        st.info(say("tasks.unranked"), icon=":material/info:")
        return
    _chart(view, shown, benchmark_id, names[benchmark_id], by)
    _table(view, shown, by, benchmark_id)


def chart_by_points(view: View) -> None:
    """The chart of capability against the cost of a task of the benchmark with most costs; nothing where there is none."""
    known = benchmarks(view)
    if known.empty:
        return
    benchmark_id = str(known["benchmark_id"].iloc[0])
    shown = board(view, benchmark_id)
    if len(shown):
        _chart(view, shown, benchmark_id, str(known["benchmark"].iloc[0]), POINTS)


def _chart(view: View, shown: pd.DataFrame, benchmark_id: str, benchmark: str, by: str) -> None:
    """The chart of what a task costs; none where no row has both a cost and a score."""
    say, drawn = view.say, shown.dropna(subset=["x", "y"])
    if drawn.empty:
        return
    uncosted = outside_scale.uncosted_sentence(view, benchmark_id) if by == SCORE else ""
    note = choice_text.paragraph(
        say, [part for part in (uncosted, say(f"tasks.note_{by}") + pins.note(view, drawn)) if part]
    )
    blocks.chart(
        view,
        scatter.points(
            drawn, say, x_unit=say("tasks.unit"), y_unit=benchmark if by == SCORE else say("cost.scale_unit"),
            title=sentence(view, drawn, benchmark, by), note=note,
            source=say("tasks.source", benchmark=benchmark, n=drawn["product_id"].nunique(), days=span(shown["as_of"])),
            name="task-cost", log_x=True, origin="reported", frontier=True, labels=14, height=540,
            joined="product_id" if by == SCORE else None, chosen=pins.labels(drawn),
        ),
    )  # fmt: skip


def sentence(view: View, drawn: pd.DataFrame, benchmark: str, by: str) -> str:
    """Who stands highest at what cost a task, and the cheapest that comes near (by score) or cannot be told from it (by points)."""
    say = view.say
    if by == POINTS:
        rows = drawn.assign(cost=drawn["x"], score=drawn["y"], model=drawn["label"])
        best, cheap = tradeoff.best_and_cheapest(rows, scale.fitted(view))
        if best["label"] == cheap["label"]:
            return say(
                "tasks.alone",
                model=best["label"],
                cost=dollars(best["x"]),
                all=len(drawn),
                n=int(drawn["on_frontier"].sum()),
            )
        return say(
            "tasks.told",
            best=best["label"],
            cost=dollars(best["x"]),
            cheap=cheap["label"],
            low=dollars(cheap["x"]),
            n=len(drawn),
        )
    best = drawn.sort_values(["y", "x"], ascending=[False, True]).iloc[0]
    near = drawn[drawn["y"] >= NEAR * best["y"]].sort_values(["x", "y"], ascending=[True, False]).iloc[0]
    told = {
        "benchmark": benchmark,
        "best": best["label"],
        "cost": dollars(best["x"]),
        "score": score_text(best["y"]),
        "n": drawn["product_id"].nunique(),
    }
    if near["label"] == best["label"]:
        return say("tasks.first", **told)
    return say("tasks.near", cheap=near["label"], low=dollars(near["x"]), near=score_text(near["y"]), **told)


def with_effort(view: View, model: str, effort: str) -> str:
    """A model's name, with its effort where the source states one."""
    return (
        model
        if effort == "default"
        else view.say("tasks.effort_of", model=model, effort=view.say.known("effort", effort))
    )


def _noted(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with what is shown on hover."""
    days = rows["as_of"].astype(str).str[:10]
    kinds = [view.say(f"tasks.{basis}") for basis in rows["basis"]]
    return rows.assign(note=rows["vendor"] + " · " + kinds + " · " + days, basis_name=kinds)


def _table(view: View, shown: pd.DataFrame, by: str, benchmark_id: str) -> None:
    say, column = view.say, st.column_config
    highest = [f"cost:{id}:{benchmark_id}" for id in shown["product_id"]]
    evidence = highest if by == POINTS else task_cost_sources.references(shown)
    optional = shown.columns.intersection(["output_tokens", "seconds", "setting"])
    silent = [c for c in optional if shown[c].replace("", None).isna().all()]
    blocks.table(
        view,
        shown.assign(evidence_of=evidence).drop(columns=silent),
        "task-costs",
        {
            "label": column.TextColumn(say("columns.model"), pinned=True),
            "x": column.NumberColumn(say("tasks.cost"), format=MONEY),
            "y": column.NumberColumn(say("reported.score") if by == SCORE else say("scale.points"), format=ONE_UNIT),
            "y_low": column.NumberColumn(say("columns.low"), format="%.1f"),
            "y_high": column.NumberColumn(say("columns.high"), format="%.1f"),
            "evidence_of": None,
            "vendor": column.TextColumn(say("columns.vendor")),
            "membership": column.ProgressColumn(say("cost.membership"), format="percent", min_value=0, max_value=1),
            "output_tokens": column.NumberColumn(say("tasks.tokens"), format="%,.0f"),
            "seconds": column.NumberColumn(say("tasks.seconds"), format="%,.0f"),
            "setting": column.TextColumn(say("tasks.setting")),
            "basis_name": column.TextColumn(say("tasks.basis")),
            "reported_by": column.TextColumn(say("tasks.reporter")),
            **columns.evidence(say),
        },
        alt=say("tasks.title"),
        height=300,
    )
