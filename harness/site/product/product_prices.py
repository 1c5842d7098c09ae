"""What a model costs: its list price over time, cost per task, and every seller with kind and tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.text import dollars, sellers
from harness.market.evidence import price_sources, task_cost_sources
from harness.market.prices.list_prices import RATIO, offers
from harness.site.product import known, list_price_history
from harness.site.widgets import blocks, columns, contained, evidence_links
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    from harness.market.products.about import Product
    from harness.site.server.view import View


@contained.section
def show(view: View, product: Product) -> None:
    """The list price, its history, cost per task and the sellers."""
    say = view.say
    price = known.price(view, product)
    if price is None:
        st.info(blocks.literal(say("model.unpriced", model=product.name)), icon=":material/info:")
    else:
        import pandas as pd

        seller = sellers(say, pd.DataFrame([price]))[0]
        text = say("model.price_sentence", model=product.name, input=dollars(price["input_per_mtok"]), seller=seller,
                   output=dollars(price["output_per_mtok"]), price=dollars(price["blended_per_mtok"]),
                   ratio=f"{RATIO:g}", day=str(price["as_of"])[:10])  # fmt: skip
        st.markdown(f"**{blocks.literal(text)}**")
        evidence_links.button(say, [f"price:{product.id}"], "list-price")
        list_price_history.show(view, product)
    _tasks(view, product)
    _sellers(view, product)


def _tasks(view: View, product: Product) -> None:
    say, column = view.say, st.column_config
    rows = known.tasks(view, product)
    if rows.empty:
        return
    blocks.section(say("model.tasks"), say("model.tasks_lead"))
    shown = rows.assign(
        effort_name=["" if e == "default" else say.known("effort", e) for e in rows["effort"]],
        basis_name=[say(f"tasks.{b}") if isinstance(b, str) else "" for b in rows["basis"]],
        evidence_of=task_cost_sources.references(rows),
    )
    silent = [c for c in ("output_tokens", "seconds", "speed", "first_token") if shown[c].isna().all()]
    blocks.table(
        view, shown.drop(columns=silent), "model-task-costs",
        {
            "benchmark": column.TextColumn(say("controls.benchmark"), pinned=True),
            "effort_name": column.TextColumn(say("model.effort")),
            "cost": column.NumberColumn(say("tasks.cost"), format=MONEY),
            "evidence_of": None,
            "basis_name": column.TextColumn(say("tasks.basis")),
            "output_tokens": column.NumberColumn(say("tasks.tokens"), format="%,.0f"),
            "seconds": column.NumberColumn(say("tasks.seconds"), format="%,.0f"),
            "speed": column.NumberColumn(say("cost.speed"), format="%.0f"),
            "first_token": column.NumberColumn(say("cost.first_token"), format="%.1f"),
            "reported_by": column.TextColumn(say("tasks.reporter")),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "url": columns.link(say("columns.link")),
            "setting": column.TextColumn(say("tasks.setting")),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("model.tasks"), height=260, together=("cost",),
    )  # fmt: skip


def _sellers(view: View, product: Product) -> None:
    say, column = view.say, st.column_config
    rows = offers(view)
    rows = rows[rows["product_id"].eq(product.id)]
    if rows.empty:
        return
    blocks.section(say("model.sellers", n=rows["provider_id"].nunique()), say("model.sellers_lead"))
    doubt = [
        say("model.doubt_old")
        if old
        else say("model.doubt_cheap")
        if low
        else ""
        if sure
        else say("model.doubt_seller")
        for old, low, sure in zip(rows["stale"], rows["below_half"], rows["trusted"], strict=True)
    ]
    rows = rows.assign(
        remark=doubt, kind=[say.known("provider_kind", k) for k in rows["provider_kind"]],
        tier_name=[say.known("tier", t) for t in rows["tier"]], evidence_of=price_sources.references(rows), order=rows["trusted"] & ~rows["stale"],
    )  # fmt: skip
    blocks.table(
        view, rows.sort_values(["order", "blended_per_mtok"], ascending=[False, True], kind="stable"), "model-sellers",
        {
            "provider": column.TextColumn(say("columns.provider"), pinned=True),
            "kind": column.TextColumn(say("cost.kind")),
            "tier_name": column.TextColumn(say("cost.tier")),
            "input_per_mtok": column.NumberColumn(say("cost.input"), format=MONEY),
            "output_per_mtok": column.NumberColumn(say("cost.output"), format=MONEY),
            "blended_per_mtok": column.NumberColumn(say("cost.mixed"), format=MONEY),
            "evidence_of": None,
            "remark": column.TextColumn(say("companies.remark"), width="medium"),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "url": columns.link(say("columns.link")),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("model.sellers", n=rows["provider_id"].nunique()), height=360, together=("input_per_mtok", "output_per_mtok"),
    )  # fmt: skip
