"""The first screen of a model's page: how good, how dear, how old, how open, how sure; and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.licences import spelt
from harness.charts.text import dollars, modalities, rank, sellers
from harness.market.prices.list_prices import RATIO
from harness.market.scale_ranking import newest_days
from harness.site.capability import leaderboard, scale
from harness.site.evidence.runs import present
from harness.site.product import known
from harness.site.widgets import blocks, contained, evidence_links, name_links

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.products.about import Product
    from harness.site.server.view import View

DAYS_A_MONTH = 30.44
HERE = 3
"""Runs made here that the first screen names, the newest; the part of runs has all."""


@contained.section
def show(view: View, product: Product) -> None:
    """Name, maker, five answers, facts, and what is not known."""
    say, row = view.say, product.row
    st.title(blocks.literal(product.name), anchor=False)
    if product.catalogued and present(row.get("vendor_en")):
        blocks.page_link(view, "companies", say.name(row["vendor_en"], row["vendor_zh"]), ":material/domain:",
                         **name_links.choices("vendor", str(row["vendor_id"])))  # fmt: skip
    # the scale takes seconds the first time after a publish
    with st.skeleton(height=140), st.grid(5, min_column_width=170):
        for key, answer in (
            ("good", good(view, product)),
            ("dear", dear(view, product)),
            ("old", old(view, product)),
            ("open", opened(view, product)),
            ("sure", sure(view, product)),
        ):
            blocks.tile(key, say(f"model.{key}"), *answer)
    with st.container(horizontal=True):
        if known.place(view, product) is not None:
            evidence_links.button(say, [f"points:{product.id}"], "points", say("model.good_from"))
        if known.price(view, product) is not None:
            evidence_links.button(say, [f"price:{product.id}"], "price", say("model.dear_from"))
    if facts := _facts(view, product):
        st.caption(blocks.literal(facts))
    _tested(view, product)
    _unknown(view, product)


def good(view: View, product: Product) -> tuple[str, str]:
    """Points on the scale, with interval and rank; the reason where there is no rank."""
    say = view.say
    row = known.place(view, product)
    if row is not None:
        ends = {name: f"{row[name]:.0f}" for name in ("low", "high")}
        ranks = say("model.rank_of", rank=rank(int(row["rank_low"]), int(row["rank_high"])), of=len(scale.board(view)))
        note = (
            say("model.points_note", ranks=ranks, **ends)
            if row["stderr"] > 0
            else say("model.points_fixed", ranks=ranks)
        )
        return say("model.points_of", points=f"{row['score']:.0f}"), note
    why = known.why_unranked(view, product)
    if why and not why[1]:
        return say("model.no_rank"), say("model.no_test_short")
    return say("model.no_rank"), why[0] if why else say("model.no_published")


def dear(view: View, product: Product) -> tuple[str, str]:
    """The list price of a million tokens and whose it is; else what a task costs; else that none is known."""
    import pandas as pd

    say = view.say
    row = known.price(view, product)
    costs = _usual_task(view, product)
    if row is not None:
        seller = sellers(say, pd.DataFrame([row]))[0]
        note = say("model.price_note", input=dollars(row["input_per_mtok"]), output=dollars(row["output_per_mtok"]),
                   seller=seller, ratio=f"{RATIO:g}", day=str(row["as_of"])[:10])  # fmt: skip
        if len(costs):
            first = costs.iloc[0]
            note = say("model.task_note", note=note, cost=dollars(float(first["cost"])), benchmark=first["benchmark"])
        return dollars(row["blended_per_mtok"]), note
    if len(costs):
        first = costs.iloc[0]
        return say("model.task_of", cost=dollars(float(first["cost"]))), str(first["benchmark"])
    return say("vendor.unknown"), ""


def _usual_task(view: View, product: Product) -> pd.DataFrame:
    """The product's cost on the benchmark whose cost per task is known of most products, at its highest effort; one row or none."""
    from harness.market.prices.task_costs import highest_effort
    from harness.site.cost import tasks

    rows = known.tasks(view, product).dropna(subset="cost")
    usual = [b for b in tasks.benchmarks(view)["benchmark_id"] if b in set(rows["benchmark_id"])]
    return highest_effort(rows[rows["benchmark_id"].eq(usual[0])]) if usual else rows.head(0)


