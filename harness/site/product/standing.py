"""Where a model stands on the capability scale: among its neighbours in rank, and domain by domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts import dots
from harness.charts.text import number, rank
from harness.market.products.rivals import around
from harness.site.capability import one_model, scale
from harness.site.product import known
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    from harness.market.products.about import Product
    from harness.site.server.view import View


@contained.section
def show(view: View, product: Product) -> None:
    """The neighbours' chart and the profile of domains; the reason where the model has no rank."""
    say = view.say
    row = known.place(view, product)
    if row is None:
        why = known.why_unranked(view, product)
        text = (
            say("model.unranked", model=product.name, why=why[0]) if why else say("model.unscored", model=product.name)
        )
        st.info(blocks.literal(text), icon=":material/info:")
        if why and why[1] and why[1]["points"] == why[1]["points"]:
            ends = {name: f"{why[1][name]:.0f}" for name in ("points", "low", "high")}
            st.caption(blocks.literal(say("model.provisional", **ends)))
    else:
        blocks.chart(view, neighbours(view, product, row), lead=True)
    _domains(view, product)


def neighbours(view: View, product: Product, row: dict[Any, Any]) -> Any:
    """The chart of the models next in rank, with what the rank's interval says."""
    say = view.say
    board = scale.board(view)
    shown = around(board, product.id)
    level = int(board["within_leader"].sum())
    title = say(
        "model.stands" if row["stderr"] > 0 else "model.stands_fixed", model=product.name, points=number(float(row["score"]), 0), low=number(float(row["low"]), 0),
        high=number(float(row["high"]), 0), rank=rank(int(row["rank_low"]), int(row["rank_high"])), of=len(board),
    )  # fmt: skip
    if bool(row["within_leader"]) and level > 1:
        title = f"{title}{say('model.level')}"
    return dots.ranking(
        shown, title=title, unit=say("scale.unit"), note=say("model.stands_note"), source=_source(view), name="model-neighbours",
        origin="reported", chosen=product.name,
    )  # fmt: skip


def _domains(view: View, product: Product) -> None:
    """The model's points in each domain, beside those over all."""
    say = view.say
    fit = scale.fitted(view)
    rows = one_model.profiles(view, fit) if fit is not None else None
    if rows is None:
        return
    rows = rows[rows["model_id"].eq(product.id)]
    if rows.empty:
        return
    blocks.section(say("scale.domains"))
    row = known.place(view, product)
    title = one_model.domains_finding(say, rows.assign(model=product.name))
    points = rows.assign(
        dimension=[say(f"scale.domain_{d}") for d in rows["domain"]], value=rows["points"], thing=product.name
    )
    points = points[["dimension", "thing", "value", "low", "high", "benchmarks", "difference"]]
    if row is not None:
        import pandas as pd

        whole = {"dimension": say("model.whole"), "thing": product.name, "value": row["score"], "low": row["low"],
                 "high": row["high"], "benchmarks": row["benchmarks"], "difference": 0.0}  # fmt: skip
        points = pd.concat([pd.DataFrame([whole]), points], ignore_index=True)
    points = points.assign(vendor_id=product.row.get("vendor_id"))
    blocks.chart(
        view,
        dots.profile(points, title=title, unit=say("scale.unit"), note=say("scale.domains_note"), source=_source(view),
                     name="model-domains", origin="reported"),
    )  # fmt: skip


def _source(view: View) -> str:
    scores, fit = view.frame("reported"), scale.fitted(view)
    assert fit is not None  # there is a board or a profile
    return view.say("reported.source", models=len(scale.board(view)), benchmarks=len(fit.benchmarks), rmse=f"{fit.rmse:.3f}",
                    day=f"{scores['as_of'].max():%Y-%m-%d}")  # fmt: skip
