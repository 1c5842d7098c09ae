"""A model's list price over time: the days that have one, and what they say of its course."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import scatter
from harness.charts.text import dollars
from harness.market.prices.list_prices import RATIO
from harness.site.product import known
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator
    from harness.market.products.about import Product
    from harness.site.server.view import View

SAME = 0.005
"""Share by which two prices may differ and still be the same."""


@contained.section
def show(view: View, product: Product) -> None:
    """The chart of the list price, a line for the maker's and one for the hosts'; that there is no history with a single day."""
    say = view.say
    rows = history(view, product)
    if len(rows) < 2:
        st.caption(say("model.one_price"))
        return
    whose = [say(f"model.price_of_{basis}") for basis in rows["basis"]]
    rows = rows.assign(series=whose if rows["basis"].nunique() > 1 else product.name)
    blocks.chart(
        view,
        scatter.lines(
            rows[["series", "x", "y", "provider", "basis", "source"]], x_unit=say("cost.date"),
            y_unit=say("cost.unit_short", ratio=f"{RATIO:g}"), title=title(say, product.name, rows),
            note=say("model.history_note", n=len(rows)),
            source=say("prices.source", first=str(rows["x"].iloc[0])[:10], last=str(rows["x"].iloc[-1])[:10]), name="model-price",
            steps=True, height=320,
        ),
        lead=True,
    )  # fmt: skip


def history(view: View, product: Product) -> pd.DataFrame:
    """The list price on each day that a sheet states one, and now: ``x`` (day), ``y`` (USD per million tokens), ``provider, basis,
    source``."""
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


def title(say: Translator, model: str, rows: pd.DataFrame) -> str:
    """What became of the list price (rows of ``history``), over the days whose price is of the newest one's kind: a maker's price
    and a median of hosts are two things, and the step from one to the other is no change of either."""
    basis = str(rows["basis"].iloc[-1])
    alike = rows[rows["basis"].eq(basis)]
    prices = alike["y"].astype(float)
    first, last, low, high = (float(p) for p in (prices.iloc[0], prices.iloc[-1], prices.min(), prices.max()))
    if len(alike) == 1:
        key = "price_once"
    elif high / low - 1 < SAME:
        key = "price_same"
    elif abs(last / first - 1) < SAME:
        key = "price_back"
    else:
        key = "price_fell" if last < first else "price_rose"
    text = say(f"model.{key}", model=model, first=dollars(first), last=dollars(last), low=dollars(low), high=dollars(high),
               start=str(alike["x"].iloc[0])[:10], end=str(alike["x"].iloc[-1])[:10])  # fmt: skip
    return text if len(alike) in (1, len(rows)) else f"{text}{say(f'model.price_only_{basis}')}"
