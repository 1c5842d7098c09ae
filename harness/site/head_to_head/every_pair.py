"""All chosen products on a suite of several tasks: paired differences per task and index, every pair, and speed beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from harness.charts import dots
from harness.charts.text import number, p_value
from harness.errors import MissingData
from harness.market.alike.paired_items import standing_for
from harness.site.capability import leaderboard
from harness.site.head_to_head import product_choice
from harness.site.likeness import outcomes
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.site.server.view import View

Suite = tuple[str, str, str]


def suites(view: View, products: Sequence[str]) -> dict[Suite, pd.DataFrame]:
    """Suites (origin, name, version) with items of the first two products, and the run of each chosen product that has one.

    Only those that say more than a board does: of several tasks, or of more than two of the products.
    """

    def compute(products: tuple[str, ...]) -> dict[Suite, pd.DataFrame]:
        return _suites(view, products)

    out: dict[Suite, pd.DataFrame] = view.derived("suites_of_products", compute, products=tuple(products))
    return out


def _suites(view: View, products: Sequence[str]) -> dict[Suite, pd.DataFrame]:
    tasks = {
        (str(row["suite"]), row["suite_version"] if isinstance(row["suite_version"], str) else ""): len(row["tasks"])
        for row in view.frame("suites").to_dict("records")
    }
    ids, found = product_choice.product_ids(view), {}
    for origin in outcomes.origins(view):
        for suite, version in outcomes.suites(view, origin):
            runs = outcomes.labelled(view, origin, suite, version)
            chosen = [standing_for(runs, id, ids).head(1).assign(product=id) for id in products]
            if all(len(one) for one in chosen[:2]):
                rows = pd.concat(chosen).drop_duplicates("run_id")
                if len(rows) > 2 or (len(rows) == 2 and tasks.get((suite, version), 0) > 1):
                    found[origin, suite, version] = rows
    return found


@contained.section
def show(view: View, products: Sequence[str], names: Mapping[str, str]) -> None:
    """The section; nothing where no suite says more than the boards do."""
    say = view.say
    shared = suites(view, products)
    if not shared:
        return
    blocks.section(say("head_to_head.every_pair"), say("head_to_head.every_pair_lead"))
    suite_name = leaderboard.suite_name(view)
    keys = {"~".join(key): key for key in shared}
    options = {k: f"{suite_name(key[1:])} · {say(f'origin.{key[0]}')}" for k, key in keys.items()}
    origin, suite, version = keys[controls.select(say("controls.suite"), list(options), "suite", options.__getitem__)]
    runs = shared[origin, suite, version]
    try:
        comparison = outcomes.comparison(view, origin, suite, version, list(runs["label"]))
    except MissingData:
        st.info(say("head_to_head.no_shared"), icon=":material/info:")
        return
    if len(comparison["left_out"]):
        st.info("  \n".join(outcomes.left_out(view, comparison["left_out"])), icon=":material/info:")
    if comparison["rows"].empty:
        st.info(say("head_to_head.no_shared"), icon=":material/info:")
        return
    task = leaderboard.names(view).task
    called = {str(label): names[id] for label, id in zip(runs["label"], runs["product"], strict=True)}
    rows = comparison["rows"]
    rows = rows.assign(model_a=rows["model_a"].map(called), model_b=rows["model_b"].map(called))
    rows = rows.assign(
        task_name=[say(f"kind.{t}") if i else task(t) for t, i in zip(rows["task"], rows["of_index"], strict=True)],
        significant=rows["p_adjusted"] < 0.05,
    )
    source = say("head_to_head.source", suite=suite_name((suite, version)), origin=say(f"origin.{origin}"))
    _pair(view, rows, source)
    _table(view, rows)
    _speed(view, runs)


def _pair(view: View, rows: pd.DataFrame, source: str) -> None:
    """One pair's differences, task by task, and its index."""
    say = view.say
    couples = {f"{a} ↔ {b}": (a, b) for a, b in zip(rows["model_a"], rows["model_b"], strict=True)}
    key = next(iter(couples)) if len(couples) == 1 else controls.select(say("head_to_head.pair"), list(couples), "pair")
    first, second = couples[key]
    part = rows[(rows["model_a"] == first) & (rows["model_b"] == second)].assign(label=lambda f: f["task_name"])
    tasks = part[~part["of_index"]].sort_values("difference", ascending=False)
    wins = [int((tasks["significant"] & (tasks["difference"] * sign > 0)).sum()) for sign in (1, -1)]
    blocks.chart(
        view,
        dots.differences(
            tasks, say, title=say("head_to_head.finding", first=first, second=second, wins=wins[0], losses=wins[1], n=len(tasks)),
            unit=say("head_to_head.unit"), note=say("head_to_head.note"), source=source, name="differences",
        ),
    )  # fmt: skip
    index = part[part["of_index"] & part["difference"].notna() & part["low"].notna()]
    if index.empty:
        return
    with st.grid(4, min_column_width=180):
        for row in index.itertuples():
            st.metric(
                row.label, number(row.difference, 3, signed=True), f"{number(row.low)} – {number(row.high)}", delta_color="off",
                delta_arrow="off", border=True,
                help=say("head_to_head.metric_help", first=blocks.literal(first), second=blocks.literal(second)),
            )  # fmt: skip


def _table(view: View, rows: pd.DataFrame) -> None:
    say, column = view.say, st.column_config
    blocks.table(
        view, rows.assign(p_text=rows["p_adjusted"].map(p_value)), "pairs",
        {"task_name": column.TextColumn(say("columns.task"), pinned=True), "metric": column.TextColumn(say("columns.metric")),
         "model_a": column.TextColumn(say("head_to_head.first")), "model_b": column.TextColumn(say("head_to_head.second")),
         "difference": column.NumberColumn(say("head_to_head.difference"), format="%+.4f"),
         "low": column.NumberColumn(say("columns.low"), format="%+.4f"),
         "high": column.NumberColumn(say("columns.high"), format="%+.4f"),
         "p_text": column.TextColumn(say("head_to_head.p")),
         "n": column.NumberColumn(say("columns.items"), format="%,d"),
         "items_needed": column.NumberColumn(say("head_to_head.settle"), format="%,.0f", help=say("head_to_head.settle_help"))},
        alt=say("head_to_head.every_pair"),
    )  # fmt: skip


def _speed(view: View, runs: pd.DataFrame) -> None:
    """How fast the compared runs were, where that was measured."""
    say, column = view.say, st.column_config
    perf = view.frame("perf")
    perf = perf[perf["run_id"].isin(runs["run_id"])]
    if perf.empty:
        return
    blocks.section(say("head_to_head.speed"))
    blocks.table(
        view, perf, "speed",
        {"model": column.TextColumn(say("columns.model"), pinned=True), "device_name": column.TextColumn(say("columns.device")),
         "tokens_per_s": column.NumberColumn(say("columns.speed"), format="%,.0f"),
         "peak_memory_bytes": column.NumberColumn(say("runs_and_samples.memory"), format="bytes"),
         "wall_s": column.NumberColumn(say("head_to_head.wall"), format="%,.0f")},
        alt=say("head_to_head.speed"),
    )  # fmt: skip
