"""What a model costs: its list price over time, cost per task, and every seller with kind and tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import scatter
from harness.charts.text import dollars, sellers
from harness.market.prices.list_prices import RATIO, offers
from harness.site.product import known
from harness.site.widgets import blocks, columns

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.products.about import Product
    from harness.site.server.view import View


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
                   day=str(price["as_of"])[:10])  # fmt: skip
        st.markdown(f"**{blocks.literal(text)}**")
        _history(view, product)
    _tasks(view, product)
    _sellers(view, product)


def history(view: View, product: Product) -> pd.DataFrame:
    """The list price on each day that a sheet states one, and now: ``x`` (day), ``y`` (USD per million tokens), ``seller, source``."""
    import pandas as pd

    sheets = view.frame("price_sheets", ratio=RATIO, cached=0.0)
    sheets = sheets[sheets["product_id"].eq(product.id) & sheets["basis"].ne("few")]
    rows = sheets[["as_of", "blended_per_mtok", "provider", "basis", "source_id"]]
    now = known.price(view, product)
    if now is not None and now["basis"] != "few":
        rows = pd.concat([rows, pd.DataFrame([now])[list(rows.columns)]], ignore_index=True)
    titles = view.frame("source_names").set_index("source_id")["title"]
    rows = rows.assign(
        x=pd.to_datetime(rows["as_of"]), y=rows["blended_per_mtok"].astype(float), source=rows["source_id"].map(titles)
    )
    return rows.sort_values("x", kind="stable").drop_duplicates("x", keep="last", ignore_index=True)


def _history(view: View, product: Product) -> None:
    say = view.say
    rows = history(view, product)
    if len(rows) < 2:
        st.caption(say("model.one_price"))
        return
    first, last = float(rows["y"].iloc[0]), float(rows["y"].iloc[-1])
    days = [str(rows["x"].iloc[i])[:10] for i in (0, -1)]
    key = "price_same" if abs(last / first - 1) < 0.005 else "price_fell" if last < first else "price_rose"
    title = say(
        f"model.{key}", model=product.name, first=dollars(first), last=dollars(last), start=days[0], end=days[1]
    )
    blocks.chart(
        view,
        scatter.lines(
            rows.assign(series=product.name)[["series", "x", "y", "provider", "basis", "source"]], x_unit=say("cost.date"),
            y_unit=say("cost.unit_short", ratio=f"{RATIO:g}"), title=title, note=say("model.history_note", n=len(rows)),
            source=say("prices.source", first=days[0], last=days[1]), name="model-price", steps=True, height=320,
        ),
    )  # fmt: skip


def _tasks(view: View, product: Product) -> None:
    say, column = view.say, st.column_config
    rows = known.tasks(view, product)
    if rows.empty:
        return
    blocks.section(say("model.tasks"), say("model.tasks_lead"))
    shown = rows.assign(
        effort_name=["" if e == "default" else say.known("effort", e) for e in rows["effort"]],
        basis_name=[say(f"tasks.{b}") if isinstance(b, str) else "" for b in rows["basis"]],
    )
    silent = [c for c in ("output_tokens", "seconds", "speed", "first_token") if shown[c].isna().all()]
    blocks.table(
        view, shown.drop(columns=silent), "model-task-costs",
        {
            "benchmark": column.TextColumn(say("controls.benchmark"), pinned=True),
            "effort_name": column.TextColumn(say("model.effort")),
            "cost": column.NumberColumn(say("tasks.cost"), format="$%.4g"),
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
        alt=say("model.tasks"), height=260,
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
        tier_name=[say.known("tier", t) for t in rows["tier"]], order=rows["trusted"] & ~rows["stale"],
    )  # fmt: skip
    blocks.table(
        view, rows.sort_values(["order", "blended_per_mtok"], ascending=[False, True], kind="stable"), "model-sellers",
        {
            "provider": column.TextColumn(say("columns.provider"), pinned=True),
            "kind": column.TextColumn(say("cost.kind")),
            "tier_name": column.TextColumn(say("cost.tier")),
            "input_per_mtok": column.NumberColumn(say("companies.input_price"), format="$%.4g"),
            "output_per_mtok": column.NumberColumn(say("companies.output_price"), format="$%.4g"),
            "blended_per_mtok": column.NumberColumn(say("cost.blended"), format="$%.4g"),
            "remark": column.TextColumn(say("companies.remark"), width="medium"),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "url": columns.link(say("columns.link")),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("model.sellers", n=rows["provider_id"].nunique()), height=360,
    )  # fmt: skip