def old(view: View, product: Product) -> tuple[str, str]:
    """The day of release, and how long before the newest release in the catalog."""
    import pandas as pd

    say, day = view.say, product.row.get("released")
    if not present(day):
        return say("vendor.unknown"), ""
    newest = pd.to_datetime(view.frame("models")["released"]).max()
    days = (newest - pd.Timestamp(day)).days
    months = round(days / DAYS_A_MONTH)
    age = say("model.newest") if days == 0 else say("model.months", n=months) if months else say("model.days", n=days)
    return f"{pd.Timestamp(day):%Y-%m-%d}", age


def opened(view: View, product: Product) -> tuple[str, str]:
    """Open or closed weights, and the licence."""
    say, row = view.say, product.row
    if not present(row.get("open_weights")):
        return say("vendor.unknown"), ""
    licence = row.get("licence")
    if bool(row["open_weights"]):
        return say("model.open_weights"), spelt(say, licence) or say("model.gap_no_licence")
    return say("model.closed_weights"), say("model.only_api") if known.price(view, product) else ""


def sure(view: View, product: Product) -> tuple[str, str]:
    """How many benchmarks speak of it, and the newest score's day."""
    say = view.say
    rows = known.published(view, product)
    if rows.empty:
        runs = len(known.runs(view, product))
        return say("model.benchmarks", n=0), say("model.runs_only", n=runs) if runs else ""
    row = known.place(view, product)
    counted = say("model.counted", n=int(row["benchmarks"]), domains=int(row["domains"])) if row is not None else ""
    # the newest that may enter the scale, as on Capability, else the newest of all
    day = newest_days(view).get(product.id, rows["as_of"].max())
    newest = say("model.newest_score", day=str(day)[:10])
    return say("model.benchmarks", n=len(rows)), say("memo.between").join(part for part in (counted, newest) if part)


def _facts(view: View, product: Product) -> str:
    """Context, modalities, size, and when and from where the catalog knows it."""
    say, row = view.say, product.row
    if not row:
        return ""
    parts = []
    if present(row.get("context_tokens")):
        parts.append(say("model.context", n=f"{int(row['context_tokens']):,}"))
    for key in ("input_modalities", "output_modalities"):
        if present(row.get(key)):
            parts.append(say(f"model.{key}", kinds=modalities(say, row[key])))
    if present(row.get("params_b")):
        active = row.get("active_params_b")
        size = f"{row['params_b']:.4g}"
        parts.append(
            say("model.size_active", n=size, active=f"{active:.4g}") if present(active) else say("model.size", n=size)
        )
    if present(row.get("source_id")):
        titles = view.frame("source_names").set_index("source_id")["title"]
        title, day = str(titles.get(row["source_id"], row["source_id"])), str(row["as_of"])[:10]
        # many titles end with their day
        parts.append(say("model.entry", source=title.removesuffix(f", {day}"), day=day))
    return " · ".join(parts)


def _tested(view: View, product: Product) -> None:
    """Who else tested the model, with the way to these runs: each run made here, the number of others'."""
    say = view.say
    rows = known.tested_by_others(view, product)
    here = rows[rows["origin"].eq("measured")].sort_values("sealed", ascending=False)
    labels = []
    suite_name = leaderboard.suite_name(view)
    for run in here.head(HERE).to_dict("records"):
        tasks = view.frame("headline_results", run_ids=[run["run_id"]])["task"].nunique()
        suite = suite_name((str(run["suite"]), run["suite_version"] if present(run["suite_version"]) else ""))
        labels.append(say("model.measured_here", run=run["label"], suite=suite, n=tasks))
    if n := len(rows) - len(here):
        labels.append(say("model.run_by_others", n=n))
    with st.container(horizontal=True):
        for label in labels:
            blocks.page_link(view, "model", label, ":material/fact_check:", model=product.id, about="runs")


def _unknown(view: View, product: Product) -> None:
    """The short list of what is not known."""
    say = view.say
    codes = known.unknown(view, product)
    if codes:
        why = known.why_unranked(view, product)
        listed = say("memo.between").join(say(f"model.gap_{code}", why=why[0] if why else "") for code in codes)
        st.markdown(f":material/help: **{say('model.not_known')}** {blocks.literal(listed)}")
